"""How a change is put before those who must decide, and what becomes of it by their decisions.

The caller holds the change's lock. Approved is only ever counted, never set by hand.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import playbook
from bot.domain import approvals, events, people
from bot.domain.approvals import Approval, Hall, Purpose, Standing, decisions_on
from bot.domain.approvals.approval import Settled, valid_for
from bot.domain.changes import posts, templates
from bot.domain.changes.carrying import unplan_ticket
from bot.domain.changes.change import Change, class_of, record
from bot.domain.changes.checklist import Result
from bot.domain.changes.content import Content
from bot.domain.changes.states import OUT, ChangeState
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.risk import EMERGENCY_REVIEW, ChangeClass
from bot.domain.seats import Seat, Verdict

MAY_ASK = frozenset({ChangeState.DRAFT, ChangeState.REJECTED})


def missing(change: Change) -> list[str]:
    """What has to be there before anybody is asked, in words; empty when it is ready."""
    standard, emergency = (change.change_class is kind for kind in (ChangeClass.STANDARD, ChangeClass.EMERGENCY))
    found = []
    if not change.plan.strip():
        found.append("the plan")
    if change.implementer_id is None:
        found.append("who does it")
    if not standard and not change.content.rollback.is_complete:
        found.append("the rollback plan")
    if emergency:  # checked in the review that follows
        return found
    results = [change.result_of(check) for check in change.checks]
    if unanswered := results.count(None):
        found.append(f"{unanswered} of {len(results)} checks")
    if failed := results.count(Result.FAIL):
        found.append(f"a way past {failed} failed check{'s' if failed > 1 else ''}")
    return found


def check_ask(change: Change, *, by: Person, seen: int) -> None:
    """Refuse what cannot be asked for yet."""
    change.check_edit(by, seen)
    if change.state not in MAY_ASK:
        raise Refused(f"{change.key} is {change.state.value}, so there is nothing to ask for. Look at its newest card.")
    if there := missing(change):
        raise Refused(
            f"Before anybody is asked, {change.key} needs {_listed(there)}. Open it with /change {change.key}."
        )


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def ask(session: Session, change: Change, *, by: Person, now: datetime, seen: int) -> None:
    """Put it before those who must decide; a standard change is approved by its template."""
    check_ask(change, by=by, seen=seen)
    change.reason = ""  # why it ended the time before; its history keeps that
    change.assess(session, now)
    posts.put_before_approvers(session, change)
    if not change.steps:
        approval = approvals.ask(session, Purpose.CHANGE, change.id, (), **_about(change), by=by, now=now)
        approvals.end(approval, Standing.APPROVED, now=now)
        change.move(session, ChangeState.APPROVED, by=by, now=now, template=change.template_id)
        return
    approval = approvals.ask(session, Purpose.CHANGE, change.id, change.steps, **_about(change), by=by, now=now)
    change.move(session, ChangeState.ASKED, by=by, now=now)
    _tell_whose_turn(session, change, approval, now)


def _about(change: Change) -> dict[str, Any]:
    return {"account_id": change.account_id, "barred": change.barred, "content_hash": change.content_hash}


def _tell_whose_turn(session: Session, change: Change, approval: Approval, now: datetime) -> None:
    """Name those who decide now, in the thread; the client's approver gets a card."""
    decided = decisions_on(session, [approval.id])[approval.id]
    seats, hall = approval.open_seats(decided, now, valid_for(session)), Hall(session, now)
    asked = {
        person.id: person for seat in seats if seat is not Seat.CLIENT
        for person in hall.holders(seat, approval.account_id, approval.barred_ids)
    }  # fmt: skip
    told = {
        "approval": approval.id, "purpose": approval.purpose.value, "seats": [seat.value for seat in seats],
        "asked": [people.facts(person) for person in asked.values()],
        "until": approval.expires_at.isoformat() if approval.expires_at else None,
    }  # fmt: skip
    event = record(session, change, events.Kind.APPROVAL_ASKED, by=None, now=now, **told)
    posts.tell_approvers(session, change, event)
    if Seat.CLIENT in seats and not posts.put_before_client(session, change):
        posts.remind_client(session, change, event)


def lock_subject(session: Session, number: int) -> Change:
    """The change that an approval is about, held."""
    query = select(Change).where(Change.id == number).with_for_update()
    return session.scalars(query, execution_options={"populate_existing": True}).one()


def settled(
    session: Session, change: Change, approval: Approval, result: Settled, *, by: Person, now: datetime
) -> None:
    """What a decision does: the next step is asked, or the change is approved or rejected."""
    told = {
        "approval": approval.id, "purpose": approval.purpose.value, "verdict": result.decision.verdict.value,
        "seat": result.decision.seat.value, "reason": result.decision.reason,
        "authority": people.facts(people.by_id(session, result.decision.authority_id)),
    }  # fmt: skip
    event = record(session, change, events.Kind.APPROVAL_DECIDED, by=by, now=now, **told)
    posts.tell_approvers(session, change, event)
    if approval.purpose is Purpose.EMERGENCY_REVIEW:
        posts.show(session, change, event)
        return
    if result.state is Standing.PENDING:
        posts.show(session, change, event)
        _tell_whose_turn(session, change, approval, now)
    elif result.decision.verdict is Verdict.REJECT:
        change.reason = result.decision.reason
        change.move(session, ChangeState.REJECTED, by=by, now=now, reason=change.reason)
    else:
        change.move(session, ChangeState.APPROVED, by=by, now=now)


