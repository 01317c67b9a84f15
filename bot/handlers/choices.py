"""Options while typing, for menus too long to send whole: the same lists, narrowed by what was typed."""

from typing import Any

from sqlalchemy.orm import Session

from bot.domain import absences, accounts, people, releases, tickets
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.handlers.approvals import colleagues
from bot.handlers.call import Call, Routes
from bot.handlers.releases import possibilities
from bot.modals import changes, channel, form, moves, request, rota
from bot.modals import releases as release_form


def choices(call: Call) -> None:
    """Which list is asked for follows from the field, as in the form itself."""
    typed = (call.body.get("value") or "").casefold()
    with call.begin() as (session, actor):
        options = _LISTS[call.body["block_id"]](call, session, actor)
    found = [made for made in options if typed in made["text"]["text"].casefold()]
    call.answered = call.ack(options=found[: form.MOST_OPTIONS])


def _accounts(_call: Call, session: Session, actor: Person) -> list[dict[str, Any]]:
    return request.account_options(accounts.all_of_them(session) if actor.is_staff else [])


def _for_account(_call: Call, session: Session, actor: Person) -> list[dict[str, Any]]:
    return channel.options(accounts.all_of_them(session) if actor.may(Permission.MANAGE_ACCOUNTS) else [])


def _contacts(call: Call, session: Session, actor: Person) -> list[dict[str, Any]]:
    chosen = request.Metadata.model_validate_json(call.metadata).account_id
    account_id = actor.account_id or chosen
    return request.contact_options(people.contacts(session, account_id) if account_id else [])


def _whom(call: Call, session: Session, actor: Person) -> list[dict[str, Any]]:
    asked = moves.Metadata.model_validate_json(call.metadata)
    ticket = tickets.visible_to(session, actor, asked.ticket)
    return moves.whom_options(people.contacts(session, ticket.account_id))


def _colleagues(call: Call, session: Session, actor: Person) -> list[dict[str, Any]]:
    return _with_absences(call, session, people.workers(session) if actor.is_staff else [])


def _staff(call: Call, session: Session, actor: Person) -> list[dict[str, Any]]:
    return _with_absences(call, session, people.staff(session) if actor.is_staff else [])


def _own_side(_call: Call, session: Session, actor: Person) -> list[dict[str, Any]]:
    return moves.colleague_options(colleagues(session, actor))


def _changes(call: Call, session: Session, actor: Person) -> list[dict[str, Any]]:
    key = release_form.Metadata.model_validate_json(call.metadata).release
    release = releases.visible_to(session, actor, key) if key else None
    return possibilities(session, actor, release, call.body.get("value") or "") if actor.is_staff else []


def _whose_freeze(_call: Call, session: Session, actor: Person) -> list[dict[str, Any]]:
    return release_form.whose_options(accounts.all_of_them(session) if actor.is_staff else [])


def _with_absences(call: Call, session: Session, team: list[Person]) -> list[dict[str, Any]]:
    return moves.colleague_options(team, absences.away_now(session, team, call.now))


_LISTS = {
    "account": _accounts,
    "for_account": _for_account,
    "primary_contact": _contacts,
    "whom": _whom,
    "assignee": _colleagues,
    "reviewer": _colleagues,
    "implementer": _colleagues,
    "delegate": _own_side,
    "takes_over": _colleagues,
    **dict.fromkeys(rota.FIELDS.values(), _colleagues),
    "absentee": _staff,
    "stand_in": _staff,
    release_form.CHANGES: _changes,
    release_form.WHOSE: _whose_freeze,
}
ROUTES: Routes = {
    ("options", changes.REVEAL): choices,
    ("options", request.REVEAL): choices,  # the account's menu also hears of a change at once
    **{("options", field): choices for field in _LISTS},
}
