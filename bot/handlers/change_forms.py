"""The form of a change: begun from nothing, from a ticket, or from a request, and edited; the score grows with it."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import accounts, changes, intakes, outbox, people, releases, tickets
from bot.domain.accounts import Account
from bot.domain.changes import Change, Content, Foreseen, Rollback, Template, Touch
from bot.domain.errors import NotFound, Refused
from bot.domain.intakes import Disposition, Intake
from bot.domain.months import Month
from bot.domain.people import Person
from bot.domain.risk import Blast, Tested, Undo
from bot.domain.roles import Permission
from bot.domain.tickets import Ticket
from bot.handlers import tickets as ticket_windows
from bot.handlers.call import Call, Routes
from bot.handlers.changes import Press, held, window_of, window_underneath
from bot.messages import change_views as views
from bot.messages.mrkdwn import Mrkdwn, say
from bot.messages.redirects import PLAN_CHANGE
from bot.messages.tickets import title_line
from bot.modals import changes as modal
from bot.modals import form


def open_new(call: Call) -> None:
    """**New change**, or `/change new a title`."""
    filled = {"title": call.rest} if call.kind == "command" and call.rest else {}
    with call.begin() as (session, actor):
        actor.require(Permission.WORK)
        at = accounts.by_channel(session, call.channel)
        metadata = modal.Metadata(account_id=at.id if at else None)
        view = _view(session, actor, metadata, filled, call.now)
    call.open(view)
    call.done()


def open_from_review(call: Call) -> None:
    """**Plan a change** below our side of a client's month: for that account, and it says where it was seen."""
    number, month = _review(call.value)
    with call.begin() as (session, actor):
        actor.require(Permission.WORK)
        metadata = modal.Metadata(account_id=accounts.by_id(session, number).id)
        filled = {"purpose": f"Seen in the review of {month.name} {month.year}: "}
        view = _view(session, actor, metadata, filled, call.now)
    call.open(view)
    call.done()


def _review(value: str) -> tuple[int, Month]:
    number, _, month = value.partition(":")
    try:
        return int(number[:12]), Month.named(month)
    except ValueError:
        raise NotFound("That button carries no review. Begin the change with /change new.") from None


def open_from_ticket(call: Call) -> None:
    """**Plan a change**: prefilled from the ticket that carries it."""
    pressed = ticket_windows.Press.read(call.value)
    with call.begin() as (session, actor):
        actor.require(Permission.WORK)
        ticket = tickets.visible_to(session, actor, pressed.ticket)
        metadata = modal.Metadata(
            account_id=ticket.account_id, ticket=ticket.id, window=ticket_windows.window_underneath(call)
        )
        view = _view(session, actor, metadata, _of_ticket(ticket), call.now)
    call.open(view)
    call.done()


def _of_ticket(ticket: Ticket) -> dict[str, Any]:
    """Nothing of a private ticket is copied: everybody in the team reads a change."""
    if ticket.private:
        return {}
    return {"title": ticket.title, "purpose": ticket.details, "component": ticket.related_system}


def open_from_intake(call: Call) -> None:
    """**Plan the change**: prefilled from the request."""
    with call.begin() as (session, actor):
        actor.require(Permission.WORK)
        intake = _intake(session, actor, call.value)
        metadata = modal.Metadata(account_id=intake.account_id, intake=intake.id)
        asked = intake.asked
        filled = {
            "title": intake.title, "purpose": intake.details or asked.get("consequence"),
            "touches": asked.get("areas") or [], "component": asked.get("related_system"),
        }  # fmt: skip
        view = _view(session, actor, metadata, filled, call.now)
    call.open(view)
    call.done()


def _intake(session: Session, actor: Person, number: str, *, lock: bool = False) -> Intake:
    """A request that asked for a change and became nothing yet."""
    if not (number.isdecimal() and len(number) < 13):
        raise NotFound("That button carries no request. Look at the newest posts in the triage channel.")
    intake = intakes.visible_to(session, actor, int(number), lock=lock)
    if made := changes.of_intake(session, intake.id):
        raise Refused(f"It became {made.key} already. Open that one with /change {made.key}.")
    if intake.ticket_id or intake.disposition is not Disposition.CHANGE:
        raise Refused("It is filed as a ticket already. Press Plan a change in that ticket’s window.")
    return intake


def open_edit(call: Call) -> None:
    """**Edit**."""
    pressed = Press.read(call.value)
    with call.begin() as (session, actor):
        change = changes.visible_to(session, actor, pressed.change)
        change.check_edit(actor, pressed.seen)
        metadata = modal.Metadata(
            change=change.id, seen=change.version, account_id=change.account_id, window=window_underneath(call)
        )
        view = _view(session, actor, metadata, modal.begun(change.content), call.now)
    call.open(view)
    call.done()


def reveal(call: Call) -> None:
    """Something was chosen: the score as it is now, and the fields that now matter; what is typed stays."""
    metadata = modal.Metadata.model_validate_json(call.metadata)
    filled = _answers(call.view, metadata)
    with call.begin() as (session, actor):
        actor.require(Permission.WORK)
        account = _account(session, metadata, filled.get("account"))
        metadata.account_id = account.id if account else None
        view = _view(session, actor, metadata, filled, call.now)
    call.replace(view)
    call.done()


def _answers(view: dict[str, Any], metadata: modal.Metadata) -> dict[str, Any]:
    """What is filled in, with what was filled in before its field was hidden; the next view carries it along."""
    standing = {block.get("block_id") for block in view["blocks"]}
    hidden = {field: answer for field, answer in metadata.hidden.items() if field not in standing}
    answers = hidden | form.values(view)
    metadata.hidden = {field: value for field, value in answers.items() if field in modal.MAY_HIDE}
    return answers


