"""What the tests of the domain share: a Monday, complete inputs, and looks at the outbox and at who waits."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import create_engine, event, select, text
from sqlalchemy.orm import Session, sessionmaker

from bot.domain import provider
from bot.domain.codes import Code
from bot.domain.outbox import Delivery, Post
from bot.domain.people import Person
from bot.domain.priority import Effect, Priority, Timing, Users
from bot.domain.routing import RequestType
from bot.domain.tickets import ClosureNote, Filing, Inputs, Ticket, file
from bot.domain.workflow import CloseReason
from tests.cast import by_name

T = TypeVar("T")
MONDAY = datetime.fromisoformat("2026-11-23T10:00:00+00:00")
NOTE = ClosureNote("Macros are explained", "Sent the article", "Help centre", "none", "none", {"included": 45})


def person(session: Session, name: str) -> Person:
    """Somebody of the cast."""
    return session.scalars(select(Person).where(Person.name == name)).one()


def file_a_ticket(
    session: Session, *, account: str = "Acme", by: str = "Ana", now: datetime = MONDAY, **facts: Any
) -> Ticket:
    """A small question of a client's, its cards delivered; `facts` stand on it whatever way they came there."""
    filing = Filing(RequestType.QUESTION, "How do macros work?", Effect.MINOR, Users.ONE, Timing.WHENEVER)
    ticket = file(
        session, filing, account=by_name(session, account), provider=provider.get(session),
        requester=person(session, by), now=now,
    )  # fmt: skip
    for name, value in {"priority": Priority.P3, **facts}.items():
        setattr(ticket, name, value.id if isinstance(value, Person) else value)
    session.flush()
    delivered(session)
    return ticket


def complete(*, assignee: Person, reviewer: Person, **others: Any) -> Inputs:
    """Everything any move could ask for."""
    filled = {
        "reason": "The search words you tried", "whom": "Ana", "estimate_minutes": 60, "code": Code.INCLUDED,
        "planned_start": date(2026, 11, 24), "nothing_visible": True, "note": NOTE,
        "close_reason": CloseReason.WITHDRAWN,
    }  # fmt: skip
    return Inputs(assignee=assignee, reviewer=reviewer, **(filled | others))


def delivered(session: Session) -> None:
    """The worker has brought everything."""
    session.execute(text("update outbox set done_at = now() where done_at is null"))


def pending(session: Session) -> list[tuple[str, str]]:
    """What waits to be brought: place and subject, in order."""
    rows = session.execute(
        select(Post.place, Post.subject)
        .join(Delivery, Delivery.post_id == Post.id)
        .where(Delivery.done_at.is_(None))
        .order_by(Delivery.id)
    )
    return [(place.value, subject.value) for place, subject in rows]


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """Every statement that the session asks the database for."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    event.listen(session.connection(), "before_cursor_execute", note)
    yield said
    event.remove(session.connection(), "before_cursor_execute", note)


def one_waits_for_the_other(
    sessions: sessionmaker[Session], url: str, first: Callable[[Session], T], second: Callable[[Session], T]
) -> tuple[T, T]:
    """`second` starts while `first` has done its work and not committed; both results."""
    with ThreadPoolExecutor(1) as pool:
        with sessions.begin() as session:
            ours = first(session)
            theirs = pool.submit(_in_a_transaction, sessions, second)
            _until_it_waits(url, theirs)
        return ours, theirs.result()


def _in_a_transaction(sessions: sessionmaker[Session], work: Callable[[Session], T]) -> T:
    with sessions.begin() as session:
        return work(session)


def _until_it_waits(url: str, other: Future[Any]) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    waiting = text(
        "select count(*) from pg_stat_activity, pg_sleep(0.005)"
        " where datname = current_database() and wait_event_type = 'Lock'"
    )
    with engine.connect() as connection:
        while not other.done() and not connection.scalar(waiting):
            pass
    engine.dispose()
