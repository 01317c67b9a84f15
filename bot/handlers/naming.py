"""Which account and which month somebody means who typed them after a command: `Acme 2026-11`, either or none."""

import re
from collections.abc import Iterable

from bot.domain import accounts
from bot.domain.accounts import Account
from bot.domain.errors import NotFound, Refused
from bot.domain.months import Month
from bot.messages.help import some

LONGEST_NAME = 40
_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


def month_and_name(typed: str) -> tuple[Month | None, str]:
    """The month, written 2026-11, and what is left: the name."""
    words = typed.split()
    month = next((Month.named(word) for word in words if _MONTH.fullmatch(word)), None)
    return month, " ".join(word for word in words if not _MONTH.fullmatch(word))[:LONGEST_NAME]


def the_one(listed: Iterable[Account], name: str, otherwise: str, *, none: str = "I know no account called") -> Account:
    """The only one that is meant; `otherwise` says where to look, where none is."""
    found = accounts.called(listed, name)
    if not found:
        raise NotFound(f"{none} “{name[:LONGEST_NAME]}”. {otherwise}")
    if len(found) > 1:
        raise Refused(f"Which account: {some([account.name for account in found])}? Write its whole name.")
    return found[0]
