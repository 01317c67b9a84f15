"""Slack's own SDK as a second opinion: whatever its builders refuse, we refuse too."""

import copy
import json
import warnings
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.playground.validation import problems_in_message, problems_in_view
from tests.playground.mutants import changed, places, pointer
from tests.playground.parts import field, modal
from tests.playground.test_validation import ELEMENTS_OF_A_FORM, MESSAGES_ACCEPTED, VIEWS_ACCEPTED

VALID: list[Any] = [[block] for blocks in MESSAGES_ACCEPTED for block in blocks[:1] if len(json.dumps(block)) < 2000]
VALID += [[block] for blocks in MESSAGES_ACCEPTED for block in blocks[1:2] if len(json.dumps(block)) < 2000]
VALID += [view for view in VIEWS_ACCEPTED if len(json.dumps(view)) < 2000]
VALID += [modal(field("x", element)) for element in ELEMENTS_OF_A_FORM]

# Lengths and counts at which somebody's limit begins or ends.
SIZES = st.sampled_from([0, 1, 2, 5, 6, 10, 11, 24, 25, 26, 30, 31, 50, 51, 75, 76, 100, 101, 150, 151, 200, 201, 255,
                         256, 300, 301, 2000, 2001, 3000, 3001, 12_000, 12_001])  # fmt: skip


def the_sdk_refuses(payload: Any) -> bool:
    """Only lengths and counts: where the SDK cannot even read something, it has no opinion."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for one in [View(**payload)] if isinstance(payload, dict) else Block.parse_all(payload):
                one.to_dict()
    except SlackObjectFormationError:
        return True
    except (TypeError, ValueError, AttributeError, KeyError):
        return False
    return False


def resized(found: Any, size: int) -> Any:
    if isinstance(found, str):
        return "x" * size
    return [found[n % len(found)] for n in range(size)] if isinstance(found, list) and found else found


def test_the_sdk_has_no_quarrel_with_what_is_valid():
    assert [payload for payload in VALID if the_sdk_refuses(copy.deepcopy(payload))] == []


@given(st.data())
def test_what_the_sdk_refuses_is_refused(data: st.DataObject):
    payload = data.draw(st.sampled_from(VALID))
    spots = [at for at, found in places(payload) if isinstance(found, str | list) and at[-1:] != ("type",)]
    at, size = data.draw(st.sampled_from(spots)), data.draw(SIZES)
    mutant = changed(payload, at, lambda found: resized(found, size))

    if the_sdk_refuses(copy.deepcopy(mutant)):
        found = problems_in_view(mutant) if isinstance(mutant, dict) else problems_in_message(mutant)
        assert found, f"{size} at {pointer(at)}"


@given(st.data())
def test_what_the_sdk_misses_is_missed(data: st.DataObject):
    payload = data.draw(st.sampled_from(VALID))
    spots = [(*at, name) for at, found in places(payload) if isinstance(found, dict) for name in found]
    spot = data.draw(st.sampled_from(spots))
    mutant = changed(payload, spot[:-1], lambda found: {k: v for k, v in found.items() if k != spot[-1]})

    if the_sdk_refuses(copy.deepcopy(mutant)):
        assert problems_in_view(mutant) if isinstance(mutant, dict) else problems_in_message(mutant), pointer(spot)
