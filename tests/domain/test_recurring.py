"""Recurring work opens one ticket a day that has come, whoever looks and however often."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.domain import events, people, provider, recurring, time
from bot.domain.cadence import Cadence
from bot.domain.codes import Category, Code
from bot.domain.errors import NotFound, Refused
from bot.domain.priority import Priority
from bot.domain.recurring import RecurringRun
from bot.domain.routing import RequestType
from bot.domain.tickets import Ticket
from bot.domain.workflow import Status
from bot.jobs import recurring_tickets
from bot.jobs.job import Run
from tests.cast import by_name
from tests.domain.desk import MONDAY, one_waits_for_the_other, pending, person

FIRST = date(2026, 11, 30)  # a Monday


def a_rule(session, *, account: str = "Acme", by: str = "Bo", owner: str | None = "Eve", **facts):
    filled = {
        "title": "Check the backups", "details": "Restore one file", "request_type": RequestType.SERVICE_REQUEST,
        "related_system": "Zendesk", "estimate_minutes": 30, "code": Code.INCLUDED, "cadence": Cadence.WEEKLY,
        "first_on": FIRST, "now": MONDAY,
    }  # fmt: skip
    return recurring.make(session, by_name(session, account).id, by=person(session, by),
                          owner=person(session, owner) if owner else None, **filled | facts)  # fmt: skip


def opens(session, rule, today: date) -> Ticket | None:
    now = datetime.fromisoformat(f"{today}T05:00:00+00:00")
    return recurring.open_due(session, rule.id, today=today, provider=provider.get(session), now=now)


def test_a_ticket_opens_on_the_day_with_everything_that_is_known(session, who, acme):
    rule = a_rule(session)
    assert opens(session, rule, FIRST - timedelta(days=1)) is None
    ticket = opens(session, rule, FIRST)
    assert (ticket.title, ticket.details, ticket.related_system) == (
        "Check the backups", "Restore one file", "Zendesk",
    )  # fmt: skip
    assert (ticket.account_id, ticket.requester_id, ticket.assignee_id) == (acme.id, None, who("Eve").id)
    assert (ticket.estimate_minutes, ticket.code, ticket.priority, ticket.status) == (
        30, Code.INCLUDED, Priority.P4, Status.NEW,
    )  # fmt: skip
    filed = events.of_ticket(session, ticket.id)[0]
    assert (filed.actor_id, filed.data["door"]) == (None, "schedule")
    assert recurring.of_ticket(session, ticket.id) is rule
    assert pending(session) == [("client", "ticket"), ("triage", "ticket")]
    assert rule.next_on == FIRST + timedelta(weeks=1)
    assert opens(session, rule, FIRST) is None


def test_time_on_it_is_maintenance_unless_said_otherwise(session, who):
    ticket = opens(session, a_rule(session), FIRST)
    facts = {"by": who("Bo"), "minutes": 30, "work_date": FIRST, "today": FIRST, "now": MONDAY}
    assert time.log(session, ticket, **facts).category is Category.MONITORING_MAINTENANCE
    assert time.log(session, ticket, category=Category.BILLING_ADMIN, **facts).category is Category.BILLING_ADMIN


def test_only_the_latest_day_that_was_missed_is_made_up_for(session):
    rule = a_rule(session, cadence=Cadence.WORKING_DAY)
    opened = opens(session, rule, FIRST + timedelta(days=20))  # a Sunday
    assert opened is not None
    assert session.scalars(select(RecurringRun.due_on)).all() == [date(2026, 12, 18)]
    assert rule.next_on == date(2026, 12, 21)


def test_a_day_off_of_the_client_moves_it_to_its_next_working_day(session):
    christmas = a_rule(session, cadence=Cadence.MONTHLY, first_on=date(2026, 12, 25))
    assert opens(session, christmas, date(2026, 12, 27)) is None
    assert opens(session, christmas, date(2026, 12, 28)) is not None
    in_japan = a_rule(session, account="Umbrella", cadence=Cadence.MONTHLY, first_on=date(2026, 12, 25))
    assert opens(session, in_japan, date(2026, 12, 25)) is not None


def test_whoever_owned_it_and_left_leaves_it_unowned(session, who):
    rule = a_rule(session)
    who("Eve").active = False
    assert opens(session, rule, FIRST).assignee_id is None


def test_without_a_channel_the_ticket_opens_all_the_same(session, acme):
    rule = a_rule(session)
    acme.channel_slack_id = None
    assert opens(session, rule, FIRST) is not None
    assert pending(session) == [("triage", "ticket")]


def test_what_goes_wrong_with_one_rule_stops_no_other(session, acme):
    broken, whole = a_rule(session, account="Umbrella"), a_rule(session)
    by_name(session, "Umbrella").timezone = "Nowhere/At-all"
    now = datetime.fromisoformat(f"{FIRST}T05:00:00+00:00")
    recurring_tickets.run(session, Run(1, FIRST.isoformat(), now, provider.get(session), None))
    assert session.scalars(select(RecurringRun.recurring_id)).all() == [whole.id]
    assert recurring.waiting(session, FIRST) == [broken.id]


def test_a_pause_opens_nothing_and_is_not_made_up_for(session, who):
    rule = a_rule(session)
    recurring.pause(session, rule, by=who("Bo"), now=MONDAY, seen=rule.version)
    assert recurring.waiting(session, FIRST + timedelta(days=30)) == []
    assert opens(session, rule, FIRST + timedelta(weeks=2)) is None
    later = MONDAY + timedelta(weeks=3)  # Mon 14 Dec
    recurring.resume(session, rule, by=who("Bo"), now=later, seen=rule.version)
    assert rule.next_on == date(2026, 12, 21)
    assert opens(session, rule, date(2026, 12, 20)) is None


def test_what_ended_opens_nothing_and_is_no_longer_listed(session, who, acme):
    rule = a_rule(session)
    recurring.end(session, rule, by=who("Bo"), now=MONDAY, seen=rule.version)
    assert opens(session, rule, FIRST) is None
    assert recurring.listed(session, who("Bo"), [acme.id]) == []
    with pytest.raises(NotFound):
        recurring.visible_to(session, who("Bo"), rule.id)


def test_the_last_day_of_the_month_stays_the_last_day_when_something_else_changes(session, who):
    rule = a_rule(session, cadence=Cadence.MONTHLY, first_on=date(2027, 1, 31))
    opens(session, rule, date(2027, 2, 1))
    same = {"details": "", "owner": None, "estimate_minutes": None, "code": None, "by": who("Bo"), "now": MONDAY}
    recurring.change(session, rule, title="Check the archive", cadence=Cadence.MONTHLY, next_on=date(2027, 2, 28),
                     seen=rule.version, **same)  # fmt: skip
    assert (rule.title, rule.first_on) == ("Check the archive", date(2027, 1, 31))
    recurring.change(session, rule, title="Check the archive", cadence=Cadence.WEEKLY, next_on=date(2027, 3, 1),
                     seen=rule.version, **same)  # fmt: skip
    assert rule.spoken == "every Monday"
    told = session.scalars(select(events.Event).where(events.Event.kind == events.Kind.RECURRING_CHANGED)).all()
    assert [event.data["what"] for event in told] == ["made", "changed", "changed"]


def test_what_can_not_be_is_refused_and_changes_nothing(session, who, everything):
    rule = a_rule(session)
    world = everything()
    for facts, sentence in (
        ({"by": "Ana"}, "Only"),
        ({"by": "Sam"}, "Only"),
        ({"title": "x"}, "etween 10 and 150"),
        ({"owner": "Sam"}, "Sam does not work on tickets"),
        ({"first_on": MONDAY.date()}, "Pick tomorrow or a later day"),
    ):
        with pytest.raises(Refused, match=sentence):
            a_rule(session, **facts)
        assert everything() == world
    for verb in (recurring.pause, recurring.end, recurring.resume):
        for by, seen in (("Ana", rule.version), ("Rex", rule.version), ("Sam", rule.version), ("Bo", 1)):
            with pytest.raises(Refused):
                verb(session, rule, by=who(by), now=MONDAY, seen=seen)
            assert everything() == world
    for name in ("Ana", "Rex"):
        assert recurring.listed(session, who(name), [rule.account_id]) == []
        with pytest.raises(NotFound):
            recurring.visible_to(session, who(name), rule.id)


def test_two_workers_that_look_at_once_open_it_once(cast_sessions, cast_url):
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        number = a_rule(session).id

    def looks(session):
        people.enter_as_system(session)
        firm = provider.get(session)
        return recurring.open_due(session, number, today=FIRST, provider=firm, now=MONDAY) is not None

    assert one_waits_for_the_other(cast_sessions, cast_url, looks, looks) == (True, False)


def test_a_day_that_was_claimed_is_never_opened_again_whatever_the_rule_says(session):
    rule = a_rule(session)
    opens(session, rule, FIRST)
    rule.next_on = FIRST
    session.flush()
    assert opens(session, rule, FIRST) is None
    assert len(session.scalars(select(Ticket)).all()) == 1
