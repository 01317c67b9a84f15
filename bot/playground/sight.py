"""Finding controls on a screen by the words a person reads; for whatever drives the playground without a browser."""

from typing import NamedTuple

from .as_text import Reader
from .controls import elements
from .records import Json


class Spot(NamedTuple):
    """A control on the screen and what surrounds it."""

    container: Json
    block: Json
    element: Json
    where: str


def spots_in(container: Json, blocks: list[Json], reader: Reader, where: str = "") -> list[Spot]:
    return [Spot(container, block, element, where or reader.block(block)) for block, element in elements(blocks)]


def meant(message: Json, on: str | Json | None, reader: Reader) -> bool:
    if isinstance(on, dict):
        return on["ts"] == message["ts"]
    return on is None or on in reader.message(message)


def near(spots: list[Spot], on: str | Json | None, view: Json, reader: Reader) -> list[Spot]:
    """In a long view, `on` names a row: its own controls, and those below it until the next row of text."""
    if not isinstance(on, str):
        return [] if on else spots
    within: set[str] = set()
    below = False
    for block in view["blocks"]:
        if on in reader.block(block):
            below = True
        elif block["type"] in ("section", "header", "divider"):
            below = False
        within |= {block["block_id"]} if below else set()
    return [s for s in spots if s.block["block_id"] in within]


def is_button(spot: Spot) -> bool:
    return spot.element["type"] in ("button", "workflow_button", "icon_button")


def button_label(spot: Spot) -> str:
    return spot.element["text"]["text"]


def menu_names(spot: Spot) -> set[str]:
    """What a control is called on the screen: its label, its placeholder, or the text it stands beside."""
    names = {spot.block["label"]["text"]} if "label" in spot.block else set()
    names |= {spot.element["placeholder"]["text"]} if "placeholder" in spot.element else set()
    names |= {spot.block["text"]["text"]} if spot.block["type"] == "section" and "text" in spot.block else set()
    return names | ({"More"} if spot.element["type"] == "overflow" else set())
