"""The foreign logs that can be imported, and how one is told from the other: by its header."""

from collections.abc import Sequence

from bot.domain.imports import jira, servicenow
from bot.domain.imports.foreign import Log
from bot.domain.imports.records import BadImport

LOGS: tuple[Log, ...] = (servicenow.LOG, jira.LOG)


def recognise(header: Sequence[str]) -> Log:
    """The log that has all its columns here; others may stand beside them."""
    for log in LOGS:
        if set(log.columns) <= set(header):
            return log
    understood = " ".join(f"A {log.name} has the columns {', '.join(log.columns)}." for log in LOGS)
    found = ", ".join(header)[:200] or "nothing"
    raise BadImport(f"The first line is not a header that is understood here. It has {found}. {understood}")
