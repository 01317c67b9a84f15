"""Rollout messages: whom a release concerns, and when they are told. Drafted from the table, editable until sent.

A message without a text of its own is worded at delivery from what it tells of; an edited one says what was written.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ForeignKey, Index, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import playbook
from bot.domain import accounts, events, outbox
from bot.domain.base import AccountRef, Base, Id
from bot.domain.business_time import Calendar
from bot.domain.changes import Change
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.risk import ChangeClass
from bot.domain.roles import ContactRole
from bot.domain.routing import Area

if TYPE_CHECKING:
    from bot.domain.releases.release import Release

LONGEST_TEXT = 2500


class Moment(StrEnum):
    """When somebody is told."""

    AFTER_APPROVAL = "after_approval"
    TWO_DAYS_BEFORE = "two_days_before"
    DAY_BEFORE = "day_before"
    SAME_DAY = "same_day"
    AT_RELEASE = "at_release"
    AFTER_VERIFICATION = "after_verification"
    CALLED_OFF = "called_off"
    ROLLED_BACK = "rolled_back"

    @property
    def label(self) -> str:
        """As people read it."""
        return LABELS[self]


class Audience(StrEnum):
    """Who on the client's side is concerned."""

    AGENTS = "agents"
    USERS = "users"
    TECHNICAL = "technical"
    CONTENT_OWNER = "content_owner"
    CONTACT = "contact"

    @property
    def label(self) -> str:
        """As people read it."""
        return LABELS[self]

    @property
    def role(self) -> ContactRole | None:
        """Whom it mentions by name, where the account has one."""
        return _ROLES.get(self)


LABELS: dict[Moment | Audience, str] = {
    Moment.AFTER_APPROVAL: "when it is scheduled",
    Moment.TWO_DAYS_BEFORE: "two business days before",
    Moment.DAY_BEFORE: "a business day before",
    Moment.SAME_DAY: "that morning",
    Moment.AT_RELEASE: "at release",
    Moment.AFTER_VERIFICATION: "once it is verified",
    Moment.CALLED_OFF: "called off",
    Moment.ROLLED_BACK: "rolled back",
    Audience.AGENTS: "agents and team leads",
    Audience.USERS: "affected users and the security contact",
    Audience.TECHNICAL: "technical contacts",
    Audience.CONTENT_OWNER: "the content owner",
    Audience.CONTACT: "the client’s contact",
}
_ROLES = {
    Audience.USERS: ContactRole.SECURITY,
    Audience.TECHNICAL: ContactRole.TECHNICAL,
    Audience.CONTENT_OWNER: ContactRole.CONTENT_OWNER,
    Audience.CONTACT: ContactRole.REQUESTER,
}


class Telling(NamedTuple):
    """One row of the table: who, and when."""

    audience: Audience
    moment: Moment


_M = Moment
# fmt: off
TELLINGS: dict[Area, tuple[Telling, ...]] = {
    Area.ROUTING:      (Telling(Audience.AGENTS, _M.DAY_BEFORE), Telling(Audience.AGENTS, _M.AT_RELEASE)),
    Area.PERMISSIONS:  (Telling(Audience.USERS, _M.SAME_DAY), Telling(Audience.USERS, _M.AFTER_VERIFICATION)),
    Area.INTEGRATIONS: (Telling(Audience.TECHNICAL, _M.TWO_DAYS_BEFORE), Telling(Audience.TECHNICAL, _M.AT_RELEASE),
                        Telling(Audience.TECHNICAL, _M.AFTER_VERIFICATION)),
    Area.CUSTOMER_FACING_CONTENT: (Telling(Audience.CONTENT_OWNER, _M.AFTER_APPROVAL),
                                   Telling(Audience.CONTENT_OWNER, _M.AT_RELEASE)),
}
# An emergency is told at once, whatever it touches; its summary follows when it is verified.
EMERGENCY = (Telling(Audience.CONTACT, _M.AT_RELEASE), Telling(Audience.CONTACT, _M.AFTER_VERIFICATION))
BUSINESS_DAYS_BEFORE = {_M.TWO_DAYS_BEFORE: 2, _M.DAY_BEFORE: 1, _M.SAME_DAY: 0}  # in the morning, when they open
# fmt: on


class RolloutMessage(Base):
    """What one account's audience is told at one moment. No `send_at`: not planned, or sent by what happens."""

    __tablename__ = "rollout_message"
    __table_args__ = (
        Index(
            "uq_rollout_message_wanted",
            "release_id",
            "account_id",
            "audience",
            "moment",
            unique=True,
            postgresql_where=text("wanted"),
        ),
        Index("ix_rollout_message_due", "send_at", postgresql_where=text("sent_at is null and wanted")),
    )

    id: Mapped[Id] = mapped_column(init=False)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    account_id: Mapped[AccountRef]
    audience: Mapped[Audience]
    moment: Mapped[Moment]
    send_at: Mapped[datetime | None] = mapped_column(default=None)
    text: Mapped[str | None] = mapped_column(default=None)
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    wanted: Mapped[bool] = mapped_column(default=True)  # false: of no concern, or of a plan that is off
    version: Mapped[int] = mapped_column(default=1)


def tellings(change: Change) -> list[Telling]:
    """Who is told of it, and when."""
    if change.change_class is ChangeClass.EMERGENCY:
        return list(EMERGENCY)
    return [telling for touch in change.content.touches if touch.area for telling in TELLINGS[touch.area]]


def messages_of(session: Session, release_id: int) -> list[RolloutMessage]:
    """Those that will be sent and those that were, in the order they were drafted."""
    query = select(RolloutMessage).where(
        RolloutMessage.release_id == release_id, or_(RolloutMessage.wanted, RolloutMessage.sent_at.is_not(None))
    )
    return list(session.scalars(query.order_by(RolloutMessage.id)))


