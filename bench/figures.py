"""What every benchmark returns, and how it is shown: figures beside their goals, as Markdown.

A benchmark is a function of `quick` (a short round, for trying it) that returns a `Report`; its row in `BENCHES`
(bench/__main__.py) makes it a part of `steward bench`.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured number in words, beside its goal; `met` is None where nothing was promised."""

    name: str
    value: str
    goal: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        return {True: "met", False: "**missed**", None: ""}[self.met]


@dataclass(frozen=True)
class Report:
    """A benchmark's figures, most telling first, and what else there is to say about them (Markdown)."""

    figures: list[Figure]
    notes: str = ""

    @property
    def missed(self) -> list[Figure]:
        return [figure for figure in self.figures if figure.met is False]

    def as_markdown(self) -> str:
        rows = [[figure.name, figure.value, figure.goal, figure.verdict] for figure in self.figures]
        return "\n\n".join(filter(None, [table(["figure", "here", "goal", ""], rows), self.notes.strip()]))


Bench = Callable[[bool], Report]


def at_most(name: str, value: float, limit: float, *, shown: str = "{:.2f}", unit: str = "") -> Figure:
    """A figure that is met up to its limit."""
    return Figure(name, shown.format(value) + unit, f"≤ {limit:g}{unit}", value <= limit)


def at_least(name: str, value: float, limit: float, *, shown: str = "{:.2f}", unit: str = "") -> Figure:
    """A figure that is met from its limit on."""
    return Figure(name, shown.format(value) + unit, f"≥ {limit:g}{unit}", value >= limit)


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table whose columns line up in a terminal too."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    line = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in [head, *rows]]
    rule = "|".join("-" * (width + 2) for width in widths)
    return "\n".join([f"| {line[0]} |", f"|{rule}|", *(f"| {cells} |" for cells in line[1:])])
