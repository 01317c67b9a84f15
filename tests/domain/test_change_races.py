"""Two people at the same moment: the second waits for the first, and then reads how it stands."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.domain import changes, deciding, people, releases
from bot.domain.approvals import Approval, Decision, Purpose, Standing
from bot.domain.changes import Change, ChangeState
from bot.domain.errors import Refused
from bot.domain.releases import Release, ReleaseState
from bot.domain.seats import Verdict
from tests.cast import by_name
from tests.domain.desk import MONDAY, one_waits_for_the_other, person
from tests.domain.test_changes import NIGHT, a_change, asks, released, says

LATE = MONDAY + timedelta(days=8)
Work = Callable[[Session], str]


@pytest.fixture
def asked(cast_sessions) -> int:
    """CH-1 waits for one colleague; its number is the approval's."""
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        person(session, "Eve").roles = ["engineer", "lead"]
        person(session, "Sam").roles = ["service_owner", "approver"]
        session.flush()
        return asks(session, a_change(session, by_name(session, "Acme"))).id


@pytest.fixture
def race(cast_sessions, cast_url):
    """Both, the second while the first has not committed; what each read."""

    def run(first: Work, second: Work) -> tuple[str, str]:
        return one_waits_for_the_other(cast_sessions, cast_url, first, second)

    return run


def as_somebody(name: str, verb: Callable[[Session, people.Person], object]) -> Work:
    def work(session: Session) -> str:
        actor = people.enter(session, f"U0{name.upper()}")
        assert actor
        try:
            with session.begin_nested():
                verb(session, actor)
        except Refused as refused:
            return str(refused)
        return "done"

    return work


def decides(name: str, number: int, verdict: Verdict = Verdict.APPROVE) -> Work:
    return as_somebody(
        name, lambda s, by: deciding.decide(s, by, number, verdict, now=MONDAY, reason="It is not ready")
    )


def edits(name: str, seen: int) -> Work:
    def verb(session: Session, by: people.Person) -> None:
        change = changes.visible_to(session, by, "CH-1", lock=True)
        changes.edit(session, change, replace(change.content, plan="Another"), by=by, now=MONDAY, seen=seen)
        releases.after_edit(session, change, by=by, now=MONDAY)

    return as_somebody(name, verb)


def withdraws(name: str, seen: int) -> Work:
    def verb(session: Session, by: people.Person) -> None:
        change = changes.visible_to(session, by, "CH-1", lock=True)
        changes.withdraw(session, change, "Not needed", by=by, now=MONDAY, seen=seen)

    return as_somebody(name, verb)


def sweeps(session: Session) -> str:
    people.enter_as_system(session)
    return f"{deciding.sweep(session, LATE)} followed up"


def stands(sessions) -> tuple[Standing, ChangeState, int]:
    with sessions.begin() as session:
        people.enter_as_system(session)
        (approval,) = session.scalars(select(Approval).where(Approval.purpose == Purpose.CHANGE))
        change = session.scalars(select(Change)).one()
        return approval.state, change.state, len(session.scalars(select(Decision)).all())


def version(sessions) -> int:
    with sessions.begin() as session:
        people.enter_as_system(session)
        return session.scalars(select(Change.version)).one()


@pytest.mark.parametrize("verdict", Verdict)
def test_two_approvers_on_one_seat_are_one_decision(asked, race, cast_sessions, verdict):
    first, second = race(decides("Eve", asked, verdict), decides("Maya", asked))
    outcome = "approved" if verdict is Verdict.APPROVE else "rejected"
    assert (first, second) == ("done", f"Eve was first: it is {outcome} already. Its card tells how it goes on.")
    assert stands(cast_sessions) == (Standing(outcome), ChangeState(outcome), 1)


def test_one_approver_pressing_twice_decides_once(asked, race, cast_sessions):
    first, second = race(decides("Eve", asked), decides("Eve", asked))
    assert (first, second) == ("done", "You were first: it is approved already. Its card tells how it goes on.")
    assert stands(cast_sessions)[2] == 1


