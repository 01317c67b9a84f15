"""What is to be planned stands on the agenda from the request on, gets a day, and ends with what was decided."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.domain import agenda, events, intakes, outbox, people, provider
from bot.domain.agenda import AgendaItem
from bot.domain.errors import NotFound, Refused
from bot.domain.events import Event
from bot.domain.priority import Effect, Timing, Users
from bot.domain.roles import Permission, Role
from bot.domain.routing import RequestType
from bot.domain.tickets import CameFrom, Filing
from tests.cast import by_name
from tests.domain.desk import MONDAY, delivered, one_waits_for_the_other, pending, person

PLAN = Filing(
    RequestType.PLANNING, " Plan the move to the new help desk ", Effect.NONE, Users.ONE, Timing.WHENEVER,
    details="In January?",
)  # fmt: skip
THURSDAY, FRIDAY = date(2026, 12, 3), date(2026, 12, 4)
DECISION = "We move in two steps"


def on_the_agenda(session, *, account: str = "Acme", by: str = "Ana", filing: Filing = PLAN) -> AgendaItem:
    owner = by_name(session, account)
    assert intakes.submit(
        session, filing, by=person(session, by), account=owner, provider=provider.get(session), now=MONDAY
    ) is None  # fmt: skip
    item = session.scalars(select(AgendaItem).order_by(AgendaItem.id.desc()).limit(1)).one()
    delivered(session)
    return item


@pytest.fixture
def item(session) -> AgendaItem:
    return on_the_agenda(session)


def told(session) -> list[tuple[events.Kind, int | None]]:
    kinds = [kind for kind in events.Kind if kind.value.startswith("agenda_")]
    found = session.scalars(select(Event).where(Event.kind.in_(kinds)).order_by(Event.id))
    return [(event.kind, event.actor_id) for event in found]


def test_it_stands_there_from_the_request_on_with_a_card_on_either_side(session, who, acme):
    item = on_the_agenda(session)
    intake = session.scalars(select(intakes.Intake)).one()
    assert (item.account_id, item.intake_id, item.asked_by_id) == (acme.id, intake.id, who("Ana").id)
    assert (item.title, item.details) == ("Plan the move to the new help desk", "In January?")
    assert (item.planned_for, item.decision, item.is_open, item.version) == (None, None, True, 1)
    assert told(session) == [(events.Kind.AGENDA_ASKED, who("Ana").id)]
    posts = outbox.posts_of(session, outbox.Subject.AGENDA, item.id)
    assert {(post.place.value, post.channel_slack_id, post.account_id) for post in posts} == {
        ("triage", "C0TRIAGE", acme.id), ("client", "C0ACME", acme.id),
    }  # fmt: skip


def test_of_a_client_without_a_channel_only_triage_reads_it(session, acme):
    acme.channel_slack_id = None
    item = on_the_agenda(session)
    assert [post.place.value for post in outbox.posts_of(session, outbox.Subject.AGENDA, item.id)] == ["triage"]


def test_filed_for_a_contact_it_is_the_contact_who_asked(session, who):
    from_a_call = {**vars(PLAN), "came_from": CameFrom.CALL}
    assert on_the_agenda(session, by="Sam", filing=Filing(**from_a_call)).asked_by_id == who("Sam").id
    named = Filing(**{**from_a_call, "primary_contact": who("Cleo")})
    assert on_the_agenda(session, by="Sam", filing=named).asked_by_id == who("Cleo").id
    assert told(session)[-1] == (events.Kind.AGENDA_ASKED, who("Sam").id)


def test_it_gets_a_day_and_another_and_ends_with_what_was_decided(session, who, item):
    agenda.plan(session, item, THURSDAY, by=who("Bo"), now=MONDAY, seen=1)
    assert (item.planned_for, item.version, item.changed_by_id) == (THURSDAY, 2, who("Bo").id)
    assert pending(session) == [("triage", "agenda"), ("client", "agenda"), ("client", "event")]
    delivered(session)
    agenda.plan(session, item, FRIDAY, by=who("Sam"), now=MONDAY, seen=2)
    later = MONDAY + timedelta(days=12)
    agenda.decide(session, item, f" {DECISION} ", by=who("Maya"), now=later, seen=3)
    assert (item.decision, item.closed_at, item.is_open) == (DECISION, later, False)
    assert [kind.value for kind, _ in told(session)] == [
        "agenda_asked", "agenda_planned", "agenda_planned", "agenda_decided",
    ]  # fmt: skip
    moved = session.scalars(select(Event).where(Event.actor_id == who("Sam").id)).one()
    assert (moved.data["before"], moved.data["planned_for"]) == ("2026-12-03", "2026-12-04")
    assert moved.data["asked_by"]["name"] == "Ana"


def test_it_may_be_decided_before_it_has_a_day(session, who, item):
    agenda.decide(session, item, DECISION, by=who("Bo"), now=MONDAY, seen=1)
    assert not item.is_open


def test_today_is_the_accounts_today(session, who):
    item = on_the_agenda(session, account="Umbrella", by="Rex")
    late = datetime.fromisoformat("2026-11-23T20:00:00+00:00")  # Tuesday already, in Tokyo
    with pytest.raises(Refused, match="That date has passed") as refusal:
        agenda.plan(session, item, date(2026, 11, 23), by=who("Bo"), now=late, seen=1)
    assert refusal.value.field == "planned_for"
    agenda.plan(session, item, date(2026, 11, 24), by=who("Bo"), now=late, seen=1)


REFUSALS = {
    "the past": (lambda s, i, by: agenda.plan(s, i, date(2026, 11, 22), by=by, now=MONDAY, seen=2), "has passed"),
    "the same day": (lambda s, i, by: agenda.plan(s, i, THURSDAY, by=by, now=MONDAY, seen=2), "for that day already"),
    "nothing": (lambda s, i, by: agenda.decide(s, i, "  ", by=by, now=MONDAY, seen=2), "Write what was decided"),
    "a day that came second": (
        lambda s, i, by: agenda.plan(s, i, FRIDAY, by=by, now=MONDAY, seen=1),
        "Eve was first: it is planned for Thu 3 Dec. Press again on the newest card",
    ),
    "a decision that came second": (
        lambda s, i, by: agenda.decide(s, i, DECISION, by=by, now=MONDAY, seen=1), "Eve was first",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_what_cannot_be_is_refused_and_changes_nothing(session, who, item, everything, case):
    agenda.plan(session, item, THURSDAY, by=who("Eve"), now=MONDAY, seen=1)
    before = everything()
    verb, words = REFUSALS[case]
    with pytest.raises(Refused, match=words):
        verb(session, item, who("Bo"))
    assert everything() == before


def test_what_is_decided_stays_decided(session, who, item, everything):
    agenda.decide(session, item, DECISION, by=who("Eve"), now=MONDAY, seen=1)
    before = everything()
    for verb, value in ((agenda.plan, THURSDAY), (agenda.decide, "Something else")):
        with pytest.raises(Refused, match=f"Eve was first. Decided: “{DECISION}”"):
            verb(session, item, value, by=who("Bo"), now=MONDAY, seen=2)
    assert everything() == before


@pytest.mark.parametrize("role", Role)
def test_whoever_works_tickets_or_manages_accounts_plans_and_nobody_else(session, who, item, role):
    bo = who("Bo")
    bo.roles = [role.value]
    if bo.may(Permission.WORK) or bo.may(Permission.MANAGE_ACCOUNTS):
        agenda.plan(session, item, THURSDAY, by=bo, now=MONDAY, seen=1)
    else:
        with pytest.raises(Refused, match=r"Only an engineer, .* may plan with clients\. Ask one of them\."):
            agenda.plan(session, item, THURSDAY, by=bo, now=MONDAY, seen=1)


@pytest.mark.parametrize("name", ["Ana", "Cleo", "Rex"])
def test_a_contact_neither_plans_nor_decides(session, who, item, everything, name):
    before = everything()
    for verb, value in ((agenda.plan, THURSDAY), (agenda.decide, DECISION)):
        with pytest.raises(Refused, match="may plan with clients"):
            verb(session, item, value, by=who(name), now=MONDAY, seen=1)
    assert everything() == before


def test_nobody_of_another_client_finds_it(session, who, item):
    both = [by_name(session, name).id for name in ("Acme", "Umbrella")]
    with pytest.raises(NotFound):
        agenda.visible_to(session, who("Rex"), item.id)
    assert agenda.listed(session, who("Rex"), both, limit=9) == []
    assert agenda.listed(session, who("Cleo"), both, limit=9) == [item]
    assert agenda.visible_to(session, who("Cleo"), item.id) is item


def test_the_list_is_what_is_open_by_account_the_nearest_day_first(session, who):
    theirs = on_the_agenda(session, account="Umbrella", by="Rex")
    undated, friday, thursday, done = (on_the_agenda(session) for _ in range(4))
    agenda.plan(session, friday, FRIDAY, by=who("Bo"), now=MONDAY, seen=1)
    agenda.plan(session, thursday, THURSDAY, by=who("Bo"), now=MONDAY, seen=1)
    agenda.decide(session, done, DECISION, by=who("Bo"), now=MONDAY, seen=1)
    accounts = [theirs.account_id, done.account_id]
    assert agenda.listed(session, who("Bo"), accounts, limit=9) == [thursday, friday, undated, theirs]
    assert agenda.listed(session, who("Bo"), accounts, limit=1) == [thursday]


def test_two_at_once_and_the_second_reads_who_was_first(cast_sessions, cast_url):
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        number = on_the_agenda(session).id

    def decides(name: str):
        def work(session) -> str:
            people.enter_as_system(session)
            item = agenda.visible_to(session, person(session, name), number, lock=True)
            try:
                agenda.decide(session, item, f"As {name} says", by=person(session, name), now=MONDAY, seen=1)
            except Refused as refusal:
                return str(refusal)
            return "decided"

        return work

    first, second = one_waits_for_the_other(cast_sessions, cast_url, decides("Bo"), decides("Eve"))
    assert first == "decided"
    assert second.startswith("Bo was first. Decided: “As Bo says”")
