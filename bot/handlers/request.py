"""`/request`: the form opens at once, reveals what matters, and becomes a ticket or a meeting."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from bot import playbook
from bot.domain import accounts, agreements, intakes, people, provider, targets, tickets
from bot.domain.accounts import Account
from bot.domain.errors import Refused
from bot.domain.intakes import Origin
from bot.domain.people import Person
from bot.domain.priority import Timing
from bot.domain.roles import Permission
from bot.domain.routing import RequestType
from bot.domain.tickets import CameFrom, Door, Filing, Ticket
from bot.handlers import similar
from bot.handlers.call import Call, Routes
from bot.modals import bypass, form
from bot.modals import request as modal
from bot.modals import similar as similar_modal
from bot.slack import said

NO_ACCOUNT = "There is no account yet. Ask an admin to add one with `steward apply`."


@dataclass(frozen=True)
class Source:
    """Where a form is opened from, and what it is begun with: the only thing that differs from door to door."""

    door: Door
    channel: str | None = None
    text: str = ""  # as Slack sends it
    origin: Origin | None = None
    files: list[dict[str, str]] = field(default_factory=list)
    notice: str = ""


def open_form(call: Call) -> None:
    """`/request` and **New request**."""
    door = Door.COMMAND if call.kind == "command" else Door.HOME if call.body.get("view") else Door.BUTTON
    open_from(call, Source(door, call.channel, text=call.body.get("text") or ""))


def open_from(call: Call, source: Source) -> None:
    """One short read, then the window: it writes nothing."""
    with call.begin() as (session, actor):
        view = _became(session, actor, source) or _new(session, actor, source, call.now)
    call.open(view)
    call.done()


def _became(session: Session, actor: Person, source: Source) -> dict[str, Any] | None:
    """For a message that is a request already: what became of it."""
    if source.origin is None:
        return None
    intake = intakes.made_of(session, source.origin)
    if intake is None:
        intakes.check_origin(session, source.origin, by=actor)
        return None
    known = tickets.several(session, actor, {intake.ticket_id} if intake.ticket_id else set())
    return modal.already(intakes.became(session, intake, actor), next(iter(known.values()), None))


def _new(session: Session, actor: Person, source: Source, now: datetime) -> dict[str, Any]:
    account = _account_at(session, actor, source.channel)
    by_staff = actor.is_staff and source.origin is None
    metadata = modal.Metadata(
        door=Door.STAFF if by_staff else source.door,
        opened_at=now,
        account_id=account.id if account else None,
        channel=source.channel,
        origin=source.origin,
        files=source.files,
    )
    view = form.keep(_view(session, actor, metadata), _begun_with(session, actor, source, account))
    if source.notice:
        view["blocks"].insert(0, modal.notice(source.notice))
    return view


def _account_at(session: Session, actor: Person, channel: str | None) -> Account | None:
    """A contact's own account; for staff the one whose channel they are in."""
    if not actor.is_staff:
        return accounts.by_id(session, actor.account_id or 0)
    actor.require(Permission.FILE_FOR_CLIENT)
    return accounts.by_channel(session, channel)


def _begun_with(session: Session, actor: Person, source: Source, account: Account | None) -> dict[str, Any]:
    """What stands in the form already, by field."""
    names = people.names_of(session, said.mentioned(source.text))
    words = said.plain(source.text, names, provider.get(session).bot_user_slack_id)
    title, details = said.title_and_details(words)
    filled = {"title": title or None, "details": details or None}
    if source.origin is None:
        return filled
    author = people.by_slack_id(session, source.origin.author)
    if author and account and author.account_id == account.id:
        filled["primary_contact"] = f"{modal.PERSON}{author.id}"
    return filled | ({"came_from": CameFrom.CHAT.value} if actor.is_staff else {})


def _view(
    session: Session, actor: Person, metadata: modal.Metadata, *, chosen: dict[str, Any] | None = None
) -> dict[str, Any]:
    choices = accounts.all_of_them(session) if actor.is_staff else []
    if actor.is_staff and not choices:
        raise Refused(NO_ACCOUNT)
    account_id = metadata.account_id
    contacts = people.contacts(session, account_id) if account_id else []
    billable = _may_be_billable(session, metadata, (chosen or {}).get("related_system"))
    book = playbook.of(session)
    return modal.view(
        metadata, actor, choices, contacts, chosen=chosen, billable=billable,
        cannot_wait=bypass.fields(book.bypass_criteria, book.bypass_confirm_minutes),
    )  # fmt: skip


def _may_be_billable(session: Session, metadata: modal.Metadata, system: str | None) -> bool:
    account_id, day = metadata.account_id, metadata.opened_at.date()
    agreement = agreements.of(session, account_id, day) if account_id else None
    return bool(agreement and agreement.may_be_billable(system))


def reveal(call: Call) -> None:
    """A choice was made: the fields that now matter appear; what is typed stays."""
    metadata = modal.Metadata.model_validate_json(call.metadata)
    chosen = _answers(call.view, metadata)
    with call.begin() as (session, actor):
        if actor.is_staff and chosen.get("account") != str(metadata.account_id or ""):
            chosen.pop("primary_contact", None)  # somebody of the account chosen before
        if actor.is_staff and chosen.get("account"):
            metadata.account_id = accounts.by_id(session, int(chosen["account"])).id
        alike = similar.likely(call, session, actor, metadata, chosen)
        view = similar_modal.show(form.keep(_view(session, actor, metadata, chosen=chosen), chosen), alike)
    call.replace(view)
    call.done()


