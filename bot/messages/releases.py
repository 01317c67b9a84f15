"""A release as its card shows it to the approvers, and the parts that its window shows as well."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from bot.domain import accounts, approvals, people, releases
from bot.domain.approvals import Approval, Decision, Purpose
from bot.domain.changes import Change
from bot.domain.people import Person
from bot.domain.releases import BEFORE_GO, Release, ReleaseState
from bot.domain.seats import Seat, Verdict
from bot.messages import blocks, rollout
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, clip, instant, line, mention, say

PAST = {Verdict.APPROVE: "approved", Verdict.REJECT: "rejected"}
APPROVE, REJECT = "approval.approve", "approval.reject"
SHOWN_ON_CARD, PLANS_ON_CARD = 12, 6
LONGEST_FACT = 1000
_S = ReleaseState


class Press(NamedTuple):
    """A button of a release: what it says, and what it asks before it counts."""

    label: str
    action_id: str
    style: str | None = None
    asks: str | None = None
    on_card: bool = True


# fmt: off
_OPEN = Press("Open", "release.open")
_EDIT = Press("Edit", "release.edit")
_WITHDRAW = Press("Withdraw", "release.withdraw", on_card=False)
PRESSES: dict[ReleaseState, tuple[Press, ...]] = {
    _S.DRAFT:     (Press("Ask for approval", "release.ask", "primary"), _EDIT, _WITHDRAW),
    _S.ASKED:     (_EDIT._replace(on_card=False), _WITHDRAW),
    _S.APPROVED:  (Press("Schedule", "release.schedule", "primary"), _EDIT._replace(on_card=False), _WITHDRAW),
    _S.SCHEDULED: (Press("Go", "release.go", "primary", "It counts as out from now on, and those it concerns are told."),
                   _EDIT._replace(label="Change window"), _WITHDRAW),
    _S.RELEASED:  (Press("Verified", "release.verify", "primary", "Its tickets go to review, and clients hear that it works."),
                   Press("Roll back", "release.roll_back", "danger")),
}
EMOJI = {
    _S.DRAFT: ":pencil2:", _S.ASKED: ":hourglass_flowing_sand:", _S.APPROVED: ":thumbsup:", _S.SCHEDULED: ":calendar:",
    _S.RELEASED: ":rocket:", _S.VERIFIED: ":white_check_mark:", _S.ROLLED_BACK: ":arrow_left:", _S.WITHDRAWN: ":no_entry_sign:",
}
STANDS: dict[ReleaseState, str] = {
    _S.DRAFT:       "A draft. Once every change in it is approved, *Ask for approval* puts it before a release approver.",
    _S.ASKED:       "Waits for {{ seats }}: neither author nor implementer of anything in it.",
    _S.APPROVED:    "Next: *Schedule* plans its tickets, and tells those it concerns in time.",
    _S.SCHEDULED:   "Press *Go* inside its window, when it goes out.",
    _S.RELEASED:    "Out since {{ released }}{% if by %}, by {{ by }}{% endif %}. Look whether it works, then press *Verified* or *Roll back*.",
    _S.VERIFIED:    "Out since {{ released }}, and checked: it works.",
    _S.ROLLED_BACK: "Taken back {{ settled }}: {{ reason }}",
    _S.WITHDRAWN:   "Withdrawn: {{ reason }}",
}
PLAN = "*If* {{ trigger }}\n*then* {{ steps }}\n{{ minutes }} minutes at most; {{ decider }} decides. Data: {{ data }}. It worked if: {{ verification }}"
NO_PLAN = "No rollback plan: a standard change is taken back as its template says."
# fmt: on


@dataclass(frozen=True)
class Shown:
    """Everything a release's card and window read, loaded once."""

    release: Release
    packed: list[Change]
    accounts: dict[int, str]
    known: dict[int, Person]
    approval: Approval | None
    decided: list[Decision]
    in_the_way: list[str]


def load(session: Session, release: Release) -> Shown:
    """As it stands now."""
    packed = releases.changes_in(session, release.id)
    approval = approvals.newest(session, Purpose.RELEASE, [release.id]).get(release.id)
    decided = approvals.decisions_on(session, [approval.id])[approval.id] if approval else []
    ids = {release.made_by_id, release.released_by_id, *(change.implementer_id for change in packed)}
    ids |= {made.person_id for made in decided}
    names = {account.id: account.name for account in accounts.all_of_them(session)}
    in_the_way = releases.obstacles(session, release) if release.state in BEFORE_GO else []
    known = people.by_ids(session, {number for number in ids if number})
    return Shown(release, packed, names, known, approval, decided, in_the_way)


def value_of(release: Release) -> str:
    """What a button carries: which release, and the version the person sees."""
    return f"{release.key}:{release.version}"


def card(session: Session, release: Release, _now: datetime) -> tuple[Mrkdwn, list[Block]]:
    """What goes out, when, and who approves; with the buttons its state allows."""
    shown = load(session, release)
    body = [blocks.section(heading(release)), *_changes(shown), *exception(shown), *standing(shown)]
    if release.state is ReleaseState.RELEASED:
        body += [blocks.section(one) for one in plans(shown.packed[:PLANS_ON_CARD])]
    return Mrkdwn(f"{release.key} {line(release.name)}: {release.state.value}"), body + blocks.actions(_on_card(shown))


