"""Whatever an app sends is answered with problems, never with a crash."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.playground.validation import problems_in_message, problems_in_options, problems_in_view
from tests.playground.parts import modal
from tests.playground.test_validation import ELEMENTS_OF_A_FORM, MESSAGES_ACCEPTED, VIEWS_ACCEPTED

JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just([]), st.just({}),
    st.just([{}]), st.just({"type": []}), st.just([None]), st.just({"type": "section"}),
)  # fmt: skip
VALID = [{"blocks": blocks[:3]} for blocks in MESSAGES_ACCEPTED]
VALID += [copy.deepcopy(view) | {"blocks": view["blocks"][:3]} for view in VIEWS_ACCEPTED]
VALID += [{"blocks": [{"type": "input", "element": element}]} for element in ELEMENTS_OF_A_FORM]


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every spot in a structure whose value can be replaced."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else []
    return [(node, key) for key in keys] + [spot for key in keys for spot in places(node[key])]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_structure_with_one_part_replaced(data: st.DataObject):
    broken = copy.deepcopy(data.draw(st.sampled_from(VALID)))
    spots = places(broken)
    node, key = spots[data.draw(st.integers(0, len(spots) - 1))]
    node[key] = data.draw(JUNK)

    for problem in problems_in_message(broken["blocks"]) + problems_in_view(modal() | broken):
        assert problem.text()


@given(JUNK)
def test_rubbish(junk: Any):
    assert isinstance(problems_in_message(junk), list)
    assert problems_in_view(junk)
    assert isinstance(problems_in_options(junk), list)
