"""What a fault did: the world afterwards against the world in which nothing went wrong.

The world is what stands in the tables and what stands in Slack. Whatever is missing was lost, whatever is there too
often was doubled, and a fact that is another one is both; a person who read that nothing was stored although it was,
or whom nothing helped, was wrongly refused. What is said to one person alone can't be looked up, so it may be missing
and is never said twice. Numbers in words differ from run to run (T-102 after a T-101 that was taken back), so they do
not count.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass, field, fields

from bot.playground.records import Delivery, Message
from tests.house import House

World = Counter[str]
# What stands in a row, where that there is one says too little: a number that is left out is a number lost.
FACTS = {
    "ticket": "select title, status, clearance from ticket",
    "signature": "select a.purpose, d.seat, d.verdict, p.name from decision d join approval a on a.id = d.approval_id"
                 " join person p on p.id = d.person_id",
    "approval": "select purpose, state from approval",
    "quote": "select state, minutes, cap_minutes from quote",
    "month": "select a.name, r.month, r.state, r.figures ->> 'net', a.billed_through, a.billed_carry"
             " from billing_review r join account a on a.id = r.account_id",
    "invoice": "select a.name, i.month, i.kind, i.state, i.number, i.net, i.total, i.issue_date"
               " from invoice i join account a on a.id = i.account_id",
    "series": "select name, last_number from invoice_series",
    "charged time": "select a.name, e.note, e.minutes, l.code, l.unit_price, i.month from billed_time b"
                    " join time_entry e on e.id = b.entry_id join invoice i on i.id = b.invoice_id"
                    " join invoice_line l on l.id = b.line_id join account a on a.id = i.account_id",
}  # fmt: skip
# How things were done, not what: arrivals, waiting posts, rates.
NOT_EFFECTS = ("alembic_version", "clock", "outbox", "receipt", "slack_budget")
WHISPER = "whisper"
ASKS_AGAIN = re.compile(r"(please|and) try again|please press it once more", re.IGNORECASE)
NOT_STORED = re.compile(r"nothing was (stored|changed)", re.IGNORECASE)


def world(house: House) -> World:
    """Rows by table, what stands in those of FACTS, and every message of ours by its place and words."""
    tables = house.rows("select tablename from pg_tables where schemaname = 'public' order by 1")
    effects = [row["tablename"] for row in tables if row["tablename"] not in NOT_EFFECTS]
    counts = " union all ".join(f"select '{name}' as name, count(*) as n from \"{name}\"" for name in effects)
    found = World({f"row of {row['name']}": row["n"] for row in house.rows(counts)})
    for name, query in FACTS.items():
        found.update(f"{name}: {' '.join(map(str, row.values()))}" for row in house.rows(query))
    for channel in house.slack.workspace.channels.values():
        for message in channel.messages.values():
            if message.bot and not message.deleted and not message.ephemeral_to:
                found[f"{channel.id} {'reply' if message.thread_ts else 'post'}: {_words(message)}"] += 1
    for call in house.slack.calls_to("chat.postEphemeral"):
        if call.answer.get("ok"):
            found[f"{WHISPER} to {call.args['user']}: {call.args['text']}"] += 1
    return found


def _words(message: Message) -> str:
    blocks = [{key: value for key, value in block.items() if key != "block_id"} for block in message.blocks]
    return re.sub(r"\d+", "#", f"{message.text} {json.dumps(blocks, sort_keys=True)}")


def said(delivery: Delivery) -> str:
    """All that a person reads of an answer, whichever way it came."""
    return f"{delivery.response} {delivery.api_calls}"


def accepted(delivery: Delivery) -> bool:
    """Acknowledged, and nobody is asked to do it again."""
    return delivery.ok and not ASKS_AGAIN.search(said(delivery))


def undelivered(house: House) -> World:
    """What still waits, or was given up."""
    rows = house.rows("select post_id, last_error from outbox where done_at is null")
    return World(f"undelivered post: {row['last_error']}" for row in rows)


@dataclass
class Tally:
    """One line of the table; `notes` says of each loss, double and refusal where it was."""

    fault: str
    points: int = 0
    sent: int = 0
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    refused: int = 0
    notes: list[str] = field(default_factory=list)

    def judge(self, where: str, expected: list[World], found: World, *, demands_whispers: bool = False) -> None:
        """Against the nearest of the worlds that are right: of two people, either may have been first."""
        missing, extra = min(((right - found, found - right) for right in expected), key=_size)
        if not demands_whispers:
            missing = World({what: often for what, often in missing.items() if not what.startswith(WHISPER)})
        self.points += 1
        self.lost += missing.total()
        self.doubled += extra.total()
        self.notes += [f"{where}: lost {what[:160]}" for what in missing]
        self.notes += [f"{where}: doubled {what[:160]}" for what in extra]

    def count(self, where: str, arrivals: list[Delivery], wrongly_refused: list[str]) -> None:
        """Requests of this run, and the sentences that were not true."""
        self.sent += len(arrivals)
        self.acknowledged += sum(accepted(delivery) for delivery in arrivals)
        self.refused += len(wrongly_refused)
        self.notes += [f"{where}: wrongly refused, {why}" for why in wrongly_refused]

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.refused)

    @property
    def row(self) -> list[str]:
        return [str(getattr(self, one.name)) for one in fields(self)[:-1]]


def _size(differences: tuple[World, World]) -> int:
    return sum(world.total() for world in differences)