def _account(session: Session, metadata: modal.Metadata, chosen: str | int | None) -> Account | None:
    """The change's, the ticket's or the request's own; else the one that was chosen."""
    fixed = metadata.change or metadata.ticket or metadata.intake
    number = metadata.account_id if fixed or not chosen else int(chosen)
    return accounts.by_id(session, number) if number else None


def _view(
    session: Session, actor: Person, metadata: modal.Metadata, filled: dict[str, Any], now: datetime
) -> dict[str, Any]:
    account = accounts.by_id(session, metadata.account_id) if metadata.account_id else None
    offered = [one for one in changes.templates_for(session, account.id) if one.is_standing] if account else []
    template = next((one for one in offered if str(one.id) == filled.get("template")), None)
    ticket = tickets.visible_to(session, actor, metadata.ticket) if metadata.ticket else None
    offers = modal.Offers(
        accounts=accounts.all_of_them(session), workers=people.workers(session), templates=offered, account=account,
        heading=_heading(metadata, account, ticket), private=ticket is not None and ticket.private,
    )  # fmt: skip
    foreseen = _foreseen(session, account, filled, template, now)
    return modal.view(metadata, offers, filled, foreseen)


def _heading(metadata: modal.Metadata, account: Account | None, ticket: Ticket | None) -> Mrkdwn | None:
    if account is None or not (metadata.change or metadata.ticket or metadata.intake):
        return None
    return say("For {{ name }}{% if line %}: {{ line }}{% endif %}", name=account.name,
               line=title_line(ticket) if ticket and not ticket.private else None)  # fmt: skip


def _foreseen(
    session: Session, account: Account | None, filled: dict[str, Any], template: Template | None, now: datetime
) -> Foreseen:
    """The score of what is filled in so far, by the rules that will store it."""
    content = modal.Form.model_construct(
        title="", purpose="", touches=tuple(Touch(name) for name in filled.get("touches") or []),
        component=filled.get("component") or "", blast=Blast(filled.get("blast") or Blast.ONE),
        undo=Undo(filled.get("undo") or Undo.TOGGLE), tested=Tested(filled.get("tested") or Tested.NONE),
        at_peak=bool(filled.get("at_peak")), emergency=bool(filled.get("emergency")),
        emergency_reason="later" if filled.get("emergency") else "", plan="", evidence="", implementer=None,
    ).content(template, Rollback())  # fmt: skip
    return changes.foresee(session, account.id if account else 0, content, now)


def submit(call: Call) -> None:
    """Store it, as a new change or another version of one."""
    metadata, filled = modal.Metadata.model_validate_json(call.metadata), form.read(modal.Form, call.view)
    if metadata.change:
        return _save(call, metadata, filled)
    return _begin(call, metadata, filled)


def _begin(call: Call, metadata: modal.Metadata, filled: modal.Form) -> None:
    """The form turns into the change's window."""
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        actor.require(Permission.WORK)
        intake = _intake(session, actor, str(metadata.intake), lock=True) if metadata.intake else None
        ticket = tickets.visible_to(session, actor, metadata.ticket, lock=True) if metadata.ticket else None
        account = _of(session, metadata, filled, ticket, intake)
        content = filled.content(_template(session, account.id, filled), Rollback())
        change = changes.draft(
            session, content, account, by=actor, now=call.now, ticket=ticket, intake_id=intake.id if intake else None
        )
        if intake:
            outbox.refresh(session, outbox.Subject.INTAKE, intake.id)
        view = window_of(session, actor, change, call.now)
        call.remember(session, response_action="update", view=view)
        below = ticket_windows.window_of(session, actor, ticket, call.now) if ticket and metadata.window else None
    if below and metadata.window:
        call.redraw(metadata.window, below)
    call.show(view)


def _of(
    session: Session, metadata: modal.Metadata, filled: modal.Form, ticket: Ticket | None, intake: Intake | None
) -> Account:
    """Whose it is: of a ticket or a request its own account, whatever the form carries."""
    fixed = ticket or intake
    number = fixed.account_id if fixed else filled.account or metadata.account_id
    if number is None:
        raise Refused("Choose the account this is for.", field="account")
    return accounts.by_id(session, number)


def _template(session: Session, account_id: int, filled: modal.Form, kept: int | None = None) -> Template | None:
    """The chosen one. `kept`: it was chosen before, so it may have been suspended since."""
    number = modal.chosen_template(filled.template)
    if number is None:
        return None
    found = next((one for one in changes.templates_for(session, account_id) if one.id == number), None)
    if found is None or not (found.is_standing or number == kept):
        raise Refused("That template is not in good standing any more. Choose another, or none.", field="template")
    return found


def _save(call: Call, metadata: modal.Metadata, filled: modal.Form) -> None:
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        change = held(session, actor, metadata.change or 0)
        content = _edited(session, change, filled)
        changes.edit(session, change, content, by=actor, now=call.now, seen=metadata.seen)
        releases.after_edit(session, change, by=actor, now=call.now)
        view = window_of(session, actor, change, call.now)
    if metadata.window:
        call.redraw(metadata.window, view)
    call.done()


def _edited(session: Session, change: Change, filled: modal.Form) -> Content:
    template = _template(session, change.account_id, filled, kept=change.template_id)
    return filled.content(template, change.content.rollback)


ROUTES: Routes = {
    ("command", "/change new"): open_new,
    ("action", views.NEW): open_new,
    ("action", views.FROM_REVIEW): open_from_review,
    ("action", "ticket.change"): open_from_ticket,
    ("action", PLAN_CHANGE): open_from_intake,
    ("action", views.EDIT): open_edit,
    ("action", modal.REVEAL): reveal,
    ("view", modal.CALLBACK_ID): submit,
}
