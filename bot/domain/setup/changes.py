"""What a file changes in a record, told a sentence each."""

from datetime import time
from typing import Any


def update(entity: Any, values: dict[str, Any]) -> list[str]:
    """Set what differs; says what it is now, and was."""
    changes = []
    for name, value in values.items():
        before = getattr(entity, name)
        if before != value:
            setattr(entity, name, value)
            changes.append(became(name, before, value))
    return changes


def became(name: str, before: Any, value: Any) -> str:
    """In words: `rate is now 160 (was 150).`"""
    return f"{name} is now {_shown(value)} (was {_shown(before)})."


def _shown(value: Any) -> str:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "empty"
    return "empty" if value is None else str(value)
