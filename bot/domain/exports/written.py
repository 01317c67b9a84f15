"""How records are written: as a table that runs no formula, or as JSON with everything."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from bot.domain.cells import guarded


def as_csv(_kind: str, columns: tuple[str, ...], records: Iterable[dict[str, Any]]) -> bytes:
    """A header and a line for each; every cell is quoted."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([guarded(shown(record[name])) for name in columns] for record in records)
    return out.getvalue().encode()


def as_json(kind: str, _columns: tuple[str, ...], records: Iterable[dict[str, Any]]) -> bytes:
    """A list with everything that is known of each."""
    return (json.dumps({kind: list(records)}, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode()


def shown(value: Any) -> str:
    """A value in one cell: parts of a list on a line each, of a record separated by bars."""
    if isinstance(value, list):
        return "\n".join(map(shown, value))
    if isinstance(value, dict):
        return " | ".join(shown(part) for part in value.values() if part not in (None, ""))
    return "" if value is None else str(value)
