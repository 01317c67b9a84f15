"""History is written once and stays, whoever asks for something else."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from bot.domain import events
from bot.domain.tickets import Inputs
from bot.domain.workflow import Action
from tests.domain.desk import MONDAY, NOTE


@pytest.fixture
def history(session, acme):
    events.record(session, events.Kind.APPLIED, account_id=acme.id, at=MONDAY)
    return session


@pytest.mark.parametrize("statement", ["update event set at = now()", "update closure set summary = 'better'"])
def test_the_application_cannot_rewrite_history(history, a_ticket, who, statement):
    NOTE.keep(history, a_ticket(), who("Bo"), MONDAY)
    history.flush()
    with pytest.raises(DBAPIError, match="history is append-only: UPDATE of"):
        history.execute(text(statement))


@pytest.mark.parametrize("verb", ["update event set at = now()", "delete from event"])
def test_not_even_the_owner_of_the_schema_can(owner: Engine, verb):
    with owner.connect() as connection:
        connection.execute(text("insert into event (kind, at, data, rule_version) values ('applied', now(), '{}', 1)"))
        with pytest.raises(DBAPIError, match="history is append-only"):
            connection.execute(text(verb))


@pytest.mark.parametrize("table", ["event", "closure"])
def test_the_trigger_stands_on_both_tables(owner: Engine, table):
    with owner.connect() as connection:
        triggers = text(
            "select count(*) from pg_trigger where tgrelid = cast(:table as regclass)"
            " and tgname = :name and tgenabled = 'O'"
        )
        assert connection.scalar(triggers, {"table": table, "name": f"{table}_append_only"}) == 1


def test_an_entity_that_is_changed_in_python_is_not_stored(history, acme):
    event = events.record(history, events.Kind.APPLIED, account_id=acme.id, at=MONDAY)
    event.data = {"changes": ["something else"]}
    with pytest.raises(DBAPIError, match="append-only"):
        history.flush()


def test_an_event_without_a_time_has_the_transactions(session, acme):
    event = events.record(session, events.Kind.PERSON_JOINED, account_id=acme.id, data={"name": "Newt"})
    assert event.at == session.scalar(text("select now()"))
    assert (event.id > 0, event.actor_id, event.data) == (True, None, {"name": "Newt"})


def test_a_tickets_history_is_its_own_and_oldest_first(session, a_ticket, who):
    ticket, other = a_ticket(), a_ticket()
    for moved in (ticket, other):
        moved.act(session, Action.TAKE, by=who("Bo"), now=MONDAY)
    ticket.act(session, Action.ASSIGN, by=who("Bo"), now=MONDAY, inputs=Inputs(assignee=who("Eve")))
    history = events.of_ticket(session, ticket.id)
    assert [event.kind for event in history] == ["filed", "moved", "assigned"]
    assert [event.kind for event in events.of_ticket(session, ticket.id, newest=2)] == ["moved", "assigned"]
    assert {event.ticket_id for event in history} == {ticket.id}


def test_who_was_first_is_who_moved_it_last_and_not_who_logged_time(session, a_ticket, who):
    ticket = a_ticket()
    assert events.last_move(session, ticket.id).actor_id == who("Ana").id
    ticket.act(session, Action.TAKE, by=who("Bo"), now=MONDAY)
    session.add(events.Event(kind=events.Kind.TIME_LOGGED, at=MONDAY, ticket_id=ticket.id, actor_id=who("Eve").id))
    session.flush()
    assert events.last_move(session, ticket.id).actor_id == who("Bo").id
    assert events.last_move(session, 0) is None
