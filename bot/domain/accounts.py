"""Accounts: the client organisations, each with its channel and calendar, and how their people become known."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Numeric, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain import events, outbox, provider
from bot.domain.base import Base, Id
from bot.domain.business_time import Calendar
from bot.domain.errors import NotFound
from bot.domain.people import Person
from bot.domain.roles import ContactRole


class Account(Base):
    """A client organisation."""

    __tablename__ = "account"

    id: Mapped[Id] = mapped_column(init=False)
    name: Mapped[str] = mapped_column(unique=True)
    channel_slack_id: Mapped[str | None] = mapped_column(unique=True, default=None)
    team_slack_id: Mapped[str | None] = mapped_column(default=None)
    timezone: Mapped[str] = mapped_column(default="UTC")
    holidays: Mapped[str | None] = mapped_column(default=None)
    arr_amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2), default=None)
    arr_currency: Mapped[str | None] = mapped_column(default=None)
    renews: Mapped[date | None] = mapped_column(default=None)
    live_since: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def calendar(self) -> Calendar:
        """The client's business hours, in its zone, without its holidays."""
        return Calendar(zone=self.timezone, country=self.holidays)


def by_channel(session: Session, channel_slack_id: str | None) -> Account | None:
    """The account whose channel that is."""
    if not channel_slack_id:
        return None
    return session.scalar(select(Account).where(Account.channel_slack_id == channel_slack_id))


def by_id(session: Session, account_id: int) -> Account:
    """One that is known to exist."""
    return session.scalars(select(Account).where(Account.id == account_id)).one()


def by_name(session: Session, name: str) -> Account:
    """One that somebody named; who names none that exists is told which do."""
    found = all_of_them(session)
    for account in found:
        if account.name.casefold() == name.strip().casefold():
            return account
    there = ", ".join(account.name for account in found) or "none yet"
    raise NotFound(f"There is no account “{name}”. There are: {there}.")


def all_of_them(session: Session) -> list[Account]:
    """Every account this session may see, by name."""
    return list(session.scalars(select(Account).order_by(Account.name)))


def join(
    session: Session, account: Account, *, slack_id: str, name: str, email: str | None, email_is_vouched: bool
) -> Person:
    """Somebody unknown in an account's channel becomes its requester; a contact applied by e-mail is recognised.

    The e-mail counts only when the workspace it comes from is the account's own or the provider's.
    """
    known = None
    if email and email_is_vouched:
        known = session.scalar(
            select(Person)
            .where(
                Person.account_id == account.id, Person.slack_id.is_(None), func.lower(Person.email) == email.lower()
            )
            .with_for_update()
        )
    if known:
        known.slack_id = slack_id
        events.record(session, events.Kind.PERSON_RECOGNISED, account_id=account.id, person=known.id)
        session.flush()
        return known
    person = Person(
        name=name,
        slack_id=slack_id,
        email=email if email_is_vouched else None,
        account_id=account.id,
        roles=[ContactRole.REQUESTER.value],
    )
    session.add(person)
    session.flush()
    told = {"name": name, "account": account.name}
    event = events.record(session, events.Kind.PERSON_JOINED, account_id=account.id, person=person.id, data=told)
    _tell_triage(session, event)
    return person


def _tell_triage(session: Session, event: events.Event) -> None:
    firm = provider.find(session)
    if firm and firm.triage_channel:
        outbox.open_thread(
            session,
            outbox.Subject.EVENT,
            event.id,
            outbox.Place.TRIAGE,
            firm.triage_channel,
            account_id=event.account_id,
        )


def of_contact(session: Session, email: str | None, team: str | None, provider_team: str) -> Account | None:
    """The account that was applied with this e-mail, if the workspace vouching for it is its own or the provider's."""
    if not email:
        return None
    found = session.scalars(
        select(Account)
        .join(Person, Person.account_id == Account.id)
        .where(func.lower(Person.email) == email.lower(), Person.slack_id.is_(None), Person.active)
    ).all()
    vouched = [account for account in found if team in {provider_team, account.team_slack_id} - {None}]
    return vouched[0] if len(vouched) == 1 else None
