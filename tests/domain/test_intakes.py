"""Everything that was asked for is recorded, whatever became of it; what cannot begin is refused beside its field."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.domain import intakes, provider
from bot.domain.errors import Refused
from bot.domain.events import Event, Kind
from bot.domain.intakes import Disposition, Intake
from bot.domain.people import Person
from bot.domain.priority import Effect, Priority, Timing, Users
from bot.domain.routing import RequestType
from bot.domain.tickets import CameFrom, Door, Filing, attachments
from tests.cast import by_name
from tests.domain.desk import MONDAY, pending

ORDINARY = Filing(
    RequestType.INCIDENT, "Help centre search is empty", Effect.DEGRADED, Users.MANY, Timing.THIS_WEEK,
    related_system="Help centre", primary_contact_text="ana@acme.example",
)  # fmt: skip


@pytest.fixture
def submit(session, acme, who):
    def submitted(filing: Filing = ORDINARY, *, by: str = "Ana", account=acme, now: datetime = MONDAY, **more):
        return intakes.submit(
            session, filing, by=who(by), account=account, provider=provider.get(session), now=now, **more
        )

    return submitted


@pytest.fixture
def refusal(submit, everything):
    def refused(filing: Filing = ORDINARY, **how) -> Refused:
        world = everything()
        with pytest.raises(Refused) as found:
            submit(filing, **how)
        assert everything() == world
        return found.value

    return refused


def recorded(session) -> list[Intake]:
    return list(session.scalars(select(Intake).order_by(Intake.id)))


def test_what_belongs_in_the_queue_becomes_a_ticket_with_its_reasons(session, submit, acme, who):
    ticket = submit(opened_at=MONDAY - timedelta(minutes=2))
    (intake,) = recorded(session)
    assert (intake.disposition, intake.ticket_id, intake.account_id) == (Disposition.TICKET, ticket.id, acme.id)
    assert (intake.person_id, intake.door, intake.at) == (who("Ana").id, Door.COMMAND, MONDAY)
    assert intake.at - intake.opened_at == timedelta(minutes=2)
    assert (ticket.priority, ticket.computed_priority) == (Priority.P3, Priority.P3)
    assert ticket.priority_why.startswith("medium impact, medium urgency: work is degraded")
    assert (ticket.status, ticket.version, ticket.assignee_id) == ("New", 1, None)


def test_filing_writes_one_event_and_two_cards(session, submit):
    ticket = submit()
    (event,) = session.scalars(select(Event).where(Event.ticket_id == ticket.id))
    assert (event.kind, event.target, event.rule_version) == (Kind.FILED, "New", 1)
    assert event.data == {
        "door": "command", "came_from": None, "points": 4, "impact": "medium", "urgency": "medium", "priority": "P3",
    }  # fmt: skip
    assert pending(session) == [("client", "ticket"), ("triage", "ticket")]


def test_planning_is_a_meeting_and_no_ticket(session, submit):
    """It counts as an intake only."""
    assert submit(replace(ORDINARY, request_type=RequestType.PLANNING)) is None
    (intake,) = recorded(session)
    assert (intake.disposition, intake.ticket_id, intake.title) == (Disposition.MEETING, None, ORDINARY.title)
    assert pending(session) == [("triage", "agenda"), ("client", "agenda")]  # the team is told, or it would be lost


def test_files_stand_with_the_ticket(session, submit):
    files = [{"id": "F0A", "name": "a.png", "permalink": "https://example.com/a"}, {"id": "F0B", "name": "b.csv"}]
    kept = attachments(session, submit(replace(ORDINARY, files=files)).id)
    assert [(file.file_slack_id, file.name, file.permalink) for file in kept] == [
        ("F0A", "a.png", "https://example.com/a"), ("F0B", "b.csv", None),
    ]  # fmt: skip


def test_what_was_typed_is_kept_without_the_spaces_around_it(session, submit):
    ticket = submit(replace(ORDINARY, title="  Help centre search is empty \n", details=" since Friday "))
    assert (ticket.title, ticket.details) == ("Help centre search is empty", "since Friday")


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"title": "too short"}, "title", "Between 10 and 150"),
        ({"title": "  too short  "}, "title", "Between 10 and 150"),
        ({"title": "x" * 151}, "title", "Between 10 and 150"),
        ({"timing": Timing.NOW}, "consequence", "what happens if it waits"),
        ({"timing": Timing.NOW, "consequence": "  "}, "consequence", "what happens if it waits"),
        ({"timing": Timing.BY_DATE}, "wanted_by", "Pick the date"),
        ({"timing": Timing.BY_DATE, "wanted_by": date(2026, 11, 22)}, "wanted_by", "That date has passed"),
    ],
)
def test_what_triage_could_not_begin_with_is_refused_beside_its_field(refusal, changed, field, words):
    refused = refusal(replace(ORDINARY, **changed))
    assert refused.field == field
    assert words in str(refused)


@pytest.mark.parametrize("title", ["ten signs.", "x" * 150])
def test_a_title_has_ten_to_a_hundred_and_fifty_signs(submit, title):
    assert submit(replace(ORDINARY, title=title)).title == title


def test_today_may_be_asked_for_and_it_is_the_clients_today(submit, refusal, session):
    """15:30 on Monday in London is Tuesday in Tokyo."""
    umbrella, now = by_name(session, "Umbrella"), MONDAY + timedelta(hours=5, minutes=30)
    by_date = replace(ORDINARY, timing=Timing.BY_DATE)
    monday, tuesday = replace(by_date, wanted_by=date(2026, 11, 23)), replace(by_date, wanted_by=date(2026, 11, 24))
    assert refusal(monday, by="Rex", account=umbrella, now=now).field == "wanted_by"
    assert submit(tuesday, by="Rex", account=umbrella, now=now).wanted_by == date(2026, 11, 24)


def test_now_with_a_consequence_is_urgent(submit):
    ticket = submit(replace(ORDINARY, timing=Timing.NOW, consequence="Nobody finds an article"))
    assert ticket.priority is Priority.P2
    assert ticket.consequence == "Nobody finds an article"


@pytest.mark.parametrize(
    ("wanted_by", "urgency"), [("2026-11-30", "medium"), ("2026-12-01", "low"), ("2027-03-01", "low")]
)
def test_a_date_is_as_urgent_as_the_clients_working_days_until_it(session, submit, wanted_by, urgency):
    submit(replace(ORDINARY, timing=Timing.BY_DATE, wanted_by=date.fromisoformat(wanted_by)))
    assert session.scalars(select(Event.data).where(Event.kind == Kind.FILED)).one()["urgency"] == urgency


@pytest.mark.parametrize("by", ["Bo", "Sam"])
def test_staff_file_for_a_client_and_say_where_they_had_it_from(session, submit, refusal, by):
    for_client = replace(ORDINARY, door=Door.STAFF)
    assert refusal(for_client, by=by).field == "came_from"
    submit(replace(for_client, came_from=CameFrom.CALL), by=by)
    (intake,) = recorded(session)
    assert (intake.came_from, intake.door) == (CameFrom.CALL, Door.STAFF)


def test_a_contact_files_for_its_own_organisation_only(refusal, session):
    refused = refusal(by="Ana", account=by_name(session, "Umbrella"))
    assert (refused.field, str(refused)) == ("account", "You can file requests for your own organisation.")


def test_staff_without_any_role_file_nothing(refusal, session, who):
    session.add(Person(name="Kim", slack_id="U0KIM"))
    session.flush()
    assert "may file a request for a client" in str(refusal(replace(ORDINARY, came_from=CameFrom.CHAT), by="Kim"))


def test_a_form_that_was_opened_and_closed_is_counted(session, acme, who):
    intakes.abandon(session, by=who("Ana"), account_id=acme.id, door=Door.HOME, opened_at=MONDAY, now=MONDAY)
    (intake,) = recorded(session)
    assert (intake.disposition, intake.door, intake.title, intake.ticket_id) == ("withdrawn", "home", None, None)
    assert intake.opened_at == MONDAY


def test_every_destination_has_a_disposition():
    assert set(intakes.DISPOSITIONS) == set(intakes.Destination)
    assert len(set(intakes.DISPOSITIONS.values())) == len(intakes.Destination)