def _answers(view: dict[str, Any], metadata: modal.Metadata) -> dict[str, Any]:
    """What is filled in, with what was filled in before its field was hidden; the next view carries it along."""
    standing = {block.get("block_id") for block in view["blocks"]}
    hidden = {field: answer for field, answer in metadata.hidden.items() if field not in standing}
    answers = hidden | form.values(view)
    metadata.hidden = {field: value for field, value in answers.items() if field in modal.MAY_HIDE}
    return answers


def submit(call: Call) -> None:
    """File it, and turn the form into what became of it."""
    metadata = modal.Metadata.model_validate_json(call.metadata)
    filled = form.read(modal.Form, call.view)
    with call.begin() as (session, actor):
        account = _chosen_account(session, actor, filled, metadata)
        metadata.account_id = account.id
        call.once_along(session, form.values(call.view), actor)  # a repeat is answered before anything is asked
        question = _question(call, session, actor, metadata, filled)
        if metadata.origin:  # after the search, which may have met the very ticket that came of it meanwhile
            intakes.check_unmade(session, metadata.origin, actor)
        filing = _filing(session, filled, metadata, account, actor)
        intakes.check(filing, by=actor, account=account)
        if question:
            call.let_go(session)
            return call.show(question)
        ticket = intakes.submit(
            session, filing, by=actor, account=account, provider=provider.get(session), now=call.now,
            opened_at=metadata.opened_at, origin=metadata.origin,
        )  # fmt: skip
        if ticket:
            similar.follow_up(call, session, actor, ticket, metadata)
        view = _outcome(session, ticket, filing, account, actor, call)
        call.remember(session, response_action="update", view=view)
    return call.show(view)


def _question(
    call: Call, session: Session, actor: Person, metadata: modal.Metadata, filled: modal.Form
) -> dict[str, Any] | None:
    """The form once more, with what should be answered before it is filed."""
    typed = form.values(call.view)
    unasked = _approval_missing(session, metadata, filled, call.view)
    alike = similar.never_shown(call, session, actor, metadata, typed)
    if not (unasked or alike):
        return None
    view = form.keep(_view(session, actor, metadata, chosen=typed), typed)
    view["blocks"][:0] = [*([modal.one_more_question()] if unasked else []), *alike]
    return view


def _outcome(
    session: Session, ticket: Ticket | None, filing: Filing, account: Account, actor: Person, call: Call
) -> dict[str, Any]:
    if ticket is None:
        return modal.redirected(intakes.where_it_belongs(session, filing))
    assessment = filing.assess(account, account.calendar.local_date(call.now))
    hours = playbook.of(session).triage_hours
    due = targets.triage_due(account.calendar, ticket.created_at, ticket.priority, hours)
    return modal.filed(ticket, assessment, due, account.name if actor.is_staff else None)


def _chosen_account(session: Session, actor: Person, filled: modal.Form, metadata: modal.Metadata) -> Account:
    account_id = (filled.account or metadata.account_id) if actor.is_staff else actor.account_id
    if account_id is None:
        raise Refused("Choose the account this is for.", field="account")
    return accounts.by_id(session, account_id)


def _approval_missing(session: Session, metadata: modal.Metadata, filled: modal.Form, view: dict[str, Any]) -> bool:
    """The eighth field is asked for only where the work may be billed on top, which the system typed may decide."""
    asked = any(block.get("block_id") == "approval" for block in view["blocks"])
    return not asked and _may_be_billable(session, metadata, filled.related_system)


def _filing(session: Session, filled: modal.Form, metadata: modal.Metadata, account: Account, actor: Person) -> Filing:
    contact, contact_text = _contact(session, filled.primary_contact, account, actor)
    return Filing(
        request_type=filled.request_type,
        title=filled.title,
        effect=filled.effect,
        users=filled.users,
        timing=filled.timing,
        details=filled.details,
        blocks_revenue=filled.blocks_revenue,
        wanted_by=filled.wanted_by,
        consequence=filled.consequence,
        related_system=filled.related_system,
        files=[*metadata.files, *filled.attachments],
        primary_contact=contact,
        primary_contact_text=contact_text,
        approval_status=filled.approval,
        door=metadata.door,
        came_from=filled.came_from,
        private=filled.private,
        criterion=filled.criterion if filled.timing is Timing.NOW else None,
        areas=filled.areas if filled.request_type is RequestType.CHANGE else (),
    )


def _contact(session: Session, chosen: str | None, account: Account, actor: Person) -> tuple[Person | None, str | None]:
    """One of the account's people, or a name as it was typed; by default whoever asks."""
    if not chosen:
        return (None if actor.is_staff else actor), None
    if not chosen.startswith(modal.PERSON):
        return None, chosen
    number = chosen.removeprefix(modal.PERSON)
    if number == str(actor.id) and not actor.is_staff:
        return actor, None
    person = people.by_id(session, int(number)) if number.isdecimal() else None
    if person is None or person.account_id != account.id:
        raise Refused("Choose somebody of this account.", field="primary_contact")
    return person, None


def abandoned(call: Call) -> None:
    """The form was closed without sending: counted, for it says something about the form."""
    try:
        metadata = modal.Metadata.model_validate_json(call.metadata)
    except ValidationError:
        return call.done()
    with call.begin() as (session, actor):
        account_id = actor.account_id or metadata.account_id
        if account_id:
            intakes.abandon(
                session, by=actor, account_id=account_id, door=metadata.door, opened_at=metadata.opened_at, now=call.now
            )
    return call.done()


ROUTES: Routes = {
    ("command", "/request"): open_form,
    ("action", "request.open"): open_form,
    ("action", modal.REVEAL): reveal,
    ("view", modal.CALLBACK_ID): submit,
    ("view_closed", modal.CALLBACK_ID): abandoned,
}
