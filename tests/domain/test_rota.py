"""The rota: who takes turns, who took over, and that there is always an answer, if only “nobody”."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import event, select

from bot.domain import away, outbox, provider, rota
from bot.domain.date_ranges import Days
from bot.domain.errors import Refused
from bot.domain.events import Event, Kind
from bot.domain.rota import on_duty
from bot.domain.turns import Duty
from tests.domain.desk import MONDAY, pending

TODAY = MONDAY.date()
SUNDAY, NEXT = date(2026, 11, 29), date(2026, 11, 30)


@pytest.fixture
def kept(session, who):
    """Bo, Eve and Maya take turns at triage from this week on."""
    rota.change(session, Duty.TRIAGE, [who("Bo"), who("Eve"), who("Maya")], by=who("Maya"), now=MONDAY)
    session.flush()


@pytest.fixture
def has(session):
    def name(day: date = TODAY, duty: Duty = Duty.TRIAGE) -> str | None:
        session.flush()
        person = on_duty(session, duty, day)
        return person.name if person else None

    return name


@pytest.fixture
def gives(session, who):
    def give(to: str, first: date, last: date, *, by: str = "Bo", note: str = "") -> rota.HandOver:
        days = Days(first, last)
        return rota.hand_over(session, Duty.TRIAGE, who(to), days, by=who(by), now=MONDAY, note=note)

    return give


def test_people_take_turns_by_week(kept, has):
    assert [has(TODAY + timedelta(weeks=number)) for number in range(4)] == ["Bo", "Eve", "Maya", "Bo"]
    assert has(SUNDAY) == "Bo"
    assert has(duty=Duty.ON_CALL) is None


def test_a_change_begins_today_is_told_in_words_and_kept_as_an_event(session, who, kept, has):
    bo, eve, maya = who("Bo"), who("Eve"), who("Maya")
    wednesday = datetime.fromisoformat("2026-11-25T10:00:00+00:00")
    said = rota.change(session, Duty.TRIAGE, [eve, bo], by=maya, now=wednesday)
    assert said == "Rota: triage is now Eve, Bo (was Bo, Eve, Maya)."
    assert [has(), has(wednesday.date()), has(NEXT)] == ["Bo", "Eve", "Bo"]
    event = session.scalars(select(Event).where(Event.kind == Kind.ROTA_CHANGED).order_by(Event.id.desc())).first()
    assert (event.actor_id, event.data["duty"], [one["name"] for one in event.data["turns"]]) == (
        maya.id, "triage", ["Eve", "Bo"],
    )  # fmt: skip


def test_the_same_order_again_changes_nothing(session, who, kept, everything):
    world = everything()
    team = [who("Bo"), who("Eve"), who("Maya")]
    assert rota.change(session, Duty.TRIAGE, team, by=who("Maya"), now=MONDAY) is None
    assert rota.change(session, Duty.ON_CALL, [], by=who("Maya"), now=MONDAY) is None
    assert everything() == world


def test_weeks_later_the_same_order_from_whose_turn_it_is_changes_nothing_and_another_does(session, who, kept, has):
    bo, eve, maya = who("Bo"), who("Eve"), who("Maya")
    later = MONDAY + timedelta(weeks=1)  # Eve's week
    assert rota.change(session, Duty.TRIAGE, [eve, maya, bo], by=maya, now=later) is None
    assert rota.keep_to(session, Duty.TRIAGE, [bo, eve, maya], now=later) is None
    assert has(later.date()) == "Eve"
    assert rota.keep_to(session, Duty.TRIAGE, [eve, bo, maya], now=later)
    assert rota.change(session, Duty.TRIAGE, [bo, maya, eve], by=maya, now=later)
    assert has(later.date()) == "Bo"


@pytest.mark.parametrize("by", ["Bo", "Sam", "Ana", "Rex"])
def test_only_a_lead_changes_it(session, who, everything, by):
    world = everything()
    with pytest.raises(Refused, match="Only a lead, a service owner or an admin may change the rota"):
        rota.change(session, Duty.TRIAGE, [who("Bo")], by=who(by), now=MONDAY)
    assert everything() == world


@pytest.mark.parametrize("name", ["Sam", "Ana"])
def test_who_works_no_tickets_takes_no_turns(session, who, everything, name):
    world = everything()
    with pytest.raises(Refused, match=f"{name} works no tickets"):
        rota.change(session, Duty.TRIAGE, [who("Bo"), who(name)], by=who("Maya"), now=MONDAY)
    assert everything() == world


def test_who_is_away_or_has_left_is_skipped(session, who, kept, has):
    bo, eve, maya = who("Bo"), who("Eve"), who("Maya")
    away.go(session, bo, Days(date(2026, 11, 24), date(2026, 11, 25)), by=bo, now=MONDAY)
    assert [has(date(2026, 11, n)) for n in (23, 24, 25, 26)] == ["Bo", "Eve", "Eve", "Bo"]
    eve.active = False
    assert has(date(2026, 11, 24)) == "Maya"
    maya.roles = ["finance"]
    assert has(date(2026, 11, 24)) is None


def test_a_rota_with_nobody_in_it_has_nobody(session, who, kept, has):
    rota.change(session, Duty.TRIAGE, [], by=who("Maya"), now=MONDAY)
    assert has() is None
    assert rota.read(session, TODAY).is_kept(Duty.TRIAGE)
    assert not rota.read(session, TODAY).is_kept(Duty.ON_CALL)


# --- handing over


def test_whoever_has_it_hands_it_over_and_triage_reads_it_once(session, who, kept, has, gives):
    gives("Maya", date(2026, 11, 24), SUNDAY, note=" Watch the queue ")
    assert [has(), has(date(2026, 11, 24)), has(SUNDAY), has(NEXT)] == ["Bo", "Maya", "Maya", "Eve"]
    assert pending(session) == [("triage", "event")]
    event = session.scalars(select(Event).where(Event.kind == Kind.DUTY_HANDED_OVER)).one()
    assert (event.actor_id, event.data["to"]["name"], event.data["had"]["name"], event.data["note"]) == (
        who("Bo").id, "Maya", "Bo", "Watch the queue",
    )  # fmt: skip


def test_whoever_took_over_hands_it_back(kept, has, gives):
    gives("Eve", TODAY, SUNDAY)
    gives("Bo", date(2026, 11, 26), SUNDAY, by="Eve")
    assert [has(), has(date(2026, 11, 26))] == ["Eve", "Bo"]


def test_a_lead_gives_away_anybodys_days(kept, has, gives):
    gives("Eve", TODAY, date(2026, 12, 13), by="Maya")
    assert [has(), has(date(2026, 12, 13)), has(date(2026, 12, 14))] == ["Eve", "Eve", "Bo"]


@pytest.mark.parametrize(
    ("by", "to", "first", "last", "said", "field"),
    [
        ("Eve", "Maya", TODAY, SUNDAY, "Only whoever has it on that day, or a lead", "duty"),
        ("Sam", "Maya", TODAY, SUNDAY, "Only whoever has it on that day, or a lead", "duty"),
        ("Ana", "Maya", TODAY, SUNDAY, "Only whoever has it on that day, or a lead", "duty"),
        ("Bo", "Eve", TODAY, date(2026, 12, 2), "You have it until Sun 29 Nov", "ends"),
        ("Bo", "Bo", TODAY, SUNDAY, "Bo has it on those days already", "takes_over"),
        ("Bo", "Sam", TODAY, SUNDAY, "Sam works no tickets", "takes_over"),
        ("Bo", "Ana", TODAY, SUNDAY, "Ana works no tickets", "takes_over"),
        ("Bo", "Eve", date(2026, 11, 22), SUNDAY, "That day is over", "starts"),
        ("Bo", "Eve", SUNDAY, TODAY, "The last day is before the first", "ends"),
        ("Maya", "Eve", TODAY, date(2027, 3, 1), "longer than three months", "ends"),
    ],
)
def test_what_can_not_be_handed_over_is_refused(kept, gives, everything, by, to, first, last, said, field):
    world = everything()
    with pytest.raises(Refused, match=said) as refused:
        gives(to, first, last, by=by)
    assert (refused.value.field, everything()) == (field, world)


def test_nobody_takes_over_while_they_are_away(session, who, kept, gives, everything):
    away.go(session, who("Eve"), Days(date(2026, 11, 27), date(2026, 11, 30)), by=who("Eve"), now=MONDAY)
    session.flush()
    world = everything()
    with pytest.raises(Refused, match="Eve is away Fri 27 Nov to Mon 30 Nov"):
        gives("Eve", TODAY, SUNDAY)
    assert everything() == world


def test_who_saw_the_rota_as_it_no_longer_is_looks_again(session, who, kept, gives):
    seen = rota.version(session)
    rota.lock(session, seen=seen)
    gives("Eve", TODAY, SUNDAY)
    session.flush()
    with pytest.raises(Refused, match="was changed while you looked"):
        rota.lock(session, seen=seen)


def test_without_a_triage_channel_it_is_handed_over_all_the_same(session, kept, has, gives):
    provider.get(session).channels = {}
    gives("Eve", TODAY, SUNDAY)
    assert (has(), outbox.oldest_pending_seconds(session)) == ("Eve", 0)


def test_it_asks_the_database_as_often_for_five_weeks_as_for_a_day(session, connection, who, kept, gives):
    gives("Eve", TODAY, SUNDAY)
    session.flush()
    asked: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *args: asked.append(args[2]))
    rota.read(session, TODAY).on(Duty.TRIAGE, TODAY)
    one_day = len(asked)
    asked.clear()
    read = rota.read(session, TODAY, 5)
    assert all(read.turns(duty, TODAY, 5) for duty in Duty)
    assert len(asked) == one_day <= 4
