"""What is made once for all threads is ready before the first of them comes."""

import re
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.orm import aliased

import bot
from bot.domain.base import for_all_threads
from bot.domain.tickets import Ticket

MADE_ONCE = re.compile(r"^\S.*\baliased\(", re.MULTILINE)


def test_an_alias_for_all_threads_has_its_columns_before_anybody_asks():
    late, ready = aliased(Ticket), for_all_threads(aliased(Ticket))
    assert "c" not in vars(inspect(late).selectable)
    assert "id" not in vars(late)
    assert "c" in vars(inspect(ready).selectable)
    assert {column.key for column in inspect(Ticket).column_attrs} <= vars(ready).keys()


def test_every_alias_that_is_made_once_is_for_all_threads():
    """Two threads that come first together would spoil one that is not, for as long as the process runs."""
    found = [
        f"{path}: {line}"
        for path in Path(bot.__file__).parent.rglob("*.py")
        for line in MADE_ONCE.findall(path.read_text(encoding="utf-8"))
        if "for_all_threads(" not in line
    ]
    assert found == []
