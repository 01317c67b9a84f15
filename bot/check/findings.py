"""What a check found, and how a whole report reads."""

import json
import textwrap
from enum import StrEnum
from typing import NamedTuple

WIDTH = 100


class Mark(StrEnum):
    """In place; to be put right; good to know."""

    GOOD = "✓"
    WRONG = "✗"
    NOTE = "·"


class Finding(NamedTuple):
    """A sentence, and what to press."""

    mark: Mark
    says: str
    press: str = ""


def good(says: str) -> Finding:
    """In place."""
    return Finding(Mark.GOOD, says)


def wrong(says: str, press: str = "") -> Finding:
    """To be put right."""
    return Finding(Mark.WRONG, says, press)


def note(says: str, press: str = "") -> Finding:
    """Good to know; nothing fails for it."""
    return Finding(Mark.NOTE, says, press)


class Report:
    """All findings, under the headings of their checks."""

    def __init__(self) -> None:
        self.groups: dict[str, list[Finding]] = {}

    def add(self, group: str, findings: list[Finding]) -> None:
        """Under a heading that may stand already."""
        self.groups.setdefault(group, []).extend(findings)

    @property
    def findings(self) -> list[Finding]:
        """In the order they were made."""
        return [finding for found in self.groups.values() for finding in found]

    @property
    def wrong(self) -> list[Finding]:
        """What is to be put right."""
        return [finding for finding in self.findings if finding.mark is Mark.WRONG]

    @property
    def verdict(self) -> str:
        """The last sentence."""
        if not self.wrong:
            return "Everything is in place."
        return f"{_count(len(self.wrong), 'thing')} to put right: each ✗ says how. Then run this again."

    def as_text(self) -> str:
        """For people."""
        lines = []
        for group, found in self.groups.items():
            lines.append(group)
            for mark, says, press in found:
                lines.append(_wrapped(f"  {mark} ", says))
                lines += [_wrapped("    → ", press)] if press else []
        return "\n".join([*lines, *([] if self.wrong else ["", self.verdict])])

    def as_json(self) -> str:
        """For programs."""
        rows = [
            {"group": group, "mark": finding.mark.name.lower(), "says": finding.says, "press": finding.press}
            for group, found in self.groups.items()
            for finding in found
        ]
        return json.dumps(rows, indent=2, ensure_ascii=False)


def _wrapped(begin: str, words: str) -> str:
    # Whatever is to be copied, a command or an id, is never broken.
    lines = textwrap.wrap(words, WIDTH - len(begin), break_long_words=False, break_on_hyphens=False)
    return begin + f"\n{' ' * len(begin)}".join(lines)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