def _wanted(session: Session, release: "Release") -> list[RolloutMessage]:
    return [one for one in messages_of(session, release.id) if one.wanted]


def draft(session: Session, release: "Release", packed: list[Change]) -> None:
    """One message for each account, audience and moment that the package concerns; what was edited stays."""
    wanted = {(change.account_id, one.audience, one.moment) for change in packed for one in tellings(change)}
    there = {(one.account_id, one.audience, one.moment): one for one in _wanted(session, release)}
    for key, message in there.items():
        if message.sent_at is None and key not in wanted:
            message.wanted = False
    for account_id, audience, moment in sorted(wanted - there.keys(), key=_in_order):
        session.add(RolloutMessage(release_id=release.id, account_id=account_id, audience=audience, moment=moment))
    session.flush()


def _in_order(one: tuple[int, Audience, Moment]) -> tuple[int, int, str]:
    return one[0], list(Moment).index(one[2]), one[1].value


def plan(session: Session, release: "Release", packed: list[Change], now: datetime) -> None:
    """The release is scheduled: each message gets its time; what is due already goes at once."""
    draft(session, release, packed)
    for message in _wanted(session, release):
        calendar = accounts.by_id(session, message.account_id).calendar
        message.send_at = _send_at(message.moment, release.starts, calendar, now)
    session.flush()
    _send(session, [one for one in _wanted(session, release) if one.send_at and one.send_at <= now], now)


def _send_at(moment: Moment, starts: datetime, calendar: Calendar, now: datetime) -> datetime | None:
    if moment is Moment.AFTER_APPROVAL:
        return now
    if moment not in BUSINESS_DAYS_BEFORE:
        return None
    day = calendar.local_date(starts)
    if before := BUSINESS_DAYS_BEFORE[moment]:
        day = next(islice(calendar.working_days(day - timedelta(days=1), step=-1), before - 1, None))
    opens, _ = calendar.window(day)
    return min(opens, starts)


def unplan(session: Session, release: "Release", now: datetime) -> None:
    """It is planned no more: what was not sent waits for the next plan, and those who were told hear that it is off."""
    for message in _wanted(session, release):
        if message.sent_at is None:
            message.send_at = None
    _tell_those_told(session, release, Moment.CALLED_OFF, now)


def tell(session: Session, release: "Release", moment: Moment, now: datetime) -> None:
    """What is sent by something that happens."""
    _send(session, [one for one in _wanted(session, release) if one.moment is moment], now)


def _send(session: Session, due: Iterable[RolloutMessage], now: datetime) -> int:
    sent = 0
    for message in due:
        channel = accounts.by_id(session, message.account_id).channel_slack_id
        if message.sent_at is not None or channel is None:
            continue
        message.sent_at, message.version = now, message.version + 1
        session.flush()
        outbox.open_thread(
            session, outbox.Subject.ROLLOUT, message.id, outbox.Place.CLIENT, channel, account_id=message.account_id
        )
        sent += 1
    return sent


def send_due(session: Session, now: datetime) -> int:
    """Whatever has its time now; any number of workers may look."""
    query = (
        select(RolloutMessage)
        .where(RolloutMessage.send_at <= now, RolloutMessage.sent_at.is_(None), RolloutMessage.wanted)
        .order_by(RolloutMessage.send_at, RolloutMessage.id).limit(200).with_for_update(skip_locked=True)
    )  # fmt: skip
    return _send(session, list(session.scalars(query)), now)


def call_off(session: Session, release: "Release", now: datetime) -> None:
    """It does not happen: nobody is told any more, and those who were hear so."""
    _drop(session, release)
    _tell_those_told(session, release, Moment.CALLED_OFF, now)


def take_back(session: Session, release: "Release", now: datetime) -> None:
    """It was rolled back: those who were told hear so; nobody hears that it went well."""
    _drop(session, release)
    _tell_those_told(session, release, Moment.ROLLED_BACK, now)


def _drop(session: Session, release: "Release") -> None:
    for message in _wanted(session, release):
        message.wanted = message.sent_at is not None


def _tell_those_told(session: Session, release: "Release", moment: Moment, now: datetime) -> None:
    """Once to each account; what they were told before no longer holds, so a new plan tells them anew."""
    told = [one for one in _wanted(session, release) if one.sent_at]
    for message in told:
        message.wanted = False
    made = [
        RolloutMessage(
            release_id=release.id, account_id=account_id, audience=Audience.CONTACT, moment=moment, wanted=False
        )
        for account_id in sorted({one.account_id for one in told})
    ]
    session.add_all(made)
    session.flush()
    _send(session, made, now)


def edit_message(session: Session, number: int, words: str, *, by: Person, now: datetime, seen: int) -> RolloutMessage:
    """Its own words, until it is sent; without any it is worded by Steward again."""
    message = session.scalar(select(RolloutMessage).where(RolloutMessage.id == number).with_for_update())
    if message is None or not by.is_staff:
        raise NotFound("I can’t find that message. Open its release with /release.")
    if message.sent_at or not message.wanted:
        raise Refused("It was sent already. Write in the channel what has to be added.", field="text")
    if message.version != seen:
        raise Refused("Somebody edited it meanwhile. Open it again.", field="text")
    before, message.text = message.text, words.strip()[:LONGEST_TEXT] or None
    message.edited_by_id, message.version = by.id, message.version + 1
    session.add(events.Event(
        kind=events.Kind.ROLLOUT_EDITED, at=now, actor_id=by.id, release_id=message.release_id,
        data={"message": message.id, "before": before, "after": message.text},
        rule_version=playbook.of(session).version,
    ))  # fmt: skip
    outbox.refresh(session, outbox.Subject.RELEASE, message.release_id)
    return message
