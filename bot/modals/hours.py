"""The window of business hours."""

from typing import Any

from bot.messages.blocks import Block
from bot.modals import form


def window(body: list[Block]) -> dict[str, Any]:
    """Whose hours run when."""
    return form.modal("hours.window", "Business hours", body, submit=None, close="Close")
