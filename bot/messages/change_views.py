"""A change in its window and in lists: everything that is known of it, and the buttons that are the reader's."""

from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from bot.domain import changes
from bot.domain.approvals import Approval, Purpose, Standing
from bot.domain.changes import Change, ChangeLink, ChangeState, Relation, Result, Template
from bot.domain.events import Event, Kind
from bot.domain.people import Person
from bot.domain.risk import ChangeClass
from bot.domain.roles import Permission
from bot.domain.tickets import Ticket
from bot.messages import approvals as asked
from bot.messages import blocks
from bot.messages import changes as cards
from bot.messages.blocks import Block
from bot.messages.changes import Facts
from bot.messages.mrkdwn import LONGEST_TEXT, Mrkdwn, clip, escape, instant, line, link, say, width

EDIT, ROLLBACK, CHECKS, ASK, WITHDRAW = (
    "change.edit", "change.rollback", "change.checks", "change.ask", "change.withdraw"
)  # fmt: skip
TEMPLATE, LINK, UNLINK, NEW, LIST, TEMPLATES, RESTORE = (
    "change.template", "change.link", "change.unlink", "change.new", "change.list", "change.templates", "change.restore"
)  # fmt: skip
FROM_REVIEW = "change.from_review"
SHOWN_EVENTS, SHOWN_LINKS = 15, 10
RESULTS = {Result.PASS: ":white_check_mark:", Result.FAIL: ":x:", Result.NOT_APPLICABLE: ":heavy_minus_sign:"}
ROLLBACK_PARTS = {
    "trigger": "When", "steps": "How", "most_minutes": "In at most", "decider": "Who says so", "data": "Data",
    "verification": "How one sees that it worked",
}  # fmt: skip
ENDED = {
    Standing.VOID: "counts no more: it was edited", Standing.EXPIRED: "expired: nobody decided in time",
    Standing.WITHDRAWN: "withdrawn", Standing.APPROVED: "approved", Standing.REJECTED: "rejected",
    Standing.PENDING: "waiting",
}  # fmt: skip
HISTORY: dict[Kind, str] = {
    Kind.CHANGE_MADE: "{{ who }} began it",
    Kind.CHANGE_EDITED: "{{ who }} edited {{ fields }}",
    Kind.CHANGE_MOVED: "{{ who }}: {{ source }} → {{ target }}{% if reason %}, “{{ reason }}”{% endif %}",
    Kind.CHANGE_BLAMED: "{{ who }} linked {{ ticket }} as caused by it",
    Kind.CHANGE_CLEARED: "{{ who }} unlinked {{ ticket }}",
    Kind.APPROVAL_ASKED: "asked: {{ seats }}",
    Kind.APPROVAL_DECIDED: "{{ who }}: {{ verdict }} as {{ seat }}{% if reason %}, “{{ reason }}”{% endif %}",
    Kind.APPROVAL_REMINDED: "reminded: {{ seats }}",
}
NONE_YET = Mrkdwn(
    "*There are no changes yet.* Whatever touches production begins here: press *New change*, or *Plan a change* in a "
    "ticket’s window."
)
NONE_OPEN = Mrkdwn("Nothing is open: every change is settled.")
NONE_FOR_CLIENTS = Mrkdwn(
    "*There are no changes yet.* When we plan one that touches what your people work with, it stands here, and we ask "
    "your approver first."
)
NO_TEMPLATES = Mrkdwn(
    "*There are no standard templates yet.* Once a change without sensitive parts is released and verified, a lead can "
    "press *Make it a template* in its window. The next one like it then needs no approval."
)
OPEN_STATES = (ChangeState.DRAFT, ChangeState.ASKED, ChangeState.APPROVED, ChangeState.SCHEDULED, ChangeState.REJECTED,
               ChangeState.RELEASED)  # fmt: skip


class More(NamedTuple):
    """What only the window reads: links with their tickets, history, its template."""

    links: list[tuple[ChangeLink, Ticket]]
    urls: dict[int, str | None]
    history: list[Event]
    names: dict[int, Person]
    template: Template | None
    may_decide: bool


def value_of(change: Change) -> str:
    """What a button carries: which change, and the version the person sees."""
    return f"{change.id}:{change.version}"


def window(session: Session, change: Change, actor: Person, facts: Facts, more: More) -> list[Block]:
    """One view of a change, with everything that was decided."""
    if not actor.is_staff:
        return _for_client(session, change, facts, more)
    body = [blocks.section(cards.title_line(change)), blocks.facts(cards.fact_pairs(change, facts))]
    body += [*_actions(change, actor, facts, more), blocks.section(_risk(change, more))]
    body += _texts(change)
    body += [blocks.divider(), blocks.section(_rollback(change)), *_checks(change), blocks.divider()]
    body += [blocks.section(_decisions(session, change, facts)), *_links(actor, more), blocks.divider()]
    return [*body, blocks.section(_history(more))]


