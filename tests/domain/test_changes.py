"""A change, from its draft to what became of it, by the people of the cast."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain import approvals, changes, deciding, events, outbox, releases, risk
from bot.domain.approvals import Approval, Purpose, Standing
from bot.domain.changes import Change, ChangeState, Content, Result, Rollback, Touch
from bot.domain.errors import Refused
from bot.domain.releases import Package, ReleaseState
from bot.domain.risk import Blast, Level, Undo
from bot.domain.seats import Verdict
from tests.domain.desk import MONDAY, person

ROLLBACK = Rollback(
    "Tickets land in the wrong group", "Switch the trigger off", 15, "Bo", "None is lost", "A test ticket"
)
NIGHT = MONDAY + timedelta(days=1, hours=8)  # Tuesday, 18:00


@pytest.fixture
def cast(session, who):
    """Eve leads too; Sam owns the service and approves releases."""
    who("Eve").roles = ["engineer", "lead"]
    who("Sam").roles = ["account_manager", "service_owner", "approver"]
    session.flush()
    return who


def content(session, **more) -> Content:
    told = {
        "title": "New view for the billing team", "purpose": "They look for invoices in three places today.",
        "component": "Zendesk", "blast": Blast.TEAM, "tested": risk.Tested.PARTIAL,
        "plan": "Make the view, tell the team.", "implementer_id": person(session, "Bo").id, "rollback": ROLLBACK,
    }  # fmt: skip
    return Content(**{**told, **more})


def a_change(session, acme, by="Bo", ready=True, **more) -> Change:
    change = changes.draft(session, content(session, **more), acme, by=person(session, by), now=MONDAY)
    if ready:
        answers = {check.key: (Result.PASS, "looked") for check in change.checks}
        changes.answer_checks(session, change, answers, by=person(session, by), now=MONDAY, seen=change.version)
    return change


def asks(session, change, by="Bo", now=MONDAY):
    changes.ask(session, change, by=person(session, by), now=now, seen=change.version)
    return approvals.pending_of(session, Purpose.CHANGE, change.id)


def says(session, approval, who, verdict=Verdict.APPROVE, reason="", now=MONDAY):
    return deciding.decide(session, person(session, who), approval.id, verdict, now=now, reason=reason)


def test_a_routine_change_is_approved_by_a_colleague(session, cast, acme):
    change = a_change(session, acme)
    assert (change.change_class.value, change.score, change.level) == ("routine", 2, Level.LOW)
    approval = asks(session, change)
    assert change.state is ChangeState.ASKED
    with pytest.raises(Refused, match="You are its author"):
        says(session, approval, "Bo")
    says(session, approval, "Eve")
    assert change.state is ChangeState.APPROVED
    assert changes.still_approved(session, change, MONDAY + timedelta(days=14))
    assert not changes.still_approved(session, change, MONDAY + timedelta(days=14, microseconds=1))


def test_a_sensitive_change_asks_the_client_once_a_lead_has_decided(session, cast, acme):
    change = a_change(
        session, acme, touches=(Touch.ROUTING,), blast=Blast.ALL_AGENTS, undo=Undo.TESTED_PLAN, tested=risk.Tested.FULL
    )
    assert (change.change_class.value, change.score, change.level) == ("sensitive", 6, Level.MEDIUM)
    approval = asks(session, change)
    with pytest.raises(Refused, match="Not yet: a lead decides first"):
        says(session, approval, "Cleo")
    with pytest.raises(Refused, match="This waits for a lead"):
        says(session, approval, "Sam")
    says(session, approval, "Maya")
    assert change.state is ChangeState.ASKED
    with pytest.raises(Refused, match="This waits for the client’s approver"):
        says(session, approval, "Ana")
    assert approvals.waiting_for(session, person(session, "Cleo"), MONDAY) == [approval]
    assert approvals.waiting_for(session, person(session, "Eve"), MONDAY) == []
    says(session, approval, "Cleo")
    assert change.state is ChangeState.APPROVED
    with pytest.raises(Refused, match="Cleo was first: it is approved already"):
        says(session, approval, "Eve")
    places = {post.place for post in outbox.posts_of(session, outbox.Subject.CHANGE, change.id)}
    assert places == {outbox.Place.RELEASES, outbox.Place.CLIENT}


def test_an_edit_voids_what_was_decided_and_says_so(session, cast, acme):
    change = a_change(session, acme)
    approval = asks(session, change)
    says(session, approval, "Eve")
    assert changes.edit(
        session, change, replace(change.content, plan="Another plan"), by=cast("Bo"), now=MONDAY, seen=change.version
    )
    assert (change.state, session.get(Approval, approval.id).state) == (ChangeState.DRAFT, Standing.VOID)
    with pytest.raises(Refused, match="edited since you saw it"):
        says(session, approval, "Maya")


def test_whoever_edited_it_is_an_author_too(session, cast, acme):
    change = a_change(session, acme)
    changes.edit(session, change, replace(change.content, plan="Mine"), by=cast("Eve"), now=MONDAY, seen=change.version)
    approval = asks(session, change)
    with pytest.raises(Refused, match="You are its author"):
        says(session, approval, "Eve")


def test_a_rejection_needs_a_reason_and_ends_it(session, cast, acme):
    change = a_change(session, acme)
    approval = asks(session, change)
    with pytest.raises(Refused, match="Say why"):
        says(session, approval, "Maya", Verdict.REJECT)
    says(session, approval, "Maya", Verdict.REJECT, "The view misses the archive")
    assert (change.state, change.reason) == (ChangeState.REJECTED, "The view misses the archive")
    asks(session, change)
    assert (change.state, change.reason) == (ChangeState.ASKED, "")


@pytest.mark.parametrize(("without", "named"), [
    ({"plan": ""}, "the plan"),
    ({"rollback": Rollback()}, "the rollback plan"),
    ({"implementer_id": None}, "who does it"),
])  # fmt: skip
def test_nobody_is_asked_before_everything_is_there(session, cast, acme, everything, without, named):
    change = a_change(session, acme, **without)
    before = everything()
    with pytest.raises(Refused, match=named):
        asks(session, change)
    assert everything() == before


def test_a_failed_check_stops_it(session, cast, acme):
    change = a_change(session, acme, ready=False)
    with pytest.raises(Refused, match="5 of 5 checks"):
        asks(session, change)
    answers = {check.key: (Result.FAIL if check.key == "tested" else Result.PASS, "") for check in change.checks}
    changes.answer_checks(session, change, answers, by=cast("Eve"), now=MONDAY, seen=change.version)
    with pytest.raises(Refused, match="a way past 1 failed check"):
        asks(session, change)


def released(session, change, by="Bo") -> releases.Release:
    package = Package("Tuesday", NIGHT, NIGHT + timedelta(hours=2), (change.id,))
    release = releases.make(session, package, by=person(session, by), now=MONDAY)
    releases.ask(session, release, by=person(session, by), now=MONDAY, seen=release.version)
    approval = approvals.pending_of(session, Purpose.RELEASE, release.id)
    with pytest.raises(Refused, match="You are its author of CH-"):
        says(session, approval, "Bo")
    says(session, approval, "Sam")
    assert release.state is ReleaseState.APPROVED
    releases.schedule(session, release, by=person(session, by), now=MONDAY, seen=release.version)
    assert (release.state, change.state) == (ReleaseState.SCHEDULED, ChangeState.SCHEDULED)
    return release


def test_a_release_goes_out_in_its_window_and_is_verified(session, cast, acme):
    change = a_change(session, acme)
    says(session, asks(session, change), "Eve")
    release = released(session, change)
    with pytest.raises(Refused, match="Its window is Tue 24 Nov, 18:00 to 20:00"):
        releases.go(session, release, by=cast("Bo"), now=MONDAY, seen=release.version)
    releases.go(session, release, by=cast("Bo"), now=NIGHT, seen=release.version)
    with pytest.raises(Refused, match="is released by now"):
        releases.go(session, release, by=cast("Bo"), now=NIGHT, seen=release.version)
    releases.verify(session, release, by=cast("Bo"), now=NIGHT, seen=release.version)
    assert (release.state, change.state) == (ReleaseState.VERIFIED, ChangeState.VERIFIED)


def test_an_edit_of_a_scheduled_change_takes_the_release_back_to_a_draft(session, cast, acme):
    change = a_change(session, acme)
    says(session, asks(session, change), "Eve")
    release = released(session, change)
    changes.edit(session, change, replace(change.content, plan="More"), by=cast("Bo"), now=MONDAY, seen=change.version)
    releases.after_edit(session, change, by=cast("Bo"), now=MONDAY)
    assert (release.state, change.state) == (ReleaseState.DRAFT, ChangeState.DRAFT)
    with pytest.raises(Refused):
        releases.go(session, release, by=cast("Bo"), now=NIGHT, seen=release.version)


def test_an_emergency_goes_out_at_once_and_is_reviewed_by_two(session, cast, acme):
    change = a_change(session, acme, ready=False, emergency_reason="Webhooks are down for every customer")
    approval = asks(session, change)
    says(session, approval, "Maya")
    release = releases.release_now(session, change, by=cast("Bo"), now=MONDAY, seen=change.version)
    assert release.state is ReleaseState.RELEASED
    review = approvals.pending_of(session, Purpose.EMERGENCY_REVIEW, change.id)
    late = MONDAY + timedelta(days=3)
    assert changes.late_reviews(session, {cast("Bo").id}, late) == [change]
    says(session, review, "Eve", now=late)
    says(session, review, "Maya", now=late)
    assert changes.late_reviews(session, {cast("Bo").id}, late) == []


def test_one_who_rejects_an_emergency_frees_its_author_no_more_than_one_who_approves(session, cast, acme):
    change = a_change(session, acme, ready=False, emergency_reason="Webhooks are down for every customer")
    says(session, asks(session, change), "Maya")
    releases.release_now(session, change, by=cast("Bo"), now=MONDAY, seen=change.version)
    review, late = approvals.pending_of(session, Purpose.EMERGENCY_REVIEW, change.id), MONDAY + timedelta(days=3)
    says(session, review, "Eve", Verdict.REJECT, "It could have waited", now=late)
    assert review.is_pending
    assert changes.late_reviews(session, {cast("Bo").id}, late) == [change]
    says(session, review, "Maya", now=late)
    assert review.state is Standing.REJECTED
    assert changes.late_reviews(session, {cast("Bo").id}, late) == []


def test_a_late_review_holds_up_its_authors_next_release(session, cast, acme):
    emergency = a_change(session, acme, ready=False, emergency_reason="Webhooks are down for every customer")
    says(session, asks(session, emergency), "Maya")
    releases.release_now(session, emergency, by=cast("Bo"), now=MONDAY - timedelta(days=5), seen=emergency.version)
    change = a_change(session, acme)
    says(session, asks(session, change), "Eve")
    with pytest.raises(Refused, match=f"The review of {emergency.key} is late, and Bo releases nothing"):
        released(session, change)


def test_a_rollback_tells_those_who_were_told_and_counts_against_the_system(session, cast, acme):
    change = a_change(session, acme, touches=(Touch.ROUTING,), tested=risk.Tested.FULL)
    approval = asks(session, change)
    says(session, approval, "Maya")
    release = released(session, change)
    releases.go(session, release, by=cast("Bo"), now=NIGHT, seen=release.version)
    releases.roll_back(
        session, release, "Tickets landed in the wrong group", by=cast("Bo"), now=NIGHT, seen=release.version
    )
    assert (release.state, change.state) == (ReleaseState.ROLLED_BACK, ChangeState.ROLLED_BACK)
    sent = [one.moment.value for one in releases.messages_of(session, release.id) if one.sent_at]
    assert sent == ["day_before", "at_release", "rolled_back"]
    assert a_change(session, acme, component="zendesk ").failed_lately
    assert not a_change(session, acme, component="Salesforce").failed_lately


def test_reminders_escalate_and_then_it_expires(session, cast, acme):
    change = a_change(session, acme)
    approval = asks(session, change)
    assert deciding.sweep(session, MONDAY + timedelta(hours=7)) == 0
    for days, expected in ((1.1, 1), (2.1, 2)):
        assert deciding.sweep(session, MONDAY + timedelta(days=days)) == 1
        assert deciding.sweep(session, MONDAY + timedelta(days=days)) == 0
        assert approval.reminded == expected
    assert deciding.sweep(session, MONDAY + timedelta(days=8)) == 1
    assert (change.state, approval.state) == (ChangeState.DRAFT, Standing.EXPIRED)
    told = session.scalars(select(events.Event.kind).where(events.Event.change_id == change.id)).all()
    assert told.count(events.Kind.APPROVAL_REMINDED) == 2


def test_those_who_were_told_hear_in_that_thread_that_the_plan_moved_and_at_its_end_that_it_is_off(session, cast, acme):
    change = a_change(session, acme, touches=(Touch.ROUTING,), tested=risk.Tested.FULL)
    says(session, asks(session, change), "Maya")
    release = released(session, change)
    later = NIGHT + timedelta(days=1)
    package = Package("Wednesday", later, later + timedelta(hours=2), (change.id,))
    releases.repackage(session, release, package, by=cast("Bo"), now=MONDAY, seen=release.version)
    assert (release.state, change.state) == (ReleaseState.DRAFT, ChangeState.APPROVED)
    releases.ask(session, release, by=cast("Bo"), now=MONDAY, seen=release.version)
    says(session, approvals.pending_of(session, Purpose.RELEASE, release.id), "Sam")
    releases.schedule(session, release, by=cast("Bo"), now=MONDAY, seen=release.version)
    releases.send_due(session, NIGHT)
    sent = [one.moment.value for one in releases.messages_of(session, release.id) if one.sent_at]
    assert sent == ["day_before"]
    (message,) = [one for one in releases.messages_of(session, release.id) if one.sent_at]
    (post,) = outbox.posts_of(session, outbox.Subject.ROLLOUT, message.id)
    below = session.scalars(select(events.Event.target).join(outbox.Post, outbox.Post.subject_id == events.Event.id)
                            .where(outbox.Post.parent_id == post.id).order_by(events.Event.id)).all()  # fmt: skip
    assert below == ["draft", "scheduled"]
    releases.withdraw(session, release, "It is not wanted", by=cast("Bo"), now=NIGHT, seen=release.version)
    sent = [one.moment.value for one in releases.messages_of(session, release.id) if one.sent_at]
    assert sent == ["day_before", "called_off"]


def test_a_standard_change_waits_when_its_template_loses_its_standing_before_it_is_out(session, cast, acme):
    proven = a_change(session, acme)
    proven.state = ChangeState.VERIFIED
    session.flush()
    template = changes.make_template(session, proven, "A view", by=cast("Maya"), now=MONDAY)
    failing, next_one = (a_change(session, acme, template_id=template.id) for _ in range(2))
    for change in (failing, next_one):
        asks(session, change)
        assert (change.change_class.value, change.state) == ("standard", ChangeState.APPROVED)
    changes.failed(session, failing, MONDAY)
    assert not changes.still_approved(session, next_one, MONDAY)
    with pytest.raises(Refused, match="its approval has lapsed"):
        released(session, next_one)
    assert deciding.sweep(session, MONDAY) == 2
    assert {failing.state, next_one.state} == {ChangeState.DRAFT}


def test_nobody_decides_on_a_standard_change(session, cast, acme):
    proven = a_change(session, acme)
    proven.state = ChangeState.VERIFIED
    session.flush()
    template = changes.make_template(session, proven, "A view", by=cast("Maya"), now=MONDAY)
    change = a_change(session, acme, template_id=template.id)
    asks(session, change)
    approval = approvals.newest(session, Purpose.CHANGE, [change.id])[change.id]
    with pytest.raises(Refused, match="approved by its template"):
        says(session, approval, "Eve")


def test_what_was_approved_too_long_ago_is_a_draft_again_and_can_be_asked_for_anew(session, cast, acme):
    change = a_change(session, acme)
    says(session, asks(session, change), "Eve")
    release = released(session, change)
    assert deciding.sweep(session, MONDAY + timedelta(days=14)) == 0
    late = MONDAY + timedelta(days=14, seconds=1)
    assert deciding.sweep(session, late) == 1
    assert (change.state, release.state) == (ChangeState.DRAFT, ReleaseState.DRAFT)
    assert deciding.sweep(session, late) == 0
    says(session, asks(session, change, now=late), "Eve", now=late)
    assert change.state is ChangeState.APPROVED
