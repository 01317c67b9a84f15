"""JSON from outside, as far as this server can say it again."""

import json
from typing import Any


def read_json(text: str | bytes) -> Any:
    """Raises ValueError for what is no JSON, too deep, or holds what could not be sent back (NaN, half a character)."""
    try:
        found = json.loads(text)
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except RecursionError:
        raise ValueError("nested too deep") from None
    return found