def _for_client(session: Session, change: Change, facts: Facts, more: More) -> list[Block]:
    body = [blocks.section(Mrkdwn(f"*{change.key}* {line(change.title)}")), *cards.in_plain_words(change, facts)]
    body.append(blocks.section(cards.for_client(session, change, facts) or Mrkdwn(f"It is {change.state.value}.")))
    made = [one for approval in facts.asked for one in facts.decided[approval.id]]
    body += [blocks.context(*asked.decisions(session, made[-10:]))] if made else []
    return body + blocks.actions(asked.buttons(facts.pending) if facts.pending and more.may_decide else [])


def _actions(change: Change, actor: Person, facts: Facts, more: More) -> list[Block]:
    """Their buttons, and what is missing before anybody is asked."""
    first = asked.buttons(facts.pending) if facts.pending and more.may_decide else []
    first += [cards.release_now(change)] if cards.may_go_now(change) and actor.may(Permission.WORK) else []
    theirs = change.is_before_release and change.is_for(actor)
    may_ask = theirs and change.state in {ChangeState.DRAFT, ChangeState.REJECTED}
    missing = changes.missing(change) if may_ask else []
    if may_ask and not missing:
        label = "Ask for approval" if change.steps else "Clear for release"
        first.append(blocks.button(label, ASK, value_of(change), style="primary"))
    tools = [("Edit", EDIT), ("Rollback plan", ROLLBACK)] if theirs else []
    tools += [("Checks", CHECKS)] if change.is_before_release and actor.may(Permission.WORK) else []
    tools += [("Withdraw", WITHDRAW)] if theirs else []
    tools += [("Make it a template", TEMPLATE)] if _may_be_template(change, actor) else []
    tools += [("Link an incident", LINK)] if change.released_at and actor.may(Permission.WORK) else []
    made = blocks.actions([*first, *(blocks.button(label, name, value_of(change)) for label, name in tools)])
    if missing:
        made.append(blocks.context(escape(f"Before anybody is asked, it needs {_listed(missing)}.")))
    return made


def _may_be_template(change: Change, actor: Person) -> bool:
    verified = change.state is ChangeState.VERIFIED and change.change_class is not ChangeClass.STANDARD
    return verified and actor.may(Permission.LEAD_QUEUE) and actor.id not in change.barred


