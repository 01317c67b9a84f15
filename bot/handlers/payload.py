"""What Slack's payloads hold, as plain values."""

import json
from typing import Any


def carried(view: dict[str, Any]) -> dict[str, Any]:
    """What a window carries along: those of ours carry an object."""
    try:
        carried = json.loads(view.get("private_metadata") or "{}") if view.get("type") == "modal" else {}
    except ValueError:
        return {}
    return carried if isinstance(carried, dict) else {}


def plain_words(text: str) -> str:
    """What was typed: Slack sends commands and messages with `& < >` escaped."""
    words = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return words.replace("\x00", "").strip()  # Postgres stores no NUL


def content_of(payload: Any) -> str:
    """A payload as text that is the same whenever it is the same."""
    return json.dumps(payload, sort_keys=True, ensure_ascii=False, default=str)
