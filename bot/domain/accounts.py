"""Accounts: the client organisations, each with its channel and calendar, and how their people become known."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Numeric, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain import events
from bot.domain.base import Base, Id
from bot.domain.business_time import Calendar
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


def by_name(session: Session, name: str) -> Account | None:
    """Case does not matter: people type it."""
    return session.scalar(select(Account).where(Account.name.ilike(name.replace("%", r"\%").replace("_", r"\_"))))


def by_id(session: Session, account_id: int) -> Account:
    """One that is known to exist."""
    return session.scalars(select(Account).where(Account.id == account_id)).one()


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
            .where(Person.account_id == account.id, Person.slack_id.is_(None), Person.email.ilike(email))
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
    events.record(session, events.Kind.PERSON_JOINED, account_id=account.id, person=person.id, data={"name": name})
    return person
