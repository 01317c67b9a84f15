"""What Slack refused for good is tried again or let go, whoever else does what at the same moment."""

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.domain import dead_letters
from bot.domain.events import Event
from tests.domain.desk import MONDAY, counted, file_a_ticket, person


def two_dead_cards(session: Session) -> int:
    """A ticket's, for the client and for the team: both channels are archived. Its number."""
    ticket = file_a_ticket(session)
    dies = (
        "update outbox set done_at = null, dead_at = now(), attempts = 1, last_error = 'is_archived' where post_id in"
    )
    session.execute(text(f"{dies} (select id from post where subject_id = :id)"), {"id": ticket.id})
    return ticket.id


def told(session: Session) -> list[tuple[str, str]]:
    """What became of each, and why Slack had refused it, as history has it."""
    found = session.scalars(select(Event).where(Event.kind.in_(SETTLED)).order_by(Event.id))
    return [(event.kind.value, event.data["why"]) for event in found]


SETTLED = ["delivery_tried_again", "delivery_let_go"]


def test_three_and_thirty_are_tried_in_as_many_statements(session: Session):
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
    assert told(session) == [("delivery_tried_again", "is_archived")] * 34
