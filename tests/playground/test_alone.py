"""The local Slack stands alone: it could be a package of its own."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HOME = Path(__file__).parents[2] / "bot" / "playground"
# Where the local Slack and the app are put together.
DEMO = {"demo.py", "seeding.py", "seeding_changes.py", "seeding_month.py", "seeding_stories.py"}
MODULES = [path for path in HOME.rglob("*.py") if path.name not in DEMO]
ALLOWED = {"starlette", "uvicorn"}


def imported(path: Path) -> Iterator[str]:
    depth = len(path.relative_to(HOME).parts)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "" if node.level == 0 else "" if node.level <= depth else "outside"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOME)))
def test_it_imports_only_itself_and_its_server(path: Path):
    roots = {name.split(".")[0] for name in imported(path) if name}

    assert roots <= ALLOWED | sys.stdlib_module_names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOME)))
def test_no_module_outgrows_a_reading(path: Path):
    assert len(path.read_text().splitlines()) <= 300