def heading(release: Release) -> Mrkdwn:
    """Which one, how far it is, and when."""
    return say(
        "{{ emoji }} *{{ key }}* {{ name }} · *{{ state }}*\n{{ window }}", emoji=Mrkdwn(EMOJI[release.state]),
        key=release.key, name=line(release.name), state=release.state.value,
        window=rollout.window(release.starts, release.ends),
    )  # fmt: skip


def _changes(shown: Shown) -> list[Block]:
    if not shown.packed:
        return []
    told = [f"• {one_line(change, shown)}" for change in shown.packed[:SHOWN_ON_CARD]]
    if (rest := len(shown.packed) - SHOWN_ON_CARD) > 0:
        told.append(f"and {rest} more: *Open* shows all of them.")
    return [blocks.section(Mrkdwn("\n".join(told)))]


def one_line(change: Change, shown: Shown) -> Mrkdwn:
    """A change in a list: what it is, whose, and how risky."""
    return say(
        "*{{ key }}* {{ title }} · {{ account }} · {{ kind }}, {{ level }} risk", key=change.key,
        title=line(change.title, 80), account=shown.accounts[change.account_id], kind=change.change_class.value,
        level=change.level.value,
    )  # fmt: skip


def exception(shown: Shown) -> list[Block]:
    """What speaks against its window, and why it can't wait."""
    told = []
    if shown.in_the_way:
        told.append(say(":warning: In the way: {{ what }}.", what="; ".join(shown.in_the_way)))
    if shown.release.exception:
        told.append(say("*Why it can’t wait:* {{ why }}", why=clip(shown.release.exception, LONGEST_FACT)))
    return [blocks.section(Mrkdwn("\n".join(told)))] if told else []


def standing(shown: Shown) -> list[Block]:
    """Who decided, and what comes next."""
    release = shown.release
    by = shown.known.get(release.released_by_id or 0)
    facts = {
        "seats": " and ".join(seat.label for seat in _open_seats(shown)), "reason": clip(release.reason, LONGEST_FACT),
        "by": mention(by.slack_id, by.name) if by else None,
        "released": instant(release.released_at) if release.released_at else None,
        "settled": instant(release.settled_at) if release.settled_at else None,
    }  # fmt: skip
    decided = [_decision(made, shown) for made in shown.decided if counts(shown)]
    return [blocks.context(Mrkdwn("\n".join([*decided, say(STANDS[release.state], **facts)])))]


def counts(shown: Shown) -> bool:
    """Whether the decisions are on the release as it stands: a draft's are not."""
    return shown.release.state is not ReleaseState.DRAFT


def _open_seats(shown: Shown) -> list[Seat]:
    """Who has not decided yet."""
    missing = list(shown.approval.seats) if shown.approval else []
    for made in shown.decided:
        if made.seat in missing:
            missing.remove(made.seat)
    return missing


def _decision(made: Decision, shown: Shown) -> Mrkdwn:
    who = shown.known.get(made.person_id)
    return say(
        "{{ who }} {{ verdict }} as {{ seat }}, {{ at }}{% if reason %}: {{ reason }}{% endif %}",
        who=mention(who.slack_id, who.name) if who else "Somebody", verdict=PAST[made.verdict],
        seat=made.seat.label, at=instant(made.at), reason=clip(made.reason, 300),
    )  # fmt: skip


def decisions(shown: Shown) -> list[Mrkdwn]:
    """Each of them, in words."""
    return [_decision(made, shown) for made in shown.decided]


def plans(packed: list[Change]) -> list[Mrkdwn]:
    """How each change is taken back."""
    return [Mrkdwn(f":arrow_left: *{change.key}, how it is taken back*\n{plan_of(change)}") for change in packed]


def plan_of(change: Change) -> Mrkdwn:
    """The rollback plan, a part a line."""
    plan = change.content.rollback
    if not plan.is_complete:
        return Mrkdwn(NO_PLAN)
    told = {name: clip(getattr(plan, name), 500) for name in ("trigger", "steps", "decider", "data", "verification")}
    return say(PLAN, minutes=plan.most_minutes, **told)


def _on_card(shown: Shown) -> list[dict[str, Any]]:
    made = [press(shown.release, one) for one in PRESSES.get(shown.release.state, ()) if one.on_card]
    if shown.approval and shown.approval.is_pending:
        made = [*approve_buttons(shown.approval), *made]
    return [*made, press(shown.release, _OPEN)] if shown.release.state in PRESSES else []


def approve_buttons(approval: Approval) -> list[dict[str, Any]]:
    """An approval is bound to one content, so its number is its version."""
    return [
        blocks.button("Approve", APPROVE, str(approval.id), style="primary"),
        blocks.button("Reject", REJECT, str(approval.id), style="danger"),
    ]


def press(release: Release, one: Press) -> dict[str, Any]:
    """As a button."""
    made = blocks.button(one.label, one.action_id, value_of(release), style=one.style)
    if one.asks:
        made["confirm"] = blocks.confirm(f"{one.label}: {release.key}?", one.asks, one.label, "Not yet")
    return made
