"""A ticket moves as the table says, for whom it says, or nothing changes and somebody reads why."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from bot.domain import events, people
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.tickets import Ticket, number_of, visible_to
from bot.domain.tickets.effects import AUDIENCE
from bot.domain.workflow import WORKFLOW, Action, Need, Status, Who
from tests.domain.desk import MONDAY, complete, file_a_ticket, one_waits_for_the_other, pending

# fmt: off
CASTING: dict[str, tuple[str, str | None, set[Who]]] = {  # who presses, who is assigned, what that makes of them
    "assignee":                   ("Bo",   "Bo", {Who.WORKER, Who.OWNER}),
    "other engineer":             ("Eve",  "Bo", {Who.WORKER, Who.REVIEWER}),
    "lead":                       ("Maya", "Bo", {Who.WORKER, Who.LEAD, Who.REVIEWER}),
    "account manager":            ("Sam",  "Bo", set()),
    "contact of the account":     ("Ana",  "Bo", {Who.CLIENT}),
    "contact of another account": ("Rex",  "Bo", set()),
    "engineer of what is nobody's": ("Bo",   None, {Who.WORKER, Who.OWNER, Who.REVIEWER}),
    "lead of what is nobody's":     ("Maya", None, {Who.WORKER, Who.LEAD, Who.OWNER, Who.REVIEWER}),
}
# fmt: on


def state_for(status: Status) -> dict:
    """Facts on the ticket under which no need is left open."""
    closed = MONDAY - timedelta(days=1) if status is Status.CLOSED else None
    return {"status": status, "client_visible": False, "closed_at": closed}


def row(session: Session, ticket: Ticket) -> dict:
    session.flush()
    return dict(session.execute(text("select * from ticket where id = :id"), {"id": ticket.id}).mappings().one())


@pytest.mark.parametrize("role", CASTING)
@pytest.mark.parametrize("status", Status)
def test_every_action_moves_as_the_table_says_or_changes_nothing(session, who, a_ticket, everything, status, role):
    presses, assigned, qualities = CASTING[role]
    ticket = a_ticket(**state_for(status), assignee_id=assigned and who(assigned))
    inputs = complete(assignee=who("Eve"), reviewer=who("Eve"))
    for action in Action:
        move = next((move for move in WORKFLOW if (move.source, move.action) == (status, action)), None)
        goes = move is not None and bool(move.who & qualities) and not (Need.UNOWNED in move.needs and assigned)
        with session.begin_nested() as savepoint:
            before, world = row(session, ticket), everything()
            if goes:
                event = ticket.act(session, action, by=who(presses), now=MONDAY, seen=1, inputs=inputs)
                _moved(session, ticket, event, move, before, who(presses))
                assert everything()["event"][0] == world["event"][0] + 1
            else:
                with pytest.raises(Refused) as refused:
                    ticket.act(session, action, by=who(presses), now=MONDAY, seen=1, inputs=inputs)
                assert str(refused.value).endswith(".")
                assert everything() == world, f"{action} was refused, and something changed"
            savepoint.rollback()


def _moved(session: Session, ticket: Ticket, event: events.Event, move, before: dict, by: Person) -> None:
    after = row(session, ticket)
    assert (after["status"], after["version"]) == (move.target.value, before["version"] + 1)
    assert after["status_since"] == (MONDAY if move.target is not move.source else before["status_since"])
    assert after["closed_at"] == (MONDAY if move.target is Status.CLOSED else None)
    assert after["assignee_id"] or move.target not in {Status.IN_PROGRESS, Status.WAITING, Status.INTERNAL_REVIEW}
    assert (event.ticket_id, event.account_id, event.actor_id) == (ticket.id, ticket.account_id, by.id)
    assert (event.action, event.source, event.target) == (move.action, move.source, move.target)
    assert (event.at, event.rule_version) == (MONDAY, 1)
    assert event.kind is (events.Kind.MOVED if move.target is not move.source else events.Kind.ASSIGNED)
    told = AUDIENCE.get(move.action, ())
    assert pending(session) == [
        ("client", "ticket"), ("triage", "ticket"),
        *((place, "event") for place in ("client", "triage") if place in told),
    ]  # fmt: skip


@pytest.mark.parametrize("role", CASTING)
@pytest.mark.parametrize("status", Status)
def test_the_buttons_somebody_is_offered_are_those_that_are_theirs(who, a_ticket, status, role):
    presses, assigned, qualities = CASTING[role]
    ticket = a_ticket(**state_for(status), assignee_id=assigned and who(assigned))
    assert ticket.moves_for(who(presses)) == [
        move for move in WORKFLOW if move.source is status and move.who & qualities
    ]


def test_an_answer_to_what_has_changed_names_who_was_first(session, who, a_ticket, everything):
    ticket = a_ticket()
    ticket.act(session, Action.TAKE, by=who("Eve"), now=MONDAY, seen=1)
    world = everything()
    with pytest.raises(Refused) as refused:
        ticket.act(session, Action.TAKE, by=who("Bo"), now=MONDAY, seen=1)
    assert str(refused.value) == f"Eve was first: “Take it”. {ticket.key} is now Triage. Look at its newest card."
    assert everything() == world


def test_who_was_first_is_said_before_whether_the_move_exists(session, who, a_ticket):
    ticket = a_ticket()
    ticket.act(session, Action.TAKE, by=who("Eve"), now=MONDAY)
    with pytest.raises(Refused, match="Eve was first"):
        ticket.check(session, Action.APPROVE, by=who("Ana"), now=MONDAY, seen=1)


def test_of_two_who_press_take_one_moves_and_the_other_reads_who_was_first(cast_sessions, cast_url):
    number = filed(cast_sessions)

    def takes(slack_id: str) -> Callable[[Session], str]:
        def take(session: Session) -> str:
            person = people.enter(session, slack_id)
            try:
                ticket = visible_to(session, person, number, lock=True)
                return ticket.act(session, Action.TAKE, by=person, now=MONDAY, seen=1).action
            except Refused as refused:
                return str(refused)

        return take

    first, second = one_waits_for_the_other(cast_sessions, cast_url, takes("U0BO"), takes("U0EVE"))
    assert (first, second) == ("take", f"Bo was first: “Take it”. T-{number} is now Triage. Look at its newest card.")
    with cast_sessions.begin() as session:
        ticket = visible_to(session, people.enter(session, "U0EVE"), number)
        assert (people.by_id(session, ticket.assignee_id).name, ticket.version) == ("Bo", 2)
        moves = [event for event in events.of_ticket(session, number) if event.kind is events.Kind.MOVED]
        assert len(moves) == 1


def filed(sessions: sessionmaker[Session]) -> int:
    """A ticket of Acme's that stays."""
    with sessions.begin() as session:
        people.enter_as_system(session)
        return file_a_ticket(session).id


