"""Tables and charts."""

from typing import Any

from . import limits
from .rules import Check, Report, Rule, among, flag, items, length, number, shape, text, typed
from .texts import RICH_TEXT

TYPE = {"type": text()}
CELLS: dict[str, Rule] = {
    "raw_text": shape(TYPE | {"text": text()}),
    "raw_number": shape(TYPE | {"value": number(whole=False)}, {"text": text()}),
    "rich_text": RICH_TEXT,
}
IN_TABLE = {"raw_text", "rich_text"}
IN_HEADINGS = {"raw_text", "raw_number"}


def column_setting(value: Any, at: str, report: Report) -> None:
    if value is not None:  # null leaves a column as it is
        shape({}, {"align": among("left", "center", "right"), "is_wrapped": flag})(value, at, report)


def same_width(value: dict[str, Any], at: str, report: Report) -> None:
    widths = {len(row) for row in value["rows"]}
    if len(widths) > 1:
        report.add(f"{at}/rows", "all rows must have the same number of cells", "ragged")


def at_most_characters(most: int) -> Check:
    def check(value: dict[str, Any], at: str, report: Report) -> None:
        if sum(characters(cell) for row in value["rows"] for cell in row) > most:
            report.add(at, f"must be less than {most + 1} characters in all cells", "too_long")

    return check


def characters(node: Any) -> int:
    if isinstance(node, list):
        return sum(map(characters, node))
    if isinstance(node, dict):
        own = length(node["text"]) if isinstance(node.get("text"), str) else 0
        return own + sum(characters(child) for child in node.values() if isinstance(child, (dict, list)))
    return 0


def plain_headings(value: dict[str, Any], at: str, report: Report) -> None:
    items(typed(CELLS, IN_HEADINGS))(value["rows"][0], f"{at}/rows/0", report)


def header_column_exists(value: dict[str, Any], at: str, report: Report) -> None:
    if value.get("row_header_column_index", 0) >= len(value["rows"][0]):
        report.add(f"{at}/row_header_column_index", "must be a column of the table", "too_large")


def settings_fit(value: dict[str, Any], at: str, report: Report) -> None:
    """Fewer than the columns is fine: the others look as usual."""
    if len(value.get("column_settings", [])) > len(value["rows"][0]):
        report.add(f"{at}/column_settings", "must not describe more columns than there are", "too_many_items")


def rows(cells: set[str], least: int, most: int) -> Rule:
    return items(items(typed(CELLS, cells), 1, limits.TABLE_COLUMNS), least, most)


TABLE = shape(
    TYPE | {"rows": rows(IN_TABLE, 1, limits.TABLE_ROWS)},
    {"block_id": text(limits.BLOCK_ID), "column_settings": items(column_setting, 0, limits.TABLE_COLUMNS)},
    same_width,
    settings_fit,
    at_most_characters(limits.TABLE_CHARACTERS),
)

DATA_TABLE = shape(
    TYPE | {"caption": text(), "rows": rows(set(CELLS), 2, limits.DATA_TABLE_ROWS)},
    {
        "block_id": text(limits.BLOCK_ID),
        "page_size": number(1, limits.PAGE_SIZE),
        "row_header_column_index": number(0),
    },
    same_width,
    plain_headings,
    header_column_exists,
    at_most_characters(limits.DATA_TABLE_CHARACTERS),
)

# --- charts

LABEL = text(limits.CHART_LABEL)
POINT = shape({"label": LABEL, "value": number(whole=False)})
SERIES = shape({"name": LABEL, "data": items(POINT, 1, limits.CHART_POINTS)})
AXES = shape(
    {"categories": items(LABEL, 1, limits.CHART_POINTS)},
    {"x_label": text(limits.CHART_AXIS_LABEL), "y_label": text(limits.CHART_AXIS_LABEL)},
)


def positive(value: Any, at: str, report: Report) -> None:
    number(whole=False)(value, at, report)
    if isinstance(value, (int, float)) and value <= 0:
        report.add(at, "must be greater than 0", "too_small")


def series_fit_axes(value: dict[str, Any], at: str, report: Report) -> None:
    names = [series["name"] for series in value["series"]]
    if len(set(names)) < len(names):
        report.add(f"{at}/series", "series names must be unique", "duplicate")
    for index, series in enumerate(value["series"]):
        if [point["label"] for point in series["data"]] != value["axis_config"]["categories"]:
            report.add(f"{at}/series/{index}/data", "labels must match the categories of the axis", "mismatch")


LINES = shape(TYPE | {"series": items(SERIES, 1, limits.CHART_SERIES), "axis_config": AXES}, {}, series_fit_axes)
PIE = shape(TYPE | {"segments": items(shape({"label": LABEL, "value": positive}), 1, limits.CHART_SERIES)})
CHART = typed({"pie": PIE, "line": LINES, "bar": LINES, "area": LINES})

DATA_VISUALIZATION = shape(
    TYPE | {"title": text(limits.CHART_TITLE), "chart": CHART}, {"block_id": text(limits.BLOCK_ID)}
)
