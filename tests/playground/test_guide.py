"""The guide beside the demo: everybody it names is there, and what ticks a step off can happen."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.handlers import ROUTES
from bot.playground import seeding
from tests.playground.test_seeding import REQUESTS, WORKSPACE

GUIDE = json.loads((Path(seeding.__file__).parent / "page" / "guide.json").read_text(encoding="utf-8"))
STEPS = GUIDE["steps"]
KNOWN = {"command": "command", "block_actions": "action", "view_submission": "view"}


def test_it_leads_from_a_request_to_its_invoice() -> None:
    titles = [step["id"] for step in STEPS]
    assert titles == ["request", "take", "time", "price", "review", "invoice", "digest", "inspect"]


def test_everybody_and_everything_it_names_is_in_the_demo() -> None:
    people = {person["id"]: person["real_name"] for person in WORKSPACE["people"]}
    assert {step["as"] for step in STEPS if "as" in step} <= set(people.values())
    assert set(GUIDE["begin_as"]) | set(GUIDE["places"]) <= set(people)
    (price,) = (step for step in STEPS if step["id"] == "price")
    (quoted,) = (request for request in REQUESTS if "quoted" in request)
    assert f"*{quoted['title']}*" in price["text"]
    assert quoted["system"] in price["text"]


@pytest.mark.parametrize("step", [step for step in STEPS if "done" in step], ids=lambda step: step["id"])
def test_what_ticks_a_step_off_is_something_the_app_answers(step: dict[str, Any]) -> None:
    told = step["done"]
    ids = {name for kind, name in ROUTES if kind == KNOWN[told["kind"]]}
    assert any(told["summary"] in name for name in ids)
