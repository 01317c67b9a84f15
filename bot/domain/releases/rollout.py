"""Rollout messages: whom a release concerns, and when they are told. Drafted from the table, editable until sent.

A message without a text of its own is worded at delivery from what it tells of; an edited one says what was written.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import playbook
from bot.domain import accounts, events, outbox
from bot.domain.base import AccountRef, Base, Id
from bot.domain.business_time import Calendar
from bot.domain.changes import Change
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.releases.audiences import AHEAD, BUSINESS_DAYS_BEFORE, Audience, Moment, Telling, tellings
from bot.domain.releases.release import Release, changes_in

LONGEST_TEXT = 2500


class RolloutMessage(Base):
    """What one account's audience is told at one moment. No `send_at`: not planned, or sent by what happens."""

    __tablename__ = "rollout_message"
    __table_args__ = (
        UniqueConstraint("release_id", "account_id", "audience", "moment"),
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
    wanted: Mapped[bool] = mapped_column(default=True)  # false: the package no longer concerns them
    version: Mapped[int] = mapped_column(default=1)

    def check_edit(self) -> None:
        """Refuse what was sent, or is not wanted any more."""
        if self.sent_at or not self.wanted:
            raise Refused("It was sent already. Write in the channel what has to be added.", field="text")


def messages_of(session: Session, release_id: int) -> list[RolloutMessage]:
    """Those that are wanted, in the order they were drafted."""
    query = select(RolloutMessage).where(RolloutMessage.release_id == release_id, RolloutMessage.wanted)
    return list(session.scalars(query.order_by(RolloutMessage.id)))


def draft(session: Session, release: Release, packed: list[Change]) -> None:
    """One message for each account, audience and moment that the package concerns; what was edited stays."""
    wanted = {(change.account_id, one.audience, one.moment) for change in packed for one in tellings(change)}
    query = select(RolloutMessage).where(RolloutMessage.release_id == release.id).with_for_update()
    there = {(one.account_id, one.audience, one.moment): one for one in session.scalars(query)}
    for key, message in there.items():
        if message.sent_at is None:
            message.wanted = key in wanted
    for account_id, audience, moment in sorted(wanted - there.keys(), key=_in_order):
        session.add(RolloutMessage(release_id=release.id, account_id=account_id, audience=audience, moment=moment))
    session.flush()


def _in_order(one: tuple[int, Audience, Moment]) -> tuple[int, int, str]:
    return one[0], list(Moment).index(one[2]), one[1].value


def plan(session: Session, release: Release, packed: list[Change], now: datetime) -> None:
    """The release is scheduled: each message gets its time; what is due already goes at once."""
    draft(session, release, packed)
    for message in messages_of(session, release.id):
        calendar = accounts.by_id(session, message.account_id).calendar
        message.send_at = _send_at(message.moment, release.starts, calendar, now)
    session.flush()
    due = [one for one in messages_of(session, release.id) if one.send_at and one.send_at <= now]
    _send(session, release, packed, due, now)


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


def unplan(session: Session, release: Release) -> None:
    """It is planned no more: what was not sent waits for the next plan."""
    for message in messages_of(session, release.id):
        if message.sent_at is None:
            message.send_at = None


def tell(session: Session, release: Release, moment: Moment, now: datetime) -> None:
    """What is sent by something that happens."""
    due = [one for one in messages_of(session, release.id) if one.moment is moment]
    _send(session, release, changes_in(session, release.id), due, now)


def facts_of(message: RolloutMessage, release: Release, packed: list[Change]) -> dict[str, Any]:
    """What it tells of: the changes that concern its audience, their window, and what became of them."""
    about = [change for change in packed if change.account_id == message.account_id]
    meant = [change for change in about if Telling(message.audience, message.moment) in tellings(change)]
    times = {"starts": release.starts, "ends": release.ends, "released": release.released_at,
             "settled": release.settled_at}  # fmt: skip
    return {
        "titles": [change.title for change in meant or about], "reason": release.reason,
        **{name: at.isoformat() if at else None for name, at in times.items()},
    }  # fmt: skip


def _send(session: Session, release: Release, packed: list[Change], due: Iterable[RolloutMessage],
          now: datetime) -> int:  # fmt: skip
    """Each goes out once, with what it told of at that moment."""
    sent = 0
    for message in due:
        channel = accounts.by_id(session, message.account_id).channel_slack_id
        if message.sent_at is not None or channel is None:
            continue
        message.sent_at, message.version = now, message.version + 1
        session.flush()
        outbox.open_thread(
            session, outbox.Subject.ROLLOUT, message.id, outbox.Place.CLIENT, channel, account_id=message.account_id,
            snapshot=facts_of(message, release, packed),
        )  # fmt: skip
        sent += 1
    return sent


def send_due(session: Session, now: datetime) -> int:
    """Whatever has its time now; any number of workers may look. The release's row first, as whoever runs it does."""
    is_due = (RolloutMessage.send_at <= now, RolloutMessage.sent_at.is_(None), RolloutMessage.wanted)
    with_some = select(Release).where(Release.id.in_(select(RolloutMessage.release_id).where(*is_due)))
    sent = 0
    for release in session.scalars(with_some.order_by(Release.id).with_for_update(skip_locked=True)).all():
        due = select(RolloutMessage).where(RolloutMessage.release_id == release.id, *is_due).order_by(
            RolloutMessage.send_at, RolloutMessage.id
        )  # fmt: skip
        found = list(session.scalars(due.with_for_update()))
        sent += _send(session, release, changes_in(session, release.id), found, now)
    return sent


def say_below(session: Session, release: Release, event: events.Event) -> None:
    """Whoever was told before it went out hears in that thread that the time moved, or what it is now.

    Once to each account, in the thread of what it was told last.
    """
    ahead = [one for one in messages_of(session, release.id) if one.sent_at and one.moment in AHEAD]
    for message in {one.account_id: one for one in ahead}.values():
        for post in outbox.posts_of(session, outbox.Subject.ROLLOUT, message.id):
            outbox.reply(session, post, event.id)


def call_off(session: Session, release: Release, now: datetime) -> None:
    """It does not happen: nobody is told any more, and those who were hear so."""
    _tell_those_told(session, release, Moment.CALLED_OFF, now)


def take_back(session: Session, release: Release, now: datetime) -> None:
    """It was rolled back: those who were told hear so; nobody hears that it went well."""
    _tell_those_told(session, release, Moment.ROLLED_BACK, now)


def _tell_those_told(session: Session, release: Release, moment: Moment, now: datetime) -> None:
    there = messages_of(session, release.id)
    told = {one.account_id for one in there if one.sent_at}
    for message in there:
        if message.sent_at is None:
            message.wanted = False
    made = [
        RolloutMessage(release_id=release.id, account_id=account_id, audience=Audience.CONTACT, moment=moment)
        for account_id in sorted(told)
    ]
    session.add_all(made)
    session.flush()
    _send(session, release, changes_in(session, release.id), made, now)


def message_of(session: Session, actor: Person, number: int) -> RolloutMessage:
    """The only way to load one; to a contact there is none before it is sent."""
    message = session.scalar(select(RolloutMessage).where(RolloutMessage.id == number))
    if message is None or not actor.is_staff:
        raise NotFound("I can’t find that message. Open its release with /release.")
    return message


def edit_message(session: Session, number: int, words: str, *, by: Person, now: datetime, seen: int) -> RolloutMessage:
    """Its own words, until it is sent; without any it is worded by Steward again."""
    message = session.scalar(select(RolloutMessage).where(RolloutMessage.id == number).with_for_update())
    if message is None or not by.is_staff:
        raise NotFound("I can’t find that message. Open its release with /release.")
    message.check_edit()
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
