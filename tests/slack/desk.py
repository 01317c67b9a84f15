"""What tests of posts share: tickets and moves without the forms, and a look at what stands in Slack."""

from typing import Any

from slack_sdk import WebClient
from sqlalchemy import select, text

from bot.domain import accounts, people, provider, tickets
from bot.domain.exports import sending
from bot.domain.invoices import Invoice, InvoiceKind
from bot.domain.people import Person
from bot.domain.priority import Effect, Timing, Users
from bot.domain.routing import RequestType
from bot.domain.tickets import Filing, Inputs
from bot.domain.workflow import Action
from bot.playground.records import Message
from bot.slack.delivery import Courier
from tests.cast import by_name
from tests.house import House

TITLE = "Help centre search is empty"


def files(house: House, title: str = TITLE, *, account: str = "Acme", by: str = "Ana") -> int:
    """A client's request is stored, with its two cards waiting in the outbox; its number."""
    filing = Filing(RequestType.INCIDENT, title, Effect.DEGRADED, Users.MANY, Timing.THIS_WEEK)
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        requester = session.scalars(select(Person).where(Person.name == by)).one()
        where = by_name(session, account)
        assert where
        ticket = tickets.file(
            session, filing, account=where, provider=provider.get(session), requester=requester, now=house.now
        )
    return ticket.id


def welcomes(house: House) -> None:
    """Acme's welcome waits in the outbox."""
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        accounts.welcome(session, by_name(session, "Acme"))


def asks_for_a_file(house: House, by: str = "Sam") -> None:
    """Somebody wants the PDF of a draft of Acme’s: it waits in the outbox."""
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        whoever = session.scalars(select(Person).where(Person.name == by)).one()
        drafted = Invoice(
            account_id=by_name(session, "Acme").id, month=house.now.date().replace(day=1), kind=InvoiceKind.INVOICE,
            currency="EUR", made_at=house.now,
        )  # fmt: skip
        session.add(drafted)
        session.flush()
        sending.send(session, [drafted], "pdf", to=whoever, now=house.now)


def moves(house: House, number: int, action: Action, by: str = "Bo", **inputs: Any) -> None:
    """Somebody makes a move; nothing is delivered yet."""
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        actor = session.scalars(select(Person).where(Person.name == by)).one()
        ticket = tickets.visible_to(session, actor, number, lock=True)
        ticket.act(session, action, by=actor, now=house.now, inputs=Inputs(**inputs))


def a_courier(house: House, kind: type[Courier] = Courier, *, paced: bool = False, timeout: float = 5) -> Courier:
    """Another worker's hands."""
    client = WebClient(token=house.slack.token, base_url=house.slack.api_url, timeout=timeout, retry_handlers=[])  # type: ignore[arg-type]
    return kind(house.sessions, client, paced=paced, clock=house.clock)


def delivers(house: House) -> int:
    """A worker as production has it brings everything it can: its client never tries again by itself."""
    return a_courier(house).drain()


def does(house: House, sql: str, **values: Any) -> None:
    """Change something as the database's owner: what time or another process would do."""
    with house.owner.begin() as connection:
        connection.execute(text(sql), values)


def waits_are_over(house: House) -> None:
    """Every pause between two tries, and every hold of Slack's, has passed."""
    does(house, "update outbox set not_before = now()")
    does(house, "update slack_budget set full_until = now()")


def leases_run_out(house: House) -> None:
    """Whoever held a row has been silent for too long."""
    does(house, "update outbox set leased_until = now() - interval '1 second' where leased_until is not null")


def posted(house: House, channel: str) -> list[Message]:
    """What the bot has in a channel, threads included, in the order it came."""
    messages = list(house.slack.workspace.channels[channel].messages.values())
    return sorted((m for m in messages if m.bot and not m.deleted and not m.ephemeral_to), key=lambda m: m.ts)


def pending(house: House) -> list[dict[str, Any]]:
    """What waits in the outbox."""
    return house.rows("select * from outbox where done_at is null and dead_at is null order by id")
