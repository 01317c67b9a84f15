"""How an account's people become known: by writing in its channel, or by the e-mail they were applied with."""

import pytest
from sqlalchemy import select

from bot.domain import accounts, people, provider
from bot.domain.errors import NotFound
from bot.domain.events import Event, Kind
from bot.domain.outbox import Delivery, Post
from bot.domain.people import Person
from tests.cast import by_name
from tests.domain.desk import one_waits_for_the_other, pending, person

NORA = "nora@acme.example"


def join(session, account, slack_id="U0NEWT", name="Newt", email=None, vouched=False) -> Person:
    return accounts.join(session, account, slack_id=slack_id, name=name, email=email, email_is_vouched=vouched)


def test_who_writes_in_the_channel_becomes_its_requester_and_triage_is_told(session, acme):
    newt = join(session, acme)
    assert (newt.account_id, newt.roles, newt.active) == (acme.id, ["requester"], True)
    assert people.enter(session, "U0NEWT") is newt
    people.enter_as_system(session)
    assert pending(session) == [("triage", "event")]
    post = session.scalars(select(Post).order_by(Post.id.desc()).limit(1)).one()
    event = session.scalars(select(Event).where(Event.id == post.subject_id)).one()
    assert post.channel_slack_id == "C0TRIAGE"
    assert (event.kind, event.actor_id, event.account_id) == (Kind.PERSON_JOINED, newt.id, acme.id)
    assert event.data == {"name": "Newt", "account": "Acme"}


@pytest.mark.parametrize("email", [NORA, "NORA@Acme.Example"])
def test_a_contact_applied_by_e_mail_is_recognised(session, acme, everything, email):
    nora, before = person(session, "Nora"), everything()["person"][0]
    assert join(session, acme, "U0NORA", "Nora Novak", email, vouched=True) is nora
    assert (nora.slack_id, nora.name) == ("U0NORA", "Nora")
    assert everything()["person"][0] == before
    assert session.scalars(select(Event.kind).order_by(Event.id.desc()).limit(1)).one() is Kind.PERSON_RECOGNISED
    assert pending(session) == []


def test_an_e_mail_that_nobody_vouches_for_recognises_nobody_and_is_not_kept(session, acme):
    impostor = join(session, acme, "U0EVIL", "Nora", NORA, vouched=False)
    nora = session.scalars(select(Person).where(Person.email == NORA)).one()
    assert (impostor.email, nora.slack_id) == (None, None)
    assert impostor.id != nora.id


def test_a_vouched_e_mail_nobody_was_applied_with_is_kept(session, acme):
    assert join(session, acme, email="newt@acme.example", vouched=True).email == "newt@acme.example"


def test_the_e_mail_of_another_accounts_contact_recognises_nobody(session):
    umbrella = by_name(session, "Umbrella")
    joined = join(session, umbrella, "U0NORA", "Nora", NORA, vouched=True)
    assert (joined.account_id, joined.roles) == (umbrella.id, ["requester"])
    assert session.scalars(select(Person).where(Person.name == "Nora", Person.slack_id.is_(None))).one()


def test_an_e_mail_recognises_once(session, acme):
    nora = join(session, acme, "U0NORA", "Nora", NORA, vouched=True)
    other = join(session, acme, "U0TWIN", "Nora", NORA, vouched=True)
    assert nora.slack_id == "U0NORA"
    assert other.id != nora.id


def test_a_contact_who_was_switched_off_stays_off_when_recognised(session, acme):
    person(session, "Nora").active = False
    assert join(session, acme, "U0NORA", "Nora", NORA, vouched=True).active is False


def test_joining_works_before_a_triage_channel_is_set(session, acme):
    provider.get(session).channels = {}
    join(session, acme)
    assert session.scalars(select(Delivery).where(Delivery.done_at.is_(None))).all() == []


@pytest.mark.parametrize(("team", "found"), [("T0PROVIDER", True), ("T0ACME", True), ("T0OTHER", False), (None, False)])
def test_a_contact_is_found_by_e_mail_only_through_a_workspace_that_vouches_for_it(session, acme, team, found):
    acme.team_slack_id = "T0ACME"
    session.flush()
    assert accounts.of_contact(session, NORA.upper(), team, "T0PROVIDER") is (acme if found else None)


@pytest.mark.parametrize("email", [None, "", "nobody@acme.example"])
def test_nobody_is_found_without_an_e_mail_that_was_applied(session, email):
    assert accounts.of_contact(session, email, "T0PROVIDER", "T0PROVIDER") is None


def test_an_account_without_a_workspace_trusts_no_stranger_without_one(session, acme):
    assert acme.team_slack_id is None
    assert accounts.of_contact(session, NORA, None, "T0PROVIDER") is None


def test_an_e_mail_that_two_accounts_applied_leads_to_neither(session):
    umbrella = by_name(session, "Umbrella")
    session.add(Person(name="Nora", email=NORA, account_id=umbrella.id, roles=["requester"]))
    session.flush()
    assert accounts.of_contact(session, NORA, "T0PROVIDER", "T0PROVIDER") is None


def test_who_is_known_already_or_switched_off_is_not_found_by_e_mail(session):
    nora = person(session, "Nora")
    nora.active = False
    session.flush()
    assert accounts.of_contact(session, NORA, "T0PROVIDER", "T0PROVIDER") is None
    nora.active, nora.slack_id = True, "U0NORA"
    session.flush()
    assert accounts.of_contact(session, NORA, "T0PROVIDER", "T0PROVIDER") is None


@pytest.mark.parametrize(("channel", "name"), [("C0ACME", "Acme"), ("C0GENERAL", None), (None, None), ("", None)])
def test_an_account_is_found_by_its_channel(session, channel, name):
    found = accounts.by_channel(session, channel)
    assert (found and found.name) == name


def test_an_accounts_calendar_has_its_zone_and_holidays(acme):
    assert (acme.calendar.zone, acme.calendar.country) == ("Europe/Berlin", "DE")


def test_of_two_who_welcome_the_same_account_at_once_one_posts(cast_sessions, cast_url):
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        session.add(accounts.Account(name="Fresh", channel_slack_id="C0FRESH"))

    def welcomes(session) -> None:
        people.enter_as_system(session)
        accounts.welcome(session, by_name(session, "Fresh"))

    one_waits_for_the_other(cast_sessions, cast_url, welcomes, welcomes)
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        assert len(session.scalars(select(Post).where(Post.channel_slack_id == "C0FRESH")).all()) == 1


def test_a_number_of_no_account_or_of_one_that_is_not_theirs_is_not_found_alike(session, acme):
    umbrella = by_name(session, "Umbrella").id
    people.enter(session, "U0ANA")
    session.expunge_all()
    for number in (umbrella, 987654):
        with pytest.raises(NotFound, match="I can't find that account"):
            accounts.by_id(session, number)