def still_approved(session: Session, change: Change, now: datetime) -> bool:
    """Whether it may go out now: counted anew from the decisions, on exactly this content."""
    if class_of(session, change.account_id, change.content) is not change.change_class:
        return False  # its template lost its standing since
    approval = approvals.newest(session, Purpose.CHANGE, [change.id]).get(change.id)
    if approval is not None and approval.seats != [seat for step in change.steps for seat in step]:
        return False
    return approvals.still_approved(session, approval, change.content_hash, now)


def edit(session: Session, change: Change, content: Content, *, by: Person, now: datetime, seen: int) -> bool:
    """Other content; whether a decision was lost by it."""
    return change.edit(session, content, by=by, now=now, seen=seen) and void(session, change, by=by, now=now)


def answer_checks(
    session: Session, change: Change, answers: dict[str, tuple[Result, str]], *, by: Person, now: datetime, seen: int
) -> bool:
    """Results of the checklist; whether a decision was lost by it."""
    return change.answer_checks(session, answers, by=by, now=now, seen=seen) and void(session, change, by=by, now=now)


def void(session: Session, change: Change, *, by: Person | None, now: datetime, why: str = "edited") -> bool:
    """What was asked or decided counts no more, and it is a draft again. Whether anything was lost."""
    if change.state not in {ChangeState.ASKED, ChangeState.APPROVED, ChangeState.SCHEDULED, ChangeState.REJECTED}:
        return False
    approval = approvals.newest(session, Purpose.CHANGE, [change.id]).get(change.id)
    had = approval is not None and approval.state in {Standing.PENDING, Standing.APPROVED}
    if approval is not None and had:
        approvals.end(approvals.locked(session, approval.id), Standing.VOID, now=now)
    change.move(session, ChangeState.DRAFT, by=by, now=now, heard=had, why=why)
    unplan_ticket(session, change, by=by, now=now)
    return had


def withdraw(session: Session, change: Change, reason: str, *, by: Person, now: datetime, seen: int) -> None:
    """It is not done after all."""
    change.check_edit(by, seen)
    if len(reason.strip()) < 3:
        raise Refused("Say why, in a few words.", field="reason")
    if approval := approvals.pending_of(session, Purpose.CHANGE, change.id):
        approvals.end(approvals.locked(session, approval.id), Standing.WITHDRAWN, now=now)
    change.reason = reason.strip()
    change.move(session, ChangeState.WITHDRAWN, by=by, now=now, reason=change.reason)
    unplan_ticket(session, change, by=by, now=now)


def lapse(session: Session, change: Change, approval: Approval, now: datetime) -> None:
    """Nobody decided in time: it is a draft again, and its author hears it."""
    if approval.purpose is Purpose.CHANGE:
        change.move(session, ChangeState.DRAFT, by=None, now=now, why="expired")


def remind(session: Session, change: Change, approval: Approval, now: datetime, *, escalate: bool) -> None:
    """Once more in the thread; the second time those who answer for them, and the leads, read it too."""
    decided = decisions_on(session, [approval.id])[approval.id]
    seats, hall = approval.open_seats(decided, now, valid_for(session)), Hall(session, now)
    holders = [one for seat in seats for one in hall.holders(seat, approval.account_id, approval.barred_ids)]
    ids = {one.id for one in holders if one.is_staff}
    if escalate:
        ids |= hall.delegates(holders, approval.asked_at, approval.barred_ids)
        ids |= {one.id for one in hall.holders(Seat.LEAD, None)}
    known = people.by_ids(session, ids)
    told = {
        "approval": approval.id, "purpose": approval.purpose.value, "seats": [seat.value for seat in seats],
        "asked": [people.facts(known[id_]) for id_ in sorted(known)], "escalated": escalate,
        "until": approval.expires_at.isoformat() if approval.expires_at else None,
    }  # fmt: skip
    event = record(session, change, events.Kind.APPROVAL_REMINDED, by=None, now=now, **told)
    posts.tell_approvers(session, change, event)
    if Seat.CLIENT in seats:
        posts.remind_client(session, change, event)


def emergency_review(session: Session, change: Change, *, now: datetime) -> None:
    """It went out first: two colleagues look at it within two business days."""
    days = playbook.of(session).emergency_review_days
    author = people.by_id(session, change.author_id)
    if author is None:
        raise ValueError(f"{change.key} has no author")
    approval = approvals.ask(
        session, Purpose.EMERGENCY_REVIEW, change.id, EMERGENCY_REVIEW, **_about(change), by=author, now=now,
        business_days=days,
    )  # fmt: skip
    _tell_whose_turn(session, change, approval, now)


def late_reviews(session: Session, person_ids: set[int], now: datetime) -> list[Change]:
    """Emergencies of these authors whose review is late: none of them releases anything until it is done."""
    query = (
        select(Change).join(Approval, Approval.subject_id == Change.id)
        .where(Approval.purpose == Purpose.EMERGENCY_REVIEW, Approval.state == Standing.PENDING,
               Approval.expires_at < now, Change.state.in_(OUT))
        .order_by(Change.id)
    )  # fmt: skip
    return [change for change in session.scalars(query) if change.author_id in person_ids]


def failed(session: Session, change: Change, now: datetime) -> None:
    """It was rolled back: its template loses its standing."""
    if change.template_id:
        templates.suspend(session, change, now)