def test_whoever_approves_while_it_is_edited_approves_nothing(asked, race, cast_sessions):
    first, second = race(edits("Bo", version(cast_sessions)), decides("Eve", asked))
    assert first == "done"
    assert "It was edited since you saw it" in second
    assert stands(cast_sessions) == (Standing.VOID, ChangeState.DRAFT, 0)


def test_whoever_edits_while_it_is_approved_is_told_to_look_again(asked, race, cast_sessions):
    first, second = race(decides("Eve", asked), edits("Bo", version(cast_sessions)))
    assert (first, second) == ("done", "CH-1 changed meanwhile. Open it again with /change CH-1.")
    assert stands(cast_sessions) == (Standing.APPROVED, ChangeState.APPROVED, 1)


def test_approve_against_withdraw(asked, race, cast_sessions):
    first, second = race(withdraws("Bo", version(cast_sessions)), decides("Eve", asked))
    assert first == "done"
    assert "It was withdrawn" in second
    assert stands(cast_sessions) == (Standing.WITHDRAWN, ChangeState.WITHDRAWN, 0)


def test_withdraw_against_approve(asked, race, cast_sessions):
    first, second = race(decides("Eve", asked), withdraws("Bo", version(cast_sessions)))
    assert (first, second) == ("done", "CH-1 changed meanwhile. Open it again with /change CH-1.")
    assert stands(cast_sessions) == (Standing.APPROVED, ChangeState.APPROVED, 1)


def test_a_click_while_it_expires_comes_too_late(asked, race, cast_sessions):
    first, second = race(sweeps, decides("Eve", asked))
    assert first == "1 followed up"
    assert "it expired" in second
    assert stands(cast_sessions) == (Standing.EXPIRED, ChangeState.DRAFT, 0)


def test_what_is_decided_while_the_sweep_looks_does_not_expire(asked, race, cast_sessions):
    assert race(decides("Eve", asked), sweeps) == ("done", "0 followed up")
    assert stands(cast_sessions) == (Standing.APPROVED, ChangeState.APPROVED, 1)


def test_two_sweeps_expire_it_once(asked, race, cast_sessions):
    assert race(sweeps, sweeps) == ("1 followed up", "0 followed up")
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        told = text("select count(*) from event where kind = 'change_moved' and data ->> 'why' = 'expired'")
        assert session.scalar(told) == 1


def goes(name: str, number: int, seen: int) -> Work:
    def verb(session: Session, by: people.Person) -> None:
        release = releases.visible_to(session, by, number, lock=True)
        releases.go(session, release, by=by, now=NIGHT, seen=seen)

    return as_somebody(name, verb)


@pytest.fixture
def scheduled(asked, cast_sessions) -> tuple[int, int]:
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        says(session, session.get_one(Approval, asked), "Eve")
        release = released(session, session.scalars(select(Change)).one())
        return release.id, release.version


def test_two_go_release_once(scheduled, race, cast_sessions):
    first, second = race(goes("Bo", *scheduled), goes("Maya", *scheduled))
    assert first == "done"
    assert second == "R-1 is released by now. Look at its newest card, or open it with /release R-1."
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        moved = text("select count(*) from event where kind = 'release_moved' and target = 'released'")
        assert session.scalar(moved) == 1


def test_an_edit_at_the_moment_of_go_comes_too_late(scheduled, race, cast_sessions):
    first, second = race(goes("Bo", *scheduled), edits("Bo", version(cast_sessions)))
    assert (first, second) == ("done", "CH-1 changed meanwhile. Open it again with /change CH-1.")
    assert stands(cast_sessions)[1] is ChangeState.RELEASED


def test_go_at_the_moment_of_an_edit_releases_nothing(scheduled, race, cast_sessions):
    first, second = race(edits("Bo", version(cast_sessions)), goes("Maya", *scheduled))
    assert first == "done"
    assert second != "done"
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        assert session.scalars(select(Release.state)).one() is not ReleaseState.RELEASED
        assert session.scalars(select(Change.released_at)).one() is None
