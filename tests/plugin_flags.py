"""Two kinds of tests run only when asked for: `--browser` drives a real Chromium, `--slow` takes its time."""

from pathlib import Path

import pytest

BROWSER_TESTS = Path(__file__).with_name("browser")
ON_REQUEST = {"browser": "also the tests that drive a real Chromium", "slow": "also the tests that take long"}


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
