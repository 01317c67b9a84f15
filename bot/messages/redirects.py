"""What triage reads of a request that is not a ticket: a row for each place it may go to instead."""

from typing import Any, NamedTuple

from bot.domain.intakes import Disposition, Intake
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.changes import OPEN
from bot.messages.mrkdwn import Mrkdwn, clip, escape, mention, say

FILE_TICKET, PLAN_CHANGE = "intake.file_ticket", "intake.plan_change"
LONGEST_FACT = 1000


class Redirect(NamedTuple):
    """How a redirect reads, what the team does next, and whether it may be filed as a ticket after all."""

    says: str
    next: str
    may_be_filed: bool = False


# fmt: off
REDIRECTS: dict[Disposition, Redirect] = {
    # Only posts of the release before: what is to be planned has a card of its own (messages/agenda.py).
    Disposition.MEETING: Redirect(
        ":calendar: {{ asked_by }} of {{ account }} asks for a planning meeting: *{{ title }}*{% if details %}\n{{ details }}{% endif %}",
        "No ticket was opened. Put it on the agenda of the next planning meeting."),
    Disposition.CHANGE: Redirect(
        ":wrench: {{ asked_by }} of {{ account }} asks for a change to production: *{{ title }}*{% if details %}\n{{ details }}{% endif %}",
        "No ticket was opened: it touches what needs a plan and approval first. Plan it with them, or a lead files it.",
        may_be_filed=True),
}
# fmt: on


def card(snapshot: dict[str, Any], intake: Intake, change: str | None = None) -> tuple[Mrkdwn, list[Block]]:
    """The post as it should read now: its notification, and its blocks. `change` is the key of what came of it."""
    redirect = REDIRECTS[Disposition(snapshot["disposition"])]
    said = say(redirect.says, **{key: _told(value) for key, value in snapshot.items()})
    body = [blocks.section(said)]
    if pairs := _facts(snapshot):
        body.append(blocks.facts(pairs))
    if intake.ticket_id:
        return said, [*body, blocks.context(Mrkdwn(f"Filed as T-{intake.ticket_id}."))]
    if change:
        return said, [*body, blocks.context(Mrkdwn(f"Became {change}.")), *_opens(change)]
    body.append(blocks.context(Mrkdwn(redirect.next)))
    if redirect.may_be_filed:
        plan = blocks.button("Plan the change", PLAN_CHANGE, str(intake.id), style="primary")
        body += blocks.actions([plan, blocks.button("File as ticket anyway", FILE_TICKET, str(intake.id))])
    return said, body


def _opens(change: str) -> list[Block]:
    return blocks.actions([blocks.button("Open", OPEN, change)])


def _facts(snapshot: dict[str, Any]) -> list[tuple[str, Mrkdwn]]:
    """Posts that were written by an earlier release have fewer facts."""
    if not snapshot.get("areas"):
        return []
    facts = [
        ("Touches", ", ".join(snapshot["areas"])),
        ("Business impact", f"{snapshot['effect']}, {snapshot['users'].lower()}"),
        ("Wanted", snapshot["timing"]),
        ("If it waits", snapshot["consequence"]),
        ("System", snapshot["system"]),
        ("Attachments", snapshot["files"]),
    ]
    return [(label, escape(clip(str(value), 300))) for label, value in facts if value]


def _told(value: object) -> object:
    if isinstance(value, str):
        return clip(value, LONGEST_FACT)
    return mention(value.get("slack_id"), value["name"]) if isinstance(value, dict) and "name" in value else value