def test_somebody_elses_ticket_reads_exactly_like_an_absent_one(session, who, a_ticket):
    number = a_ticket().id
    sentences = []
    for asked in (number, number + 1):
        with pytest.raises(NotFound) as refused:
            visible_to(session, who("Rex"), asked)
        sentences.append(str(refused.value).replace(f"T-{asked}", "T-…"))
    assert sentences[0] == sentences[1] == "I can't find T-…. Check the number, or look in /queue."


def test_a_contact_loads_its_own_accounts_tickets_and_staff_load_all(session, who, a_ticket):
    ticket = a_ticket(account="Umbrella", by="Rex")
    assert visible_to(session, who("Rex"), ticket.key) is visible_to(session, who("Bo"), ticket.id) is ticket


@pytest.mark.parametrize("written", ["T-102", "t-102", "T102", "102", " t-102 "])
def test_a_key_is_read_as_people_write_it(written):
    assert number_of(written) == 102


@pytest.mark.parametrize("written", ["", "T-", "CH-1", "T-1-2", "one", "T-9999999999999", "-5", "T-102; --", "🙂"])
def test_what_is_no_key_is_not_found_in_a_sentence(written):
    with pytest.raises(NotFound, match="Tickets look like T-102"):
        number_of(written)


def test_a_number_larger_than_any_ticket_is_simply_not_found(session, who):
    with pytest.raises(NotFound):
        visible_to(session, who("Bo"), "T-999999999999")


def test_the_first_ticket_is_t_101(cast_sessions):
    assert filed(cast_sessions) == 101
