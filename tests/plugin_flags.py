"""Some tests run only when asked for: `--browser` drives a real Chromium, `--slow` takes its time, and `--faults`
breaks things at every step and prints what came of it."""

from pathlib import Path
from typing import Any

import pytest

from tests.table_of_faults import LINE, PROBED, table

BROWSER_TESTS = Path(__file__).with_name("browser")
ON_REQUEST = {
    "browser": "also the tests that drive a real Chromium",
    "slow": "also the tests that take long",
    "faults": "also the tests that break things at every step, and probe every story; a table says what came of it",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    for kind, what in ON_REQUEST.items():
        parser.addoption(f"--{kind}", action="store_true", help=what)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Without `--browser` run.py installs no Playwright, and its tests cannot be imported."""
    return True if collection_path == BROWSER_TESTS and not config.getoption("browser") else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    unasked = [kind for kind in ON_REQUEST if not config.getoption(kind)]
    left_out = [item for item in items if any(item.get_closest_marker(kind) for kind in unasked)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The table of faults and what was probed, from whichever process ran them."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    told = [report.user_properties for report in reports if getattr(report, "when", None) == "teardown"]
    lines = [line for properties in told for name, line in properties if name == LINE]
    if lines and config.getoption("faults"):
        terminalreporter.section("faults")
        terminalreporter.write_line(table(sorted(map(list, lines))))
    for made in [made for properties in told for name, made in properties if name == PROBED]:
        terminalreporter.section("probes")
        terminalreporter.write_line(", ".join(f"{number} {what}" for what, number in made.items()))
