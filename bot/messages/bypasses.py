"""A bypass as cards and threads tell it: what was asked, until when a lead may confirm, and what came of it."""

from bot.domain.bypass import Criterion
from bot.domain.bypasses import Bypass, Outcome
from bot.domain.outbox import Place
from bot.domain.tickets import Ticket
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, clock, say

CONFIRM, DECLINE = "bypass.confirm", "bypass.decline"

# fmt: off
ASKED = ":rotating_light: {{ leads or 'Team' }}, {{ asked_by }} of {{ account }} says that this cannot wait for the queue: *{{ criterion }}.* “{{ justification }}”\nPlease press *Confirm bypass* or *Not urgent* on the card above by {{ confirm_by | clock }}."
DECIDED: dict[tuple[Outcome, Place], str] = {
    (Outcome.CONFIRMED, Place.CLIENT): "{{ name }} confirmed that this cannot wait ({{ criterion }}): it is worked before everything else now, as P1.",
    (Outcome.CONFIRMED, Place.TRIAGE): "{{ owner }}, {{ actor }} confirmed the bypass: this is worked as P1 now, before everything else.",
    (Outcome.DECLINED, Place.CLIENT):  "{{ name }} looked at how urgent this is: it is worked in its normal order, {{ priority }}. If something changes, write it here.",
    (Outcome.DECLINED, Place.TRIAGE):  "{{ actor }} looked at the bypass: not urgent. It is worked in its normal order, {{ priority }}.",
    (Outcome.LAPSED, Place.CLIENT):    "We could not confirm in time that this goes before the queue, so it is worked in its normal order, {{ priority }}. If something changes, write it here.",
    (Outcome.LAPSED, Place.TRIAGE):    "{{ owner }}, nobody confirmed the bypass within {{ minutes }} minutes, so this is worked in its normal order, {{ priority }}.",
}
# fmt: on


def told(data: dict[str, object], place: Place) -> str:
    """The sentence of a decision, as this audience reads it."""
    return DECIDED[Outcome(str(data["outcome"])), place]


def criterion(data: dict[str, object]) -> str:
    """Its words within a sentence."""
    label = Criterion(str(data["criterion"])).label
    return label[:1].lower() + label[1:]


def question(bypass: Bypass, ticket: Ticket) -> list[Block]:
    """What a lead decides, on the team's card."""
    asked = say(
        ":rotating_light: *Bypass asked:* {{ criterion }}. Confirm by {{ by }}.",
        criterion=criterion({"criterion": bypass.criterion}), by=clock(bypass.confirm_by),
    )  # fmt: skip
    buttons = [
        blocks.button("Confirm bypass", CONFIRM, str(ticket.id), style="primary"),
        blocks.button("Not urgent", DECLINE, str(ticket.id)),
    ]
    return [blocks.section(asked), *blocks.actions(buttons)]


def promise(bypass: Bypass) -> Mrkdwn:
    """What the client reads meanwhile."""
    return say("You asked that this goes before the queue; we answer by {{ by }}.", by=clock(bypass.confirm_by))