def _listed(parts: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def _risk(change: Change, more: More) -> Mrkdwn:
    lines = [cards.risk(change.answers, change.level), escape(asked.who_decides(change.steps, change.change_class))]
    if more.template:
        lines.append(say("Template: “{{ name }}”, {{ how }}.", name=more.template.name, how=standing(more.template)))
    return Mrkdwn("*Risk and approval*\n" + "\n".join(lines))


def standing(template: Template) -> str:
    """Whether a change of it is standard."""
    if template.is_standing:
        return "in good standing"
    return f"suspended since CH-{template.suspended_by_id} failed"


def _texts(change: Change) -> list[Block]:
    parts = [("What and why", change.purpose), ("Emergency", change.emergency_reason), ("Plan", change.plan),
             ("Evidence", change.evidence), ("Why it ended so", change.reason)]  # fmt: skip
    return [blocks.section(say("*{{ label }}*\n{{ text }}", label=label, text=clip(text, 2500)))
            for label, text in parts if text]  # fmt: skip


def _rollback(change: Change) -> Mrkdwn:
    said = [
        say("*{{ label }}:* {{ text }}{{ unit }}", label=label, text=clip(str(value), 400),
            unit=" minutes" if name == "most_minutes" else "")
        for name, label in ROLLBACK_PARTS.items() if (value := change.rollback.get(name))
    ]  # fmt: skip
    return Mrkdwn("*Rollback plan*\n" + ("\n".join(said) or "None yet."))


def _checks(change: Change) -> list[Block]:
    lines = []
    for check in change.checks:
        result = change.result_of(check)
        evidence = line(change.qa[check.key]["evidence"], 200) if result else ""
        lines.append(f"{RESULTS.get(result, ':white_large_square:') if result else ':white_large_square:'} "
                     f"{escape(check.asks)}{f': {evidence}' if evidence else ''}")  # fmt: skip
    text, parts = "*Checks*", []
    for one in lines:  # 24 of them, each with its evidence, are too long for one block
        if width(f"{text}\n{one}") > LONGEST_TEXT:
            parts, text = [*parts, text], one
        else:
            text = f"{text}\n{one}"
    return [blocks.section(Mrkdwn(part)) for part in [*parts, text]]


def _decisions(session: Session, change: Change, facts: Facts) -> Mrkdwn:
    """Every question and each answer to it, the old ones too."""
    lines: list[str] = []
    for approval in facts.asked[-8:]:
        lines.append(_question(approval, change))
        lines += asked.decisions(session, facts.decided[approval.id])
    if pending := facts.pending:
        waits = asked.waits_for(session, pending, facts.decided[pending.id], facts.hall)
        lines.append(escape(f"Waits for {waits}."))
    while width("\n".join(lines)) > LONGEST_TEXT - 100:  # the newest say how it stands
        lines.pop(0)
    return Mrkdwn("*Decisions*\n" + ("\n".join(lines) or "Nobody was asked yet."))


def _question(approval: Approval, change: Change) -> Mrkdwn:
    what = "Review asked" if approval.purpose is Purpose.EMERGENCY_REVIEW else "Approval asked"
    stale = approval.state is Standing.APPROVED and approval.content_hash != change.content_hash
    ended = ENDED[Standing.VOID] if stale else ENDED[approval.state]
    return Mrkdwn(f"_{what} {instant(approval.asked_at)}: {escape(ended)}_")


def _links(actor: Person, more: More) -> list[Block]:
    rows = []
    for made, ticket in more.links[:SHOWN_LINKS]:
        key = link(more.urls.get(ticket.id), ticket.key)
        text = f":link: {made.relation.label} *{key}* {line(ticket.shared_title, 100)} · {ticket.status.value}"
        may_end = made.relation is Relation.CAUSED and actor.may(Permission.WORK)
        ends = blocks.button("Unlink", UNLINK, f"{made.change_id}:{made.id}") if may_end else None
        rows.append(blocks.section(Mrkdwn(text), accessory=ends))
    return rows


def _history(more: More) -> Mrkdwn:
    lines = [f"{instant(event.at)} · {said}" for event in more.history[-SHOWN_EVENTS:]
             if (said := _happened(event, more.names))]  # fmt: skip
    while width("\n".join(lines)) > LONGEST_TEXT - 100:
        lines.pop(0)
    return Mrkdwn("*History*\n" + ("\n".join(lines) or "Nothing yet."))


def _happened(event: Event, names: dict[int, Person]) -> Mrkdwn | None:
    if event.kind not in HISTORY:
        return None
    data, who = event.data, names.get(event.actor_id or 0)
    return say(
        HISTORY[event.kind], who=who.name if who else "Steward", source=event.source, target=event.target,
        reason=line(data.get("reason") or data.get("why") or "", 150), ticket=data.get("ticket"),
        fields=", ".join(_field(name) for name in data.get("fields", [])) or "it",
        seats=", ".join(dict.fromkeys(asked.label(name) for name in data.get("seats", []))),
        verdict=data.get("verdict"), seat=asked.label(data["seat"]) if data.get("seat") else None,
    )  # fmt: skip


def _field(name: str) -> str:
    return name.removesuffix("_id").replace("_", " ")


def rows(found: list[Change], accounts: dict[int, str], actor: Person) -> list[Block]:
    """What is open, then what was settled, each opening on a click."""
    if not found:
        return [blocks.section(NONE_YET if actor.is_staff else NONE_FOR_CLIENTS)]
    still = [change for change in found if change.state in OPEN_STATES]
    done = [change for change in found if change.state not in OPEN_STATES]
    made = [_row(change, accounts, actor) for change in still] or [blocks.section(NONE_OPEN)]
    settled = [
        blocks.divider(),
        blocks.section(Mrkdwn("*Settled*")),
        *(_row(change, accounts, actor) for change in done),
    ]
    return made + (settled if done else [])


def _row(change: Change, accounts: dict[int, str], actor: Person) -> Block:
    facts = [change.state.value]
    if actor.is_staff:
        kind = f"{change.change_class.value}, risk {change.score} ({change.level.value})"
        facts = [accounts.get(change.account_id, ""), *facts, kind]
    text = Mrkdwn(f"*{change.key}* {line(change.title, 100)}\n{escape(' · '.join(facts))}")
    return blocks.section(text, accessory=blocks.button("Open", cards.OPEN, change.key))


def doors(actor: Person) -> list[Block]:
    """What can be begun from the list."""
    made = [blocks.button("New change", NEW, style="primary")] if actor.may(Permission.WORK) else []
    made += [blocks.button("Templates", TEMPLATES)] if actor.is_staff else []
    made += [blocks.button("Delegate", asked.DELEGATE)] if asked.decides(actor) else []
    return blocks.actions(made)


def templates(found: list[Template], accounts: dict[int, str], actor: Person) -> list[Block]:
    """Every standard template, with what its standing is."""
    made = []
    for template in found[:60]:
        text = say(
            "*{{ name }}*\n{{ account }} · {{ how }} · from CH-{{ of }}", name=template.name,
            account=accounts.get(template.account_id, ""), how=standing(template), of=template.made_of_id,
        )  # fmt: skip
        may = not template.is_standing and actor.may(Permission.LEAD_QUEUE)
        made.append(blocks.section(text, accessory=_bring_back(template) if may else None))
    return made or [blocks.section(NO_TEMPLATES)]


def _bring_back(template: Template) -> dict[str, Any]:
    return blocks.button("Bring back", RESTORE, str(template.id))
