"""Ways to make one thing of a payload wrong: what is done, and where.

Each of these has to be refused wherever it is done, so a mutant that is accepted is a gap in the validator.
"""

import copy
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tests.playground.parts import Json, section

Place = tuple[str | int, ...]


class Way(NamedTuple):
    """`told` is where the complaint is expected, if not at the place itself."""

    done: str
    at: Place
    change: Callable[[Any], Any]
    told: Place | None = None

    @property
    def pointer(self) -> str:
        return pointer(self.at if self.told is None else self.told)

    def mutant(self, payload: Any) -> Any:
        return changed(payload, self.at, self.change)


def places(node: Any, at: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every spot of a structure with what stands there, the outermost first."""
    yield at, node
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in pairs:
        yield from places(child, (*at, key))


def changed(payload: Any, at: Place, change: Callable[[Any], Any]) -> Any:
    """A copy in which one spot is something else."""
    whole = [copy.deepcopy(payload)]
    holder: Any = whole
    for step in (0, *at)[:-1]:
        holder = holder[step]
    last = (0, *at)[-1]
    holder[last] = change(holder[last])
    return whole[0]


def pointer(at: Place) -> str:
    return "".join(f"/{step}" for step in at)


def ways(payload: Any) -> list[Way]:
    """All that can be done wrong to blocks, or to a view, one thing at a time."""
    found = [way for at, one in places(payload) for way in (*wrong_kind(at, one), *missing(at, one))]
    endless = [Way("no end to the words", at, lambda old: "x" * 20_001) for at in limited(payload)]
    return found + endless + with_all_blocks(payload)


# Words whose length no document limits: which kind of thing, and its field.
UNLIMITED = {("data_table", "caption"), ("text", "text"), ("link", "text"), ("link", "url"), ("date", "format"),
             ("date", "fallback"), ("emoji", "name")}  # fmt: skip


def limited(payload: Any) -> Iterator[Place]:
    """Every text that may not be of any length."""
    for spot, found in places(payload):
        inside = found.items() if isinstance(found, dict) else ()
        kind = str(found.get("type")) if isinstance(found, dict) else ""
        yield from ((*spot, name) for name, one in inside if isinstance(one, str) and (kind, name) not in UNLIMITED)


def wrong_kind(at: Place, found: Any) -> Iterator[Way]:
    if isinstance(found, dict):
        yield Way("a field nobody knows", at, lambda old: old | {"colour": "red"})
        yield Way("a list in place of an object", at, lambda old: [old])
    elif isinstance(found, list):
        yield Way("an object in place of a list", at, lambda old: {})
        yield Way("nothing in a list", at, lambda old: [*old, {}])
    elif isinstance(found, str):
        yield Way("a number in place of words", at, lambda old: 5)
    elif isinstance(found, bool):
        yield Way("a word in place of yes", at, lambda old: "true")
    elif found is not None:
        yield Way("a word in place of a number", at, lambda old: "many")
    if at and isinstance(at[-1], str):
        yield Way("null", at, lambda old: None)


NEEDED = {
    "plain_text": ("text",), "mrkdwn": ("text",), "header": ("text",), "actions": ("elements",),
    "context": ("elements",), "input": ("label", "element"), "button": ("text",), "overflow": ("options",),
    "checkboxes": ("options",), "radio_buttons": ("options",), "image": ("alt_text",), "table": ("rows",),
    "data_table": ("rows", "caption"), "data_visualization": ("title", "chart"), "rich_text": ("elements",),
    "raw_text": ("text",), "markdown": ("text",), "modal": ("title", "blocks"), "home": ("blocks",),
    "number_input": ("is_decimal_allowed",), "link": ("url",), "text": ("text",),
}  # fmt: skip


def missing(at: Place, found: Any) -> Iterator[Way]:
    """Without what it needs; an option has no type, so it is known by what it has."""
    if not isinstance(found, dict):
        return
    needed = ("type", *NEEDED.get(str(found.get("type")), ())) if "type" in found else ()
    if set(found) >= {"text", "value"} and "type" not in found:
        needed = ("text", "value")
    for name in needed:
        if name in found:
            yield Way(f"without its {name}", at, without(name))


def without(name: str) -> Callable[[Json], Json]:
    return lambda old: {key: value for key, value in old.items() if key != name}


def with_all_blocks(payload: Any) -> list[Way]:
    """One block too many, one that does not belong here, and the same name twice."""
    at: Place = ("blocks",) if isinstance(payload, dict) else ()
    modal = isinstance(payload, dict) and payload["type"] == "modal"
    stranger: Json = {"type": "markdown", "text": "x"} if modal else {"type": "alert", "text": section()["text"]}
    blocks, most = (payload["blocks"], 100) if at else (payload, 50)
    count = len(blocks)
    twins = [section(block_id="twin"), section(block_id="twin")]
    found = [
        Way("one block too many", at, lambda old: old + [section()] * (most + 1 - count)),
        Way("a block of another surface", at, lambda old: [*old, stranger], (*at, count)),
    ]
    return found + ([Way("two of one name", at, lambda old: old + twins, (*at, count + 1))] if count < most - 1 else [])
