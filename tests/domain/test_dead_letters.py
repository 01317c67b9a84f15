"""What Slack refused for good is tried again or let go, whoever else does what at the same moment."""

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.domain import dead_letters, outbox, people
from bot.domain.dead_letters import GONE, ON_ITS_WAY
from bot.domain.errors import Refused
from bot.domain.events import Event, Kind
from bot.domain.outbox import Delivery, Subject
from tests.domain.desk import MONDAY, counted, file_a_ticket, one_waits_for_the_other, person

SETTLED = (Kind.DELIVERY_TRIED_AGAIN, Kind.DELIVERY_LET_GO)
MAYA, SAM = "U0MAYA", "U0SAM"  # who may press here: a lead, and whom `dead_cards` makes an admin
Act = Callable[[Session], Any]


def two_dead_cards(session: Session) -> int:
    """A ticket's, for the client and for the team: both channels are archived. Its number."""
    ticket = file_a_ticket(session)
    cards = "(select id from post where subject = 'ticket' and subject_id = :id)"
    dies = (
        "update outbox set done_at = null, dead_at = now(), attempts = 1, last_error = 'is_archived' where post_id in"
    )
    session.execute(text(f"{dies} {cards}"), {"id": ticket.id})
    return ticket.id


@pytest.fixture
def dead_cards(cast_sessions) -> list[int]:
    """Two tickets, committed, with two dead cards each; and Sam is an admin."""
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        session.execute(text("update person set roles = array['admin'] where slack_id = :sam"), {"sam": SAM})
        return [two_dead_cards(session), two_dead_cards(session)]


@pytest.fixture
def at_once(cast_sessions, cast_url) -> Callable[[Act, Act], tuple[Any, Any]]:
    """The second begins when the first is done and not committed; what each came to, a refusal as its sentence."""
    return partial(one_waits_for_the_other, cast_sessions, cast_url)


@pytest.fixture
def looks(cast_sessions) -> Callable[[Act], Any]:
    def look(read: Act) -> Any:
        with cast_sessions.begin() as session:
            people.enter_as_system(session)
            return read(session)

    return look


def told(session: Session) -> list[tuple[Kind, str]]:
    """What became of each, and why Slack had refused it, as history has it."""
    found = session.scalars(select(Event).where(Event.kind.in_(SETTLED)).order_by(Event.id))
    return [(event.kind, event.data["why"]) for event in found]


def waiting(session: Session) -> list[Delivery]:
    """What the worker brings next, a post at a time."""
    query = select(Delivery).where(Delivery.done_at.is_(None), Delivery.dead_at.is_(None)).order_by(Delivery.id)
    return list(session.scalars(query))


def first_letter(session: Session) -> int:
    """The oldest that stands."""
    return dead_letters.standing(session, first=0, most=99)[-1].id


def presses(which: str, slack_id: str = MAYA) -> Act:
    """Somebody presses it, on their Home as it was before anybody else did."""

    def work(session: Session) -> Any:
        actor = people.enter(session, slack_id)
        assert actor
        try:
            if which == "all_again":
                return dead_letters.try_all_again(session, by=actor, now=MONDAY)
            letter = session.scalars(select(Delivery.id).where(Delivery.dead_at.is_not(None)).order_by(Delivery.id))
            act = dead_letters.try_again if which == "again" else dead_letters.let_go
            return act(session, letter.first(), by=actor, now=MONDAY)
        except Refused as refused:
            return str(refused)

    return work


def card_changes(number: int) -> Act:
    """The ticket's cards are to be brought to its current state."""

    def work(session: Session) -> None:
        people.enter_as_system(session)
        outbox.refresh(session, Subject.TICKET, number)

    return work


def test_three_and_thirty_are_tried_in_as_many_statements(session):
    took = []
    for tickets in (2, 15):
        for _ in range(tickets):
            two_dead_cards(session)
        session.flush()
        with counted(session) as said:
            assert dead_letters.try_all_again(session, by=person(session, "Maya"), now=MONDAY) == tickets * 2
            session.flush()
        took.append(len(said))
        session.execute(text("update outbox set done_at = now()"))
    assert took[0] == took[1]
    assert told(session) == [(Kind.DELIVERY_TRIED_AGAIN, "is_archived")] * 34


def test_what_is_tried_again_looks_for_the_first_try_before_it_posts(session):
    two_dead_cards(session)
    dead = session.get(Delivery, first_letter(session))
    dead_letters.try_again(session, dead.id, by=person(session, "Maya"), now=MONDAY)
    [again] = waiting(session)
    assert (again.post_id, again.lane_id, again.account_id) == (dead.post_id, dead.lane_id, dead.account_id)
    assert (again.nonce, again.first_attempt_at, again.attempts) == (dead.nonce, dead.first_attempt_at, 1)


def test_a_card_that_changes_in_this_moment_is_not_tried_again(at_once, looks, dead_cards):
    assert at_once(card_changes(dead_cards[0]), presses("again")) == (None, ON_ITS_WAY)
    assert [row.attempts for row in looks(waiting)] == [0, 0]
    assert looks(told) == []


def test_a_card_that_is_tried_again_in_this_moment_is_brought_once_when_it_changes(at_once, looks, dead_cards):
    assert at_once(presses("again"), card_changes(dead_cards[0])) == (None, None)
    assert sorted(row.attempts for row in looks(waiting)) == [0, 1]
    assert len({row.post_id for row in looks(waiting)}) == 2
    assert looks(told) == [(Kind.DELIVERY_TRIED_AGAIN, "is_archived")]


def test_all_the_others_are_tried_again_when_one_changes_in_this_moment(at_once, looks, dead_cards):
    assert at_once(card_changes(dead_cards[0]), presses("all_again")) == (None, 2)
    assert sorted(row.attempts for row in looks(waiting)) == [0, 0, 1, 1]
    assert len({row.post_id for row in looks(waiting)}) == 4
    assert len(looks(told)) == 2
    assert looks(dead_letters.count) == 0


@pytest.mark.parametrize(("first", "second"), list(product(("again", "let_go"), repeat=2)))
def test_of_two_who_press_one_acts_and_the_other_reads_that_it_is_settled(at_once, looks, dead_cards, first, second):
    assert at_once(presses(first), presses(second, SAM)) == (None, GONE)
    assert len(looks(told)) == 1
    assert len(looks(waiting)) == (first == "again")
    assert looks(dead_letters.count) == 3


@pytest.mark.parametrize("first", ["again", "let_go"])
def test_all_again_leaves_alone_what_somebody_has_in_hand(at_once, looks, dead_cards, first):
    assert at_once(presses(first), presses("all_again", SAM)) == (None, 3)
    assert len(looks(told)) == 4
    assert len(looks(waiting)) == (4 if first == "again" else 3)
    assert looks(dead_letters.count) == 0


@pytest.mark.parametrize("second", ["again", "let_go"])
def test_of_one_who_presses_all_and_one_who_presses_one_it_is_settled_once(at_once, looks, dead_cards, second):
    assert at_once(presses("all_again"), presses(second, SAM)) == (4, GONE)
    assert len(looks(told)) == len(looks(waiting)) == 4


def test_two_who_press_all_at_once_bring_each_once(at_once, looks, dead_cards):
    assert at_once(presses("all_again"), presses("all_again", SAM)) == (4, 0)
    assert len(looks(told)) == len(looks(waiting)) == 4
