"""How records are written: as a table that runs no formula, or as JSON with everything."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from bot.domain.cells import guarded


def as_csv(_kind: str, columns: tuple[str, ...], records: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """A header and a line for each; every cell is quoted."""
    yield _line(columns)
    for record in records:
        yield _line(_cell(record[name]) for name in columns)


def _line(cells: Iterable[str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode()


def _cell(value: Any) -> str:
    return str(value) if isinstance(value, int) else guarded(shown(value))  # a number is no formula


def as_json(kind: str, _columns: tuple[str, ...], records: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """A list with everything that is known of each."""
    head, first = f"{{\n  {json.dumps(kind)}: [", True
    for record in records:
        written = json.dumps(record, indent=2, ensure_ascii=False, sort_keys=True).replace("\n", "\n    ")
        yield f"{head if first else ','}\n    {written}".encode()
        first = False
    yield (f"{head}]\n}}\n" if first else "\n  ]\n}\n").encode()


def shown(value: Any) -> str:
    """A value in one cell: parts of a list on a line each, of a record separated by bars."""
    if isinstance(value, list):
        return "\n".join(map(shown, value))
    if isinstance(value, dict):
        return " | ".join(shown(part) for part in value.values() if part not in (None, ""))
    return "" if value is None else str(value)
