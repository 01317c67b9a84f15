"""The small language the tables of blocks and elements are written in.

A rule looks at one value, where it is (a JSON pointer), and reports what is wrong with it.
"""

import math
import re
from collections.abc import Callable, Collection
from typing import Any, NamedTuple


class Problem(NamedTuple):
    pointer: str
    message: str
    code: str
    field: str = ""  # the one that is missing, or should not be there

    def text(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"

    def as_json(self, root: str = "") -> dict[str, Any]:
        """As `blocks.validate` tells it; pointers there begin below `root`."""
        told = {"pointer": self.pointer.removeprefix(root), "message": self.message}
        named = {"field": self.field} if self.field else {}
        if self.code == "missing_field":
            return told | named | {"code": "missing_field"}
        return told | named | {"code": "failed_constraint", "constraint": {"type": self.code}}


class Report(list[Problem]):
    def add(self, pointer: str, message: str, code: str, field: str = "") -> None:
        self.append(Problem(pointer, message, code, field))


Rule = Callable[[Any, str, Report], None]
Check = Callable[[dict[str, Any], str, Report], None]


def length(value: str) -> int:
    """Characters as the most cautious reading of "characters" counts them: those beyond the first plane are two."""
    return len(value) if value.isascii() else len(value.encode("utf-16-le", "surrogatepass")) // 2


def text(most: int | None = None, least: int = 1, pattern: str | None = None) -> Rule:
    def rule(value: Any, at: str, report: Report) -> None:
        if not isinstance(value, str):
            report.add(at, "must be a string", "wrong_type")
        elif length(value) < least:
            report.add(at, f"must be more than {least - 1} characters", "too_short")
        elif most is not None and length(value) > most:
            report.add(at, f"must be less than {most + 1} characters", "too_long")
        elif pattern and not re.fullmatch(pattern, value):
            report.add(at, "failed to match the required format", "wrong_format")

    return rule


def number(least: float | None = None, most: float | None = None, whole: bool = True) -> Rule:
    def rule(value: Any, at: str, report: Report) -> None:
        wanted = (int,) if whole else (int, float)
        if not isinstance(value, wanted) or isinstance(value, bool) or not math.isfinite(value):
            report.add(at, f"must be {'an integer' if whole else 'a number'}", "wrong_type")
        elif least is not None and value < least:
            report.add(at, f"must be at least {least}", "too_small")
        elif most is not None and value > most:
            report.add(at, f"must be at most {most}", "too_large")

    return rule


def link(most: int | None = None, *schemes: str) -> Rule:
    """An address with one of the schemes; without any, what a browser would run or a page could hide is refused."""
    allowed = "|".join(schemes) or r"(?!javascript|data|vbscript|file)[a-z][a-z0-9+.-]*"

    def rule(value: Any, at: str, report: Report) -> None:
        before = len(report)
        text(most)(value, at, report)
        if len(report) == before and not re.match(rf"({allowed}):\S+\Z", value, re.IGNORECASE):
            report.add(at, "must be a valid URL", "wrong_format")

    return rule


def flag(value: Any, at: str, report: Report) -> None:
    if not isinstance(value, bool):
        report.add(at, "must be a boolean", "wrong_type")


def among(*allowed: Any) -> Rule:
    def rule(value: Any, at: str, report: Report) -> None:
        if value not in allowed:
            report.add(at, f"must be one of: {', '.join(map(str, allowed))}", "not_allowed")

    return rule


def items(of: Rule, least: int = 1, most: int | None = None) -> Rule:
    def rule(value: Any, at: str, report: Report) -> None:
        if not isinstance(value, list):
            report.add(at, "must be an array", "wrong_type")
            return
        if len(value) < least:
            report.add(at, f"no fewer than {least} items allowed", "too_few_items")
        if most is not None and len(value) > most:
            report.add(at, f"no more than {most} items allowed", "too_many_items")
        for index, item in enumerate(value):
            of(item, f"{at}/{index}", report)

    return rule


def shape(required: dict[str, Rule], optional: dict[str, Rule] | None = None, *checks: Check) -> Rule:
    """An object with these fields and no others; `checks` look at how they fit together."""
    known = required | (optional or {})

    def rule(value: Any, at: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add(at, "must be an object", "wrong_type")
            return
        before = len(report)
        for name in required:
            if value.get(name) is None:
                report.add(at, f"missing required field: {name}", "missing_field", name)
        for name, inner in value.items():
            if name not in known:
                report.add(at, f"invalid additional property: {name}", "unknown_field", name)
            elif inner is not None:
                known[name](inner, f"{at}/{name}", report)
            elif name not in required:
                report.add(f"{at}/{name}", "must not be null", "wrong_type")
        if len(report) == before:  # parts that are wrong themselves cannot be compared
            for check in checks:
                check(value, at, report)

    return rule


def typed(table: dict[str, Rule], only: Collection[str] | None = None) -> Rule:
    """An object whose `type` says which row of the table holds. The table may be filled later."""

    def rule(value: Any, at: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add(at, "must be an object", "wrong_type")
            return
        kind = value.get("type")
        if kind is None:
            report.add(at, "missing required field: type", "missing_field", "type")
        elif not isinstance(kind, str) or kind not in table or (only is not None and kind not in only):
            report.add(f"{at}/type", f"unsupported type: {kind}", "unsupported_type")
        else:
            table[kind](value, at, report)

    return rule


def exactly_one(*names: str) -> Check:
    def check(value: dict[str, Any], at: str, report: Report) -> None:
        given = [name for name in names if name in value]
        if len(given) != 1:
            report.add(at, f"must have exactly one of: {', '.join(names)}", "choose_one")

    return check


def at_most_one(*names: str) -> Check:
    def check(value: dict[str, Any], at: str, report: Report) -> None:
        if sum(name in value for name in names) > 1:
            report.add(at, f"must have at most one of: {', '.join(names)}", "choose_one")

    return check


def only_with(name: str, other: str) -> Check:
    def check(value: dict[str, Any], at: str, report: Report) -> None:
        if value.get(name) and not value.get(other):
            report.add(f"{at}/{name}", f"must not be given without {other}", "needs_other")

    return check


def at_least_one(*names: str) -> Check:
    def check(value: dict[str, Any], at: str, report: Report) -> None:
        if not any(value.get(name) for name in names):
            report.add(at, f"must have at least one of: {', '.join(names)}", "missing_field")

    return check


def not_above(low: str, high: str) -> Check:
    def check(value: dict[str, Any], at: str, report: Report) -> None:
        if low in value and high in value and float(value[low]) > float(value[high]):
            report.add(f"{at}/{low}", f"must not be above {high}", "wrong_range")

    return check
