"""Accounts: the client organisations, each with its channel and calendar, and how their people become known."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Numeric, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import playbook
from bot.domain import events, outbox, provider, receipts
from bot.domain.base import Base, Id
from bot.domain.errors import NotFound, Refused
from bot.domain.hours import KeepsHours
from bot.domain.people import Person
from bot.domain.provider import Provider
from bot.domain.roles import ContactRole, Permission


class Account(KeepsHours, Base):
    """A client organisation."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("opens < closes", name="opens_first"),)

    id: Mapped[Id] = mapped_column(init=False)
    name: Mapped[str] = mapped_column(unique=True)
    channel_slack_id: Mapped[str | None] = mapped_column(unique=True, default=None)
    team_slack_id: Mapped[str | None] = mapped_column(default=None)
    arr_amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2), default=None)
    arr_currency: Mapped[str | None] = mapped_column(default=None)
    renews: Mapped[date | None] = mapped_column(default=None)
    live_since: Mapped[datetime | None] = mapped_column(default=None)
    billed_through: Mapped[date | None] = mapped_column(default=None)  # the last day of the last month that is locked
    billed_carry: Mapped[int] = mapped_column(default=0, server_default="0")  # minutes that it left over
    billing: Mapped[dict[str, Any]] = mapped_column(default_factory=dict, server_default="{}")  # as invoices name it


def by_channel(session: Session, channel_slack_id: str | None) -> Account | None:
    """The account whose channel that is."""
    if not channel_slack_id:
        return None
    return session.scalar(select(Account).where(Account.channel_slack_id == channel_slack_id))


def by_id(session: Session, account_id: int) -> Account:
    """One that this session may see; a number that somebody made up is not found."""
    account = next(iter(session.info.get("came along") or ()), None)  # with whoever entered: `agreements.enter`
    if account is None or account.id != account_id:
        account = session.scalar(select(Account).where(Account.id == account_id))
    if account is None:
        raise NotFound("I can't find that account. Choose one from the list.")
    return account


def by_name(session: Session, name: str) -> Account:
    """One that somebody named; who names none that exists is told which do."""
    found = all_of_them(session)
    for account in found:
        if account.name.casefold() == name.strip().casefold():
            return account
    there = ", ".join(account.name for account in found) or "none yet"
    raise NotFound(f"There is no account “{name}”. There are: {there}.")


def by_ids(session: Session, ids: Collection[int]) -> dict[int, Account]:
    """Several at once, for lists."""
    return {one.id: one for one in session.scalars(select(Account).where(Account.id.in_(ids)))} if ids else {}


def called(listed: Iterable[Account], name: str) -> list[Account]:
    """Those whose name has that in it; the one of exactly that name stands for all."""
    wanted = name.strip().casefold()
    alike = [account for account in listed if wanted in account.name.casefold()]
    return [account for account in alike if account.name.casefold() == wanted] or alike


def begins_with(session: Session, words: str, *, limit: int) -> list[Account]:
    """Those whose name begins so; the one of exactly that name stands for all."""
    like = Account.name.istartswith(words.strip(), autoescape=True)
    found = list(session.scalars(select(Account).where(like).order_by(Account.name).limit(limit)))
    exact = [account for account in found if account.name.casefold() == words.strip().casefold()]
    return exact or found


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


def welcome(session: Session, account: Account) -> None:
    """Bring the account's channel its welcome post: once, edited when what it says changed, brought back if it died.

    In a channel it had before, the post says that it is out of date; a question whose channel that was is answered.
    """
    session.flush()
    lock(session, account.id)  # of two who find none, one makes it
    cards = outbox.refresh(session, outbox.Subject.ACCOUNT, account.id)
    here, known = account.channel_slack_id, {card.channel_slack_id for card in cards}
    if here and here not in known:
        outbox.open_thread(
            session, outbox.Subject.ACCOUNT, account.id, outbox.Place.CLIENT, here, account_id=account.id, pinned=True
        )
        known.add(here)
    outbox.refresh_in(session, outbox.Subject.CHANNEL, known)


def lock(session: Session, account_id: int) -> Account:
    """Hold the row, and read it anew; what only refers to it goes on."""
    query = select(Account).where(Account.id == account_id).with_for_update(key_share=True)
    return session.scalars(query, execution_options={"populate_existing": True}).one()


def is_welcomed(session: Session, account: Account) -> bool:
    """Whether the account's channel has its welcome post, or will have."""
    cards = outbox.posts_of(session, outbox.Subject.ACCOUNT, account.id)
    return account.channel_slack_id in {None, *(card.channel_slack_id for card in cards)}


def greet(session: Session, firm: Provider, channel_slack_id: str, *, inviter: str | None, now: datetime) -> None:
    """Steward was invited: an account's channel gets its welcome, an unknown one is asked about once."""
    account = by_channel(session, channel_slack_id)
    if account is not None:
        welcome(session, account)
    elif channel_slack_id in firm.channels.values():
        return
    elif receipts.claim(session, f"asked:{channel_slack_id}", channel_slack_id, account_id=None) is None:
        asked = {"channel": channel_slack_id, "inviter": inviter}
        event = events.record(session, events.Kind.INVITED, account_id=None, at=now, data=asked)
        outbox.open_thread(
            session, outbox.Subject.CHANNEL, event.id, outbox.Place.CLIENT, channel_slack_id, account_id=None
        )
    else:  # asked before: brought back if it died, the same message otherwise
        outbox.refresh_in(session, outbox.Subject.CHANNEL, [channel_slack_id])


def check_unclaimed(session: Session, firm: Provider, channel_slack_id: str, *, by: Person) -> None:
    """Refuse to choose an account for a channel that has one, or that is the team's own."""
    by.require(Permission.MANAGE_ACCOUNTS)
    if taken := by_channel(session, channel_slack_id):
        raise Refused(f"This channel is {taken.name}'s already. `steward apply` can change it.")
    if channel_slack_id in firm.channels.values():
        raise Refused(
            "This is one of your team's own channels, so it belongs to no account. "
            "Press Choose the account in the client's channel instead."
        )


def link(
    session: Session, account_id: int, firm: Provider, channel_slack_id: str, *, by: Person, replace: bool,
    now: datetime,
) -> Account:  # fmt: skip
    """Make this channel the account's: where its requests are asked for and followed."""
    outbox.refresh_in(session, outbox.Subject.CHANNEL, [channel_slack_id])  # locks the question: one answer counts
    check_unclaimed(session, firm, channel_slack_id, by=by)
    account = lock(session, account_id)
    before = account.channel_slack_id
    if before and not replace:
        raise Refused(f"{account.name} has a channel already. Tick this to use this one instead.", field="replace")
    account.channel_slack_id = channel_slack_id
    session.add(
        events.Event(
            kind=events.Kind.CHANNEL_LINKED,
            at=now,
            account_id=account.id,
            actor_id=by.id,
            data={"channel": channel_slack_id, "before": before},
            rule_version=playbook.of(session).version,
        )
    )
    welcome(session, account)
    return account
