"""Each limit at its number and at one more; and that no limit is without its edge."""

import pytest

from bot.playground.validation import limits
from tests.playground.edges import EDGES, Edge
from tests.playground.parts import actions, button, mrkdwn, plain, section

NAMES = [name for name in vars(limits) if name.isupper()]


def test_every_limit_has_its_edge():
    assert sorted(EDGES) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_so_much_is_accepted_and_one_more_is_refused(name: str):
    edge, most = EDGES[name], getattr(limits, name)
    refused = edge.problems(most + 1)

    assert [problem.text() for problem in edge.problems(most)] == []
    assert edge.at in {problem.pointer for problem in refused}, refused


@pytest.mark.parametrize(
    ("edge", "most"),
    [
        (Edge(lambda n: [section("🎉" * n)], "/blocks/0/text/text"), 1500),
        (Edge(lambda n: [actions(button("🎉" * n))], "/blocks/0/elements/0/text/text"), 37),
        (Edge(lambda n: [{"type": "header", "text": plain("é" * n)}], "/blocks/0/text/text"), 150),
        (Edge(lambda n: [{"type": "section", "fields": [mrkdwn("\ud83d" * n)]}], "/blocks/0/fields/0/text"), 2000),
    ],
    ids=["emoji", "emoji in a button", "accents", "half an emoji"],
)
def test_what_takes_two_places_counts_as_two(edge: Edge, most: int):
    assert edge.problems(most) == []
    assert [problem.pointer for problem in edge.problems(most + 1)] == [edge.at]
