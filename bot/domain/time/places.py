"""Against an approval or a budget entries count in the order they were made; what is put right keeps its place."""

from collections.abc import Iterable
from typing import Any, NamedTuple


class Placed(NamedTuple):
    """An entry as it counts; `of` is the limit it counts against, None where none."""

    id: int
    of: Any
    minutes: int
    replaces_id: int | None
    stands: bool


def in_order(entries: Iterable[Placed]) -> list[Placed]:
    """Those that stand. One that replaces another of the same limit, and is no longer than it, comes where that did."""
    known = {one.id: one for one in entries}

    def place(one: Placed) -> int:
        before = known.get(one.replaces_id or 0)
        while before and before.of == one.of and one.minutes <= before.minutes:
            one, before = before, known.get(before.replaces_id or 0)
        return one.id

    return sorted(
        (one for one in known.values() if one.stands and one.of is not None), key=lambda one: (place(one), one.id)
    )
