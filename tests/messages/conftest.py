"""Snapshots: what people read, kept as JSON and regenerated with STEWARD_SNAPSHOTS=write."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SNAPSHOTS = Path(__file__).with_name("snapshots")


@pytest.fixture
def as_before() -> Callable[[str, Any], None]:
    """`as_before("triage_card", blocks)`: equal to snapshots/triage_card.json, or written to it on request."""

    def check(name: str, found: Any) -> None:
        path = SNAPSHOTS / f"{name}.json"
        text = json.dumps(found, indent=2, ensure_ascii=False) + "\n"
        if os.environ.get("STEWARD_SNAPSHOTS") == "write":
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8"), "changed; STEWARD_SNAPSHOTS=write keeps the new words"

    return check
