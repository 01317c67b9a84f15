"""Entering opens exactly the accounts that are one's own to this transaction, and nothing outlives it."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.domain import people
from bot.domain.accounts import all_of_them
from bot.domain.people import Person
from tests.domain.desk import person


def entered(session: Session) -> str:
    return session.scalar(text("select current_setting('steward.accounts', true)"))


def accounts_seen(session: Session) -> list[str]:
    return [account.name for account in all_of_them(session)]


@pytest.mark.parametrize(
    ("slack_id", "seen"),
    [
        ("U0BO", ["Acme", "Umbrella"]),
        ("U0SAM", ["Acme", "Umbrella"]),
        ("U0ANA", ["Acme"]),
        ("U0REX", ["Umbrella"]),
    ],
)
def test_entering_opens_exactly_ones_own_accounts(session, slack_id, seen):
    assert people.enter(session, slack_id).slack_id == slack_id
    assert accounts_seen(session) == seen


@pytest.mark.parametrize("slack_id", ["U0ZED", "", "u0bo", "%", "U0BO' or '1'='1"])
def test_somebody_unknown_sees_nothing_even_after_somebody_known(session, slack_id):
    people.enter(session, "U0BO")
    assert people.enter(session, slack_id) is None
    assert accounts_seen(session) == []


@pytest.mark.parametrize("name", ["Bo", "Ana"])
def test_who_has_left_is_recognised_and_sees_nothing(session, name):
    gone = person(session, name)
    gone.active = False
    session.flush()
    assert people.enter(session, gone.slack_id).active is False
    assert accounts_seen(session) == []


def test_a_contact_who_enters_after_staff_has_only_their_own(session):
    people.enter(session, "U0BO")
    people.enter(session, "U0REX")
    assert accounts_seen(session) == ["Umbrella"]


def test_the_system_sees_every_account(session):
    people.enter_as_system(session)
    assert accounts_seen(session) == ["Acme", "Umbrella"]


def test_what_was_entered_ends_with_the_transaction(cast_sessions):
    """The pooled connection that comes back is the very same one."""
    backends = set()
    for slack_id in ("U0BO", None):
        with cast_sessions.begin() as session:
            backends.add(session.scalar(text("select pg_backend_pid()")))
            if slack_id:
                people.enter(session, slack_id)
                assert entered(session) == people.ALL_ACCOUNTS
            else:
                assert not entered(session)
                assert accounts_seen(session) == []
    assert len(backends) == 1


def test_staff_are_those_who_are_active_by_name(session):
    assert [member.name for member in people.staff(session)] == ["Bo", "Eve", "Maya", "Sam"]
    person(session, "Maya").active = False
    assert [member.name for member in people.staff(session)] == ["Bo", "Eve", "Sam"]


def test_workers_are_those_who_may_be_assigned(session):
    assert [member.name for member in people.workers(session)] == ["Bo", "Eve", "Maya"]


def test_contacts_are_the_accounts_own(session, acme):
    person(session, "Cleo").active = False
    assert [contact.name for contact in people.contacts(session, acme.id)] == ["Ana", "Nora"]


def test_a_client_finds_staff_and_colleagues_and_nobody_elses_people(session):
    people.enter(session, "U0ANA")
    assert set(session.scalars(select(Person.name))) == {"Ana", "Cleo", "Nora", "Bo", "Eve", "Maya", "Sam"}


def test_somebody_is_found_by_id_or_not_at_all(session):
    bo, rex = person(session, "Bo"), person(session, "Rex")
    assert people.by_id(session, bo.id) is bo
    assert people.by_id(session, None) is None
    assert people.by_ids(session, {bo.id, rex.id, 0}) == {bo.id: bo, rex.id: rex}
    assert people.by_ids(session, set()) == {}
    people.enter(session, "U0ANA")
    assert people.by_id(session, rex.id) is None


def test_a_snapshot_keeps_what_names_a_person():
    assert people.facts(None) == {}
    assert people.facts(Person(name="Kim", slack_id="U0KIM")).keys() == {"id", "name", "slack_id"}


@pytest.mark.parametrize(("name", "first"), [("Ana María López", "Ana"), ("Bo", "Bo"), (" ", " "), ("", "")])
def test_colleagues_are_called_by_their_first_name(name, first):
    assert Person(name=name).first_name == first
