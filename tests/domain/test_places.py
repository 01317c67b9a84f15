"""The order in which entries count against an approval or a budget."""

import pytest

from bot.domain.time.places import Placed, in_order

HERE, THERE = 101, 102


def entry(number: int, minutes: int = 60, replaces: int | None = None, of: int | None = HERE, stands: bool = True):
    return Placed(number, of, minutes, replaces, stands)


@pytest.mark.parametrize(("entries", "order"), [
    ([], []),
    ([entry(2), entry(1)], [1, 2]),
    ([entry(1, stands=False), entry(2)], [2]),
    ([entry(1, of=None), entry(2)], [2]),
    ([entry(1, stands=False), entry(2), entry(3, 60, replaces=1)], [3, 2]),
    ([entry(1, stands=False), entry(2), entry(3, 30, replaces=1)], [3, 2]),
    ([entry(1, stands=False), entry(2), entry(3, 61, replaces=1)], [2, 3]),
    ([entry(1, of=THERE, stands=False), entry(2), entry(3, replaces=1)], [2, 3]),
    ([entry(1, stands=False), entry(2), entry(3, replaces=1, stands=False), entry(4, replaces=3)], [4, 2]),
    ([entry(1, stands=False), entry(2), entry(3, 90, replaces=1, stands=False), entry(4, replaces=3)], [2, 4]),
    ([entry(2), entry(3, replaces=1)], [2, 3]),
])  # fmt: skip
def test_what_is_put_right_keeps_its_place_unless_it_grows_or_counts_elsewhere(entries, order):
    assert [one.id for one in in_order(entries)] == order
