"""The part of `/request` that asks to go before the queue: shown with Desired timing Now."""

from collections.abc import Collection

from bot.domain.bypass import SHORTEST_JUSTIFICATION, Criterion
from bot.messages.blocks import Block
from bot.modals import form

FIELD = "criterion"
LABEL = "This cannot wait for the queue"


def fields(criteria: Collection[str], confirm_minutes: int) -> list[Block]:
    """The choice of a reason; the sentence on what happens if it waits is its justification."""
    offered = [criterion for criterion in Criterion if criterion.value in criteria]
    if not offered:
        return []
    hint = (
        f"Only if one of these is true. A lead decides by your sentence above ({SHORTEST_JUSTIFICATION} characters or "
        f"more) within {confirm_minutes} minutes; otherwise it is worked in its normal order."
    )
    return [form.choice(FIELD, LABEL, form.enum_options(offered), optional=True, hint=hint, placeholder="Why")]
