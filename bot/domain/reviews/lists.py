"""The lists of a month's review: which tickets, in which order, and what is told of each."""

from collections import Counter
from typing import Any

from bot.domain.business_time import days_between
from bot.domain.codes import Code
from bot.domain.reviews.lives import Life, Stay
from bot.domain.reviews.records import Records
from bot.domain.tickets import Ticket
from bot.domain.workflow import STATUSES, Side, Status

Facts = dict[str, Any]
SHOWN = 5
LONG_LIST = 99  # a table of Slack's has a hundred rows, one of them the heading
WAITING = tuple(status for status, state in STATUSES.items() if state.side is Side.CLIENT)
IN_WORK = (Status.IN_PROGRESS, Status.INTERNAL_REVIEW)


def words_of(ticket: Ticket, **said: Any) -> Facts:
    """The one place where what people wrote about a ticket enters a review: a whole channel reads it."""
    if ticket.private:
        return {"title": ticket.shared_title, "system": None, **dict.fromkeys(said)}
    return {"title": ticket.title, "system": " ".join((ticket.related_system or "").split()) or None, **said}


def _item(of: Records, life: Life, said: Facts | None = None, **more: Any) -> Facts:
    stay = life.at(of.end)
    owner = of.people.get(life.ticket.assignee_id or 0)
    return {
        "id": life.ticket.id,
        **words_of(life.ticket, **(said or {})),
        "priority": life.ticket.priority.value,
        "status": stay.status.value if stay else None,
        "owner": owner.first_name if owner else None,
        "imported": life.ticket.source is not None,
        **more,
    }


def _listed(items: list[Facts], shown: int = SHOWN) -> Facts:
    return {"total": len(items), "tickets": items[:shown]}


def _standing(of: Records, *statuses: Status) -> list[tuple[Life, Stay]]:
    """What stood there at the month's end, with how it came there."""
    ends = [(life, life.at(of.end)) for life in of.lives]
    return [(life, stay) for life, stay in ends if stay and stay.status in statuses]


def came_in(of: Records) -> list[Life]:
    """What was filed in the month."""
    return [life for life in of.lives if of.start <= life.ticket.created_at < of.end]


def closings(of: Records) -> list[tuple[Life, Stay]]:
    """What was closed in the month and stayed so, with its closing."""
    return [(life, stay) for life, stay in _standing(of, Status.CLOSED) if stay.since >= of.start]


def closed(of: Records) -> Facts:
    """Finished work first, the most urgent on top; what was closed without work comes last."""

    def place(one: tuple[Life, Stay]) -> tuple[Any, ...]:
        life, stay = one
        return bool(stay.told.get("close_reason")), life.ticket.priority, stay.since, life.ticket.id

    items = [
        _item(
            of,
            life,
            {"summary": of.summaries.get(life.ticket.id)},
            closed=of.calendar.local_date(stay.since).isoformat(),
            close_reason=stay.told.get("close_reason"),
        )
        for life, stay in sorted(closings(of), key=place)
    ]
    return _listed(items, LONG_LIST)


def oldest(of: Records) -> Facts:
    """What was open when the month ended, with its age in business days."""
    still = sorted((life for life in of.lives if life.was_open(of.end)), key=lambda life: life.ticket.created_at)
    ages = {life.ticket.id: days_between(of.calendar, life.ticket.created_at, of.end) for life in still[:SHOWN]}
    items = [_item(of, life, days=int(ages[life.ticket.id])) for life in still[:SHOWN]]
    return {"total": len(still), "tickets": items}


def reopened(of: Records) -> Facts:
    """What somebody reopened in the month."""
    return _listed([_item(of, life) for life in of.lives if life.came_back_within(of.start, of.end)])


def systems(of: Records) -> list[Facts]:
    """Systems that more than one request was about, the most frequent first, as they were first written."""
    spelt: dict[str, str] = {}
    counted = Counter[str]()
    for life in came_in(of):
        if system := words_of(life.ticket)["system"]:
            spelt.setdefault(system.casefold(), system)
            counted[system.casefold()] += 1
    repeated = sorted((-count, name) for name, count in counted.items() if count > 1)
    return [{"system": spelt[name], "count": -count} for count, name in repeated[:SHOWN]]


def waiting(of: Records) -> Facts:
    """What stood with the client when the month ended, the longest first."""
    standing = sorted(_standing(of, *WAITING), key=lambda one: one[1].since)
    items = [
        _item(of, life, _asked(of, life, stay), since=of.calendar.local_date(stay.since).isoformat())
        for life, stay in standing
    ]
    return _listed(items)


def _asked(of: Records, life: Life, stay: Stay) -> Facts:
    """What was asked, and of whom; in Client review it is the confirmation, of whoever asked for the work."""
    asked_by, whom = of.people.get(life.ticket.requester_id or 0), stay.told.get("whom")
    named = whom.get("name") if isinstance(whom, dict) else whom
    return {
        "what": stay.told.get("reason") if stay.status is Status.WAITING else None,
        "whom": named or (asked_by.name if asked_by and not asked_by.is_staff else None),
    }


def scheduled(of: Records) -> Facts:
    """What was planned when the month ended, the soonest first."""
    items = [_item(of, life, starts=stay.told.get("planned_start")) for life, stay in _standing(of, Status.SCHEDULED)]
    return _listed(sorted(items, key=lambda item: (item["starts"] or "9999", item["id"])))


def in_work(of: Records) -> Facts:
    """What was being worked on or checked when the month ended, the most urgent first."""
    items = [_item(of, life) for life, _ in _standing(of, *IN_WORK)]
    return _listed(sorted(items, key=lambda item: (item["priority"], item["id"])))


def quoted(of: Records) -> Facts:
    """What was asked for beyond the agreement, and what the client decided."""
    known = {life.ticket.id: life for life in of.lives}
    items = [
        _item(
            of,
            known[quote.ticket_id],
            state=quote.state.value,
            minutes=quote.minutes,
            cap_minutes=quote.cap_minutes,
            decision=decision.id,
            by=of.people[decision.person_id].name,
            day=of.calendar.local_date(decision.at).isoformat(),
        )
        for quote, decision in of.decided
        if quote.ticket_id in known
    ]
    return _listed(items, LONG_LIST)


def out_of_scope(of: Records) -> Facts:
    """Hours outside the agreement by ticket, and whether the client has said yes to them."""
    minutes = Counter[int]()
    for entry in of.worked:
        if entry.code is Code.OUT_OF_SCOPE and entry.ticket_id:
            minutes[entry.ticket_id] += entry.minutes
    known = {life.ticket.id: life for life in of.lives}
    items = [
        _item(of, known[number], minutes=spent, approval=known[number].ticket.approval_status)
        for number, spent in minutes.most_common()
    ]
    return _listed(items)
