"""People: the provider's staff and the accounts' contacts, and how they enter.

`enter` is the one door: it loads whoever acts and, in the same statement, tells row-level
security which accounts this transaction may touch.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Select, String, Text, bindparam, column, func, select, text, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from bot import playbook
from bot.domain import provider
from bot.domain.base import Base, Id, for_all_threads
from bot.domain.errors import Refused
from bot.domain.provider import Provider
from bot.domain.roles import Permission, allows, who_may

ALL_ACCOUNTS = "*"


class Person(Base):
    """Anyone with a Slack id, or an e-mail address until the Slack id is known."""

    __tablename__ = "person"

    id: Mapped[Id] = mapped_column(init=False)
    name: Mapped[str]
    slack_id: Mapped[str | None] = mapped_column(unique=True, default=None)
    email: Mapped[str | None] = mapped_column(index=True, default=None)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True, default=None)
    roles: Mapped[list[str]] = mapped_column(ARRAY(String), default_factory=list)
    skills: Mapped[list[str]] = mapped_column(ARRAY(String), default_factory=list)
    weekly_minutes: Mapped[int] = mapped_column(default=40 * 60)
    timezone: Mapped[str | None] = mapped_column(default=None)
    active: Mapped[bool] = mapped_column(default=True)

    @property
    def is_staff(self) -> bool:
        """Whether they work for the provider."""
        return self.account_id is None

    def may(self, permission: Permission) -> bool:
        """Whether one of their roles carries it. Contacts and those who left carry no staff permission."""
        return self.is_staff and self.active and allows(self.roles, permission)

    def require(self, permission: Permission) -> None:
        """Refuse with who may, where this person may not."""
        if not self.may(permission):
            raise Refused(f"Only {who_may(permission)} may {permission.value}. Ask one of them.")

    @property
    def first_name(self) -> str:
        """What colleagues call them."""
        return self.name.split()[0] if self.name.split() else self.name


_columns = [column(one.name, one.type) for one in Person.__table__.columns]
_entered = func.steward_enter(bindparam("slack_id", type_=Text)).table_valued(*_columns)
ENTERED = for_all_threads(aliased(Person, _entered, adapt_on_names=True))
_newest = playbook.NEWEST.subquery("newest")
ENTER = select(ENTERED, Provider, _newest).select_from(ENTERED).outerjoin(Provider, true()).outerjoin(_newest, true())

_system = select(func.set_config("steward.accounts", bindparam("all", type_=Text), true()).label("accounts")).subquery()
ENTER_WITH_THE_FIRM = (
    select(_system.c.accounts, Provider, _newest)
    .select_from(_system)
    .outerjoin(Provider, true())
    .outerjoin(_newest, true())
)


def enter(session: Session, slack_id: str) -> Person | None:
    """Load whoever acts and open exactly their accounts to this transaction; one round trip.

    Staff see every account, a contact sees its own, nobody unknown sees anything. What nearly everybody asks for next
    comes along: the provider and the playbook.
    """
    found = enter_by(session, ENTER, slack_id)
    return found[0] if found else None


def enter_by(session: Session, door: Select[Any], slack_id: str) -> tuple[Any, ...] | None:
    """The same through a door that brings more along: the person, and what that is."""
    row = session.execute(door, {"slack_id": slack_id}).one_or_none()
    session.info.pop("came along", None)  # with whoever entered before
    if row is None:
        return None
    person, firm, version, content, *more = tuple(row)
    _keep(session, firm, version, content)
    session.info["came along"] = more
    return person, *more


def enter_as_system(session: Session, *, with_the_firm: bool = False) -> None:
    """Jobs, delivery and the command line act as the System: every account, and no person.

    The provider and the playbook come along for who will ask for both.
    """
    if with_the_firm:
        _, firm, version, content = session.execute(ENTER_WITH_THE_FIRM, {"all": ALL_ACCOUNTS}).one()
        _keep(session, firm, version, content)
    else:
        session.execute(text("select set_config('steward.accounts', :all, true)"), {"all": ALL_ACCOUNTS})


def _keep(session: Session, firm: Provider | None, version: int | None, content: Any) -> None:
    provider.keep(session, firm)
    if version is not None:
        playbook.keep(session, version, content)


def staff(session: Session) -> list[Person]:
    """The provider's active people, by name."""
    return list(session.scalars(select(Person).where(Person.account_id.is_(None), Person.active).order_by(Person.name)))


def workers(session: Session) -> list[Person]:
    """Those who may be assigned a ticket."""
    return [person for person in staff(session) if person.may(Permission.WORK)]


def contacts(session: Session, account_id: int) -> list[Person]:
    """An account's active people, by name."""
    return list(
        session.scalars(select(Person).where(Person.account_id == account_id, Person.active).order_by(Person.name))
    )


def by_id(session: Session, person_id: int | None) -> Person | None:
    """A person this session may see."""
    return None if person_id is None else session.scalar(select(Person).where(Person.id == person_id))


def by_ids(session: Session, ids: set[int]) -> dict[int, Person]:
    """Several at once, for lists."""
    return {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(ids)))} if ids else {}


def names_of(session: Session, slack_ids: Iterable[str]) -> dict[str, str]:
    """What these Slack ids are called, as far as this session may see them."""
    asked = list(slack_ids)
    if not asked:
        return {}
    query = select(Person.slack_id, Person.name).where(Person.slack_id.in_(asked))
    return {slack_id: name for slack_id, name in session.execute(query) if slack_id}


def by_slack_id(session: Session, slack_id: str | None) -> Person | None:
    """The person with that Slack id, if this session may see them."""
    return session.scalar(select(Person).where(Person.slack_id == slack_id)) if slack_id else None


def lock(session: Session, person: Person) -> None:
    """Whoever else changes something about this person waits until this transaction is over."""
    session.execute(select(Person.id).where(Person.id == person.id).with_for_update())


def local_date(person: Person, firm: Provider, now: datetime) -> date:
    """Today where that person is; the provider's, unless they have a zone of their own."""
    return now.astimezone(ZoneInfo(person.timezone or firm.timezone)).date()


def facts(person: Person | None) -> dict[str, Any]:
    """What a snapshot keeps of a person."""
    return {} if person is None else {"id": person.id, "name": person.name, "slack_id": person.slack_id}
