"""What the Home says besides lists of tickets: the day's time, what changed hands, who is loaded, the accounts."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.domain import accounts, dead_letters, people, provider, reviews, tickets, time, workload
from bot.domain import burn as burn_down
from bot.domain.allowance import Burn
from bot.domain.durations import show
from bot.domain.people import Person
from bot.domain.priority import Priority
from bot.domain.roles import Permission
from bot.domain.tickets import Selection
from bot.domain.time import timers
from bot.messages import billing, blocks, burn, links
from bot.messages import time as messages
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, clip, escape, instant, line, link, say
from bot.messages.queue import age
from bot.messages.undelivered import TRY_ALL, letter

SHOWN_ENTRIES = 8
SHOWN_HAND_OVERS = 5
SHOWN_ROWS = 12  # of a table
SHOWN_NAMES = 5
SHOWN_LETTERS = 3
COUNTED = tuple(Priority)
TO_MEND = {
    "dead": "{{ dead }} post{{ 's' if dead > 1 }} could not be delivered: see above.",
    "homeless": "No channel: {{ homeless }}. Give each account its channel, and run `steward apply`.",
    "idle": "No role: {{ idle }}. Give each of them a role, and run `steward apply`.",
    "untriaged": "There is no triage channel. Name one under `channels`, and run `steward apply`.",
}
ALL_WELL = "Nothing to mend: every post arrived, every account has its channel, everybody has a role."
T = TypeVar("T")


@dataclass(frozen=True)
class Desk:
    """Whose Home it is, when, and what it is narrowed to."""

    session: Session
    actor: Person
    now: datetime
    narrowed: Selection
    stalled_since: datetime
    page: int = 0  # of the section that is drawn

    def at(self, page: int) -> "Desk":
        """The same, for a section that stands on that page."""
        return replace(self, page=page)


@dataclass(frozen=True)
class Overview:
    """A section's blocks, which page of its table they show, and whether there is a further one."""

    body: list[Block]
    number: int = 0
    has_next: bool = False


def today(desk: Desk) -> Overview:
    """What is logged today, against what a working day holds, and the timer that runs."""
    firm = provider.get(desk.session)
    date = desk.now.astimezone(ZoneInfo(desk.actor.timezone or firm.timezone)).date()
    entries = time.with_work(desk.session, desk.actor, time.standing(desk.session, desk.actor, date))
    one = time.of_day(desk.session, desk.actor, date)
    off = "you are away" if one.away else "" if firm.calendar.is_working_day(date) else "a day off"
    text = say(
        "*Your time today:* {{ total }} logged{% if expected %} of {{ expected }}{% elif off %}, {{ off }}{% endif %}"
        "{% if not total and expected %}. `/time T-102 45m what you did` logs the first{% endif %}",
        total=show(one.minutes) if one.minutes else "none", expected=show(one.expected) if one.expected else "",
        off=off,
    )  # fmt: skip
    log_time = blocks.button("Log time", "time.open")
    said = ", ".join(f"{show(entry.minutes)} {_on(work)}" for entry, work in entries[:SHOWN_ENTRIES])
    rest = len(entries) - SHOWN_ENTRIES
    told = [blocks.context(Mrkdwn(f"{said}{f' and {rest} more' if rest > 0 else ''} · `/time today` edits"))]
    timer = timers.running(desk.session, desk.actor)
    runs = messages.runs(*time.with_work(desk.session, desk.actor, [timer])[0])[1] if timer else []
    return Overview([blocks.section(text, accessory=log_time), *(told if entries else []), *runs])


def _on(work: time.Work | None) -> Mrkdwn:
    return line(messages.named(work)["key"] or "something you can’t open any more", 40)


def handed_over(desk: Desk) -> Overview:
    """What others put into their hands since the last working day began."""
    calendar = provider.get(desk.session).calendar
    morning = calendar.window(reviews.previous_working_day(calendar, calendar.local_date(desk.now)))[0]
    found = workload.handed_to(desk.session, desk.actor, morning, limit=SHOWN_HAND_OVERS)
    if not found:
        return Overview([])  # nothing changed hands: nothing to say
    givers = people.by_ids(desk.session, {item.giver_id for item in found if item.giver_id})
    urls = links.to_tickets(desk.session, [item.ticket_id for item in found], desk.actor)
    said = []
    for item in found:
        giver = givers.get(item.giver_id or 0)
        reason = f": “{line(item.reason, 100)}”" if item.reason else ""
        said.append(
            f"{link(urls[item.ticket_id], f'T-{item.ticket_id}')} {line(item.title, 70)}, from "
            f"{escape(giver.name) if giver else 'Steward'}, {instant(item.at)}{reason}"
        )
    return Overview([blocks.section(Mrkdwn("*New in your hands*\n" + "\n".join(said)))])


def load(desk: Desk) -> Overview:
    """Who has how much: a sentence, then the figures."""
    found = tickets.selected(desk.actor, desk.narrowed, desk.stalled_since).subquery()
    loads = workload.loads(desk.session, found)
    heading = "*Who has how much*"
    if not loads:
        return Overview([blocks.section(Mrkdwn(f"{heading}\nNobody has a ticket in hand."))])
    known = people.by_ids(desk.session, {one.person_id for one in loads})
    team = {person.id for person in people.workers(desk.session)}
    free = len(team - {one.person_id for one in loads})
    shown, number, has_next = _paged(loads, desk.page)
    rows = [[known[one.person_id].name, *(str(one.by_priority.get(p, 0)) for p in COUNTED), _left(one),
             _days(one.oldest, desk.now)] for one in shown]  # fmt: skip
    said = _busiest(loads, known) + (f" {free} of the team {'have' if free > 1 else 'has'} nothing." if free else "")
    head = ["Person", *(p.value for p in COUNTED), "Estimates left", "Oldest"]
    return Overview(
        [blocks.section(Mrkdwn(f"{heading}\n{said}")), blocks.table([head, *rows], numbers=True)], number, has_next
    )


