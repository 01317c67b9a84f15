"""Tickets as cards read them, made in memory: any status, any text, anything missing."""

import re
from datetime import UTC, date, datetime
from typing import Any

from bot import playbook
from bot.domain.accounts import Account
from bot.domain.codes import Code
from bot.domain.people import Person
from bot.domain.priority import Effect, Priority, Timing, Users
from bot.domain.routing import RequestType
from bot.domain.tickets import Attachment, Closure, Ticket
from bot.domain.workflow import CloseReason, Status
from bot.messages.shown import Shown

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
BOOK = playbook.from_file()
# What we write in Slack's text: a link to a page, a person by id, a time in the reader's zone.
OURS = re.compile(
    r"<https?://[^\s|<>]+\|[^<>|]*>|<@[UW][A-Z0-9]+>|<!date\^\d+\^\{date_short_pretty\} at \{time\}\|[^<>|]*>"
)


def person(name: str, id_: int, *, account: int | None = None, slack_id: str | None = None) -> Person:
    made = Person(name=name, account_id=account, slack_id=slack_id, roles=["engineer"])
    made.id = id_
    return made


BO = person("Bo Berg", 1, slack_id="U0BO")
EVE = person("Eve", 2, slack_id="U0EVE")
ANA = person("Ana", 3, account=1, slack_id="U0ANA")


def acme() -> Account:
    made = Account(name="Acme", channel_slack_id="C0ACME", timezone="Europe/Berlin")
    made.id = 1
    return made


def closure(text: str = "Search finds articles again", **parts: Any) -> Closure:
    made = dict.fromkeys(("actions", "systems", "decisions", "follow_ups"), text) | {"summary": text} | parts
    return Closure(ticket_id=101, account_id=1, written_by_id=2, at=NOW, time_spent={"included": 90}, **made)


def attachment(name: str) -> Attachment:
    return Attachment(
        ticket_id=101, account_id=1, file_slack_id="F1", name=name, permalink="https://acme.slack.com/f/1"
    )


def ticket(status: Status = Status.NEW, **facts: Any) -> Ticket:
    """A ticket as far along as its status; `facts` stand on it whatever way they came there."""
    made = Ticket(
        account_id=1, title="Help centre search is empty", request_type=RequestType.INCIDENT, priority=Priority.P3,
        computed_priority=Priority.P3, priority_why="many people, a workaround", created_at=NOW, status_since=NOW,
        status=status, version=4, details="It began this morning.", effect=Effect.DEGRADED, users=Users.MANY,
        timing=Timing.THIS_WEEK, requester_id=ANA.id, assignee_id=BO.id, reviewer_id=EVE.id,
        primary_contact_id=ANA.id, estimate_minutes=120, code=Code.INCLUDED, planned_start=date(2026, 11, 26),
        confirm_by=date(2026, 11, 30), waiting_for="The words you searched for.", waiting_whom="Ana",
        related_system="Help centre", approval_status="Pending", consequence="Nobody finds anything",
        closed_at=NOW if status is Status.CLOSED else None,
    )  # fmt: skip
    made.id = 101
    for name, value in facts.items():
        setattr(made, name, value)
    return made


def shown(status: Status = Status.NEW, *, note: Closure | None = None, names: str = "", **facts: Any) -> Shown:
    """Everything a card reads. `names` replaces everybody's; who is not on the ticket is not there."""
    made = ticket(status, **facts)
    everybody = {who.id: who for who in (BO, EVE, ANA)}
    if names:
        everybody = {id_: person(names, id_, account=who.account_id) for id_, who in everybody.items()}
    return Shown(
        ticket=made, account=acme(), assignee=everybody.get(made.assignee_id or 0),
        reviewer=everybody.get(made.reviewer_id or 0), requester=everybody.get(made.requester_id or 0),
        contact=everybody.get(made.primary_contact_id or 0),
        closure=note or (closure() if status in {Status.CLIENT_REVIEW, Status.CLOSED} else None), files=[],
        triage_due=NOW, book=BOOK,
    )  # fmt: skip


def nothing_known(status: Status) -> Shown:
    """An import brought no more than a title: no people, no dates, no note."""
    missing = dict.fromkeys(
        ("requester_id", "assignee_id", "reviewer_id", "primary_contact_id", "estimate_minutes", "code",
         "planned_start", "confirm_by", "waiting_for", "waiting_whom", "related_system", "approval_status",
         "effect", "users", "timing", "closed_at")
    )  # fmt: skip
    found = shown(status, details="", priority_why="", **missing)
    return Shown(**{**found.__dict__, "closure": None})


CLOSE_REASONS = [None, *CloseReason]


def texts(node: Any, kind: str = "mrkdwn") -> list[str]:
    """Every text of one kind in a structure of blocks."""
    if isinstance(node, list):
        return [text for child in node for text in texts(child, kind)]
    if not isinstance(node, dict):
        return []
    own = [node["text"]] if node.get("type") == kind and isinstance(node.get("text"), str) else []
    return own + [text for child in node.values() if isinstance(child, dict | list) for text in texts(child, kind)]


def alive(text: str) -> str:
    """What is left of a text's angle brackets once those that are ours are taken out: should be nothing."""
    rest = OURS.sub("", text)
    return rest[rest.index("<") :][:80] if "<" in rest else ""
