"""A release in its window: everything about it, with what its reader may do."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import accounts, approvals, people, releases
from bot.domain.changes import Change
from bot.domain.events import Event, Kind
from bot.domain.people import Person
from bot.domain.releases import Moment, Release, ReleaseState, RolloutMessage
from bot.domain.seats import Verdict
from bot.messages import blocks, rollout
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, clip, escape, instant, line, mention, say
from bot.messages.releases import (
    PAST,
    PRESSES,
    Shown,
    approve_buttons,
    decisions,
    exception,
    heading,
    load,
    one_line,
    plan_of,
    press,
    standing,
)

MOST_MESSAGES, SHOWN_HISTORY, LONGEST_PREVIEW = 30, 8, 700
EDIT_MESSAGE = "release.edit_message"
NO_MESSAGES = Mrkdwn("_Nobody has to be told: nothing in it touches a sensitive area._")
# fmt: off
BY_WHAT = {  # where no time is set
    Moment.AT_RELEASE: "goes out at *Go*",
    Moment.AFTER_VERIFICATION: "goes out once it is verified",
}
HAPPENED: dict[Kind, str] = {
    Kind.RELEASE_MADE: "made it",
    Kind.RELEASE_EDITED: "edited it",
    Kind.RELEASE_MOVED: "{{ source }} → *{{ target }}*{% if reason or why %}: {{ reason or why }}{% endif %}",
    Kind.APPROVAL_DECIDED: "{{ verdict }}{% if reason %}: {{ reason }}{% endif %}",
    Kind.APPROVAL_REMINDED: "reminded those who decide",
    Kind.ROLLOUT_EDITED: "edited what a client is told",
}
# fmt: on


def window(session: Session, actor: Person, release: Release, now: datetime) -> list[Block]:
    """The whole of it."""
    shown = load(session, release)
    body: list[Block] = [blocks.section(heading(release)), *_facts(session, shown), *exception(shown)]
    body += [*standing(shown), *blocks.actions(_buttons(session, actor, shown, now))]
    if release.state is ReleaseState.DRAFT and shown.decided:  # on what it was before
        body.append(blocks.context(Mrkdwn("\n".join(["Before it was a draft again:", *decisions(shown)]))))
    body += [blocks.header("What goes out"), *[blocks.section(_change(change, shown)) for change in shown.packed]]
    body += [] if shown.packed else [blocks.section(Mrkdwn("_There is nothing in it._"))]
    body += [blocks.header("Who is told"), *_messages(session, actor, shown)]
    return [*body[:95], blocks.header("What happened"), blocks.context(_history(session, release))]


def _facts(session: Session, shown: Shown) -> list[Block]:
    maker = people.by_id(session, shown.release.made_by_id)
    risk = releases.highest(shown.packed).value if shown.packed else "none"
    return [
        blocks.context(
            say("Made by {{ maker }} · highest risk in it: {{ risk }}", risk=risk,
                maker=mention(maker.slack_id, maker.name) if maker else "somebody")
        )
    ]  # fmt: skip


def _buttons(session: Session, actor: Person, shown: Shown, now: datetime) -> list[dict[str, Any]]:
    """Those its state and this reader allow."""
    release, approval = shown.release, shown.approval
    theirs = PRESSES.get(release.state, ()) if release.is_for(actor, shown.packed) else ()
    made = [press(release, one) for one in theirs]
    if approval and approval.is_pending:
        waiting = {one.id for one in approvals.waiting_for(session, actor, now)}
        made = [*(approve_buttons(approval) if approval.id in waiting else []), *made]
    return made


def _change(change: Change, shown: Shown) -> Mrkdwn:
    doer = shown.known.get(change.implementer_id or 0)
    who = Mrkdwn(f"{mention(doer.slack_id, doer.name)} does it") if doer else "nobody does it yet"
    told = say("{{ state }} · {{ who }}", state=change.state.value, who=who)
    plan = clip(Mrkdwn(f"_How it is taken back_\n{plan_of(change)}"), 1500)
    return Mrkdwn(f"{one_line(change, shown)}\n{told}\n" + "\n".join(f">{one}" for one in plan.split("\n")))


def _messages(session: Session, actor: Person, shown: Shown) -> list[Block]:
    found = releases.messages_of(session, shown.release.id)
    made = [_message(session, actor, shown, message) for message in found[:MOST_MESSAGES]]
    if (rest := len(found) - MOST_MESSAGES) > 0:
        made.append(blocks.context(Mrkdwn(f"and {rest} more.")))
    return made or [blocks.section(NO_MESSAGES)]


def _message(session: Session, actor: Person, shown: Shown, message: RolloutMessage) -> Block:
    account = accounts.by_id(session, message.account_id)
    facts = releases.facts_of(message, shown.release, shown.packed)
    told = escape(clip(rollout.body(message, facts, account), LONGEST_PREVIEW))
    quoted = Mrkdwn("\n".join(f">{one}" for one in told.split("\n")))
    text = say(
        "*{{ account }}* · {{ audience }} · {{ moment }}\n{{ when }}{% if edited %} · edited{% endif %}\n{{ quoted }}",
        account=account.name, audience=message.audience.label, moment=message.moment.label,
        when=_when(message, account.channel_slack_id), edited=bool(message.text), quoted=quoted,
    )  # fmt: skip
    button = blocks.button("Edit", EDIT_MESSAGE, f"{message.id}:{message.version}")
    return blocks.section(text, accessory=button if actor.is_staff and message.sent_at is None else None)


def _when(message: RolloutMessage, channel: str | None) -> Mrkdwn:
    if message.sent_at:
        return Mrkdwn(f":white_check_mark: sent {instant(message.sent_at)}")
    if channel is None:
        return Mrkdwn(":warning: not sent: this account has no channel yet")
    if message.send_at:
        return Mrkdwn(f"goes out {instant(message.send_at)}")
    return Mrkdwn(BY_WHAT.get(message.moment, "gets its time when the release is scheduled"))


def _history(session: Session, release: Release) -> Mrkdwn:
    found = releases.history(session, release, newest=SHOWN_HISTORY)
    known = people.by_ids(session, {event.actor_id for event in found if event.actor_id})
    return Mrkdwn("\n".join(_happened(event, known) for event in found))


def _happened(event: Event, known: dict[int, Person]) -> Mrkdwn:
    who = known.get(event.actor_id or 0)
    facts = {name: line(str(event.data[name])) if event.data.get(name) else None for name in ("reason", "why")}
    verdict = PAST[Verdict(event.data["verdict"])] if event.kind is Kind.APPROVAL_DECIDED else None
    told = say(HAPPENED[event.kind], source=event.source, target=event.target, verdict=verdict, **facts)
    return Mrkdwn(f"{instant(event.at)} · {escape(who.first_name if who else 'Steward')}: {told}")