def _busiest(loads: list[workload.Load], known: dict[int, Person]) -> str:
    top = max(loads, key=lambda one: one.open)
    urgent = f", {top.urgent} of them P1 or P2" if top.urgent else ""
    return f"{escape(known[top.person_id].name)} has the most: {top.open} open{urgent}."


def _left(one: workload.Load) -> str:
    said = show(one.minutes_left) if one.minutes_left else "none"
    return said + (f", {one.unestimated} without" if one.unestimated else "")


def _days(since: datetime, now: datetime) -> str:
    return age(since, now).strip(" ()") or "today"


def _paged(rows: list[T], number: int) -> tuple[list[T], int, bool]:
    """The rows of a page that exists, which one it is, and whether there is a further one."""
    number = min(number, (len(rows) - 1) // SHOWN_ROWS)
    start = number * SHOWN_ROWS
    return rows[start : start + SHOWN_ROWS], number, len(rows) > start + SHOWN_ROWS


def standings(desk: Desk) -> Overview:
    """How each account stands: a sentence, then the figures."""
    names = {account.id: account.name for account in accounts.all_of_them(desk.session)}
    found = tickets.selected(desk.actor, desk.narrowed, desk.stalled_since).subquery()
    standing = workload.standings(desk.session, found)
    if not standing:
        return Overview([blocks.section(Mrkdwn("*Accounts*\nNo account has anything open."))])
    busiest = standing[0]
    quiet = len(names) - len(standing) if desk.narrowed == Selection() else 0
    said = say(
        "*Accounts*\n{{ name }} has the most open: {{ open }}, of which {{ waiting or 'none' }} "
        "{% if waiting == 1 %}waits{% else %}wait{% endif %} for them."
        "{% if quiet %} {{ quiet }} of {{ all }} accounts have nothing open.{% endif %}",
        name=names[busiest.account_id], open=busiest.open, waiting=busiest.waiting, quiet=quiet, all=len(names),
    )  # fmt: skip
    shown, number, has_next = _paged(standing, desk.page)
    rows = [[names[one.account_id], str(one.open), str(one.urgent), str(one.waiting), _days(one.oldest, desk.now)]
            for one in shown]  # fmt: skip
    head = ["Account", "Open", "P1 and P2", "Wait for them", "Oldest"]
    return Overview([blocks.section(said), blocks.table([head, *rows], numbers=True)], number, has_next)


def allowances(desk: Desk) -> Overview:
    """How far each account's hours are used: who needs talking to, then the figures, the worst first."""
    chosen = desk.narrowed.account_id
    known = {one.id: one for one in accounts.all_of_them(desk.session) if chosen in (None, one.id)}
    found = burn_down.of_several(desk.session, known.values(), desk.now)
    if not found:
        return Overview([])  # nobody buys hours in advance
    burning = sorted(found.items(), key=lambda pair: (pair[1].state.rank, -burn.share(pair[1])))
    number, worst = burning[0]
    money = desk.actor.may(Permission.SEE_MONEY)
    told = f"{known[number].name}: {burn.stands(worst, money=money)}."
    if worst.state is Burn.OK:
        told = "Every account’s hours last until the end of the month."
    shown, page, has_next = _paged(burning, desk.page)
    rows = [[known[number].name, f"{burn.share(down)} %", *burn.cells(down, money=money)] for number, down in shown]
    head = ["Account", "Share", "Used", "Promised", "By the end", "Runs out"]
    said = blocks.section(say("*Allowances*\n{{ told }}", told=told))
    return Overview([said, blocks.table([head, *rows], numbers=True)], page, has_next)


def undelivered(desk: Desk) -> Overview:
    """What Slack refused for good, with what to do about each; nothing where everything arrived."""
    total = dead_letters.count(desk.session)
    if not total:
        return Overview([])
    number = min(desk.page, (total - 1) // SHOWN_LETTERS)
    letters = dead_letters.standing(desk.session, first=number * SHOWN_LETTERS, most=SHOWN_LETTERS)
    urls = links.to_tickets(desk.session, [one.ticket_id for one in letters if one.ticket_id], desk.actor)
    rows = [block for one in letters for block in letter(one, urls.get(one.ticket_id or 0))]
    heading = blocks.section(Mrkdwn(f"*Could not be delivered: {total}*"), accessory=TRY_ALL if total > 1 else None)
    return Overview([heading, *rows], number, total > (number + 1) * SHOWN_LETTERS)


def setup(desk: Desk) -> Overview:
    """What an admin has to mend."""
    listed = accounts.all_of_them(desk.session)
    facts = {
        "dead": dead_letters.count(desk.session),
        "homeless": _names([account.name for account in listed if not account.channel_slack_id]),
        "idle": _names([person.name for person in people.staff(desk.session) if not person.roles]),
        "untriaged": not provider.get(desk.session).triage_channel,
    }
    said = [say(sentence, **facts) for name, sentence in TO_MEND.items() if facts[name]]
    return Overview([blocks.section(Mrkdwn("\n".join(["*Set-up*", *(said or [ALL_WELL])])))])


def _names(names: list[str]) -> str:
    rest = len(names) - SHOWN_NAMES
    return ", ".join(clip(name, 60) for name in names[:SHOWN_NAMES]) + (f" and {rest} more" if rest > 0 else "")


def to_sign(desk: Desk) -> Overview:
    """Months that wait to be signed before they are billed."""
    return Overview(billing.on_home(desk.session, desk.actor))
