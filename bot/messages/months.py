"""Lists of what is done month by month and account by account: what narrows them, and their pages."""

from typing import Any, NamedTuple

from pydantic import BaseModel

from bot.domain.accounts import Account
from bot.domain.months import Month
from bot.messages import blocks, menus
from bot.messages.blocks import Block

ANY = menus.ANY


class Wanted(BaseModel):
    """Which of them: of one account, of one month, and which page. The window carries it along."""

    account: int | None = None
    month: str | None = None
    page: int = 0

    @property
    def of_month(self) -> Month | None:
        """The month, where one was chosen."""
        return Month.named(self.month) if self.month else None


class Controls(NamedTuple):
    """What the menus and buttons of a list are called."""

    account: str
    month: str
    back: str
    on: str


def named(month: Month) -> str:
    """November 2026."""
    return f"{month.name} {month.year}"


def narrowing(names: Controls, wanted: Wanted, accounts: list[Account], months: list[Month]) -> list[dict[str, Any]]:
    """A menu of accounts, and one of months."""
    options = [blocks.option("Every month", ANY), *(blocks.option(named(month), str(month)) for month in months[:99])]
    return [
        blocks.select(names.account, "Account", menus.account_options(accounts), str(wanted.account or ANY)),
        blocks.select(names.month, "Month", options, wanted.month or ANY),
    ]


def turns(names: Controls, wanted: Wanted, *, more: bool) -> list[Block]:
    """To the page before and the one after."""
    back = [blocks.button("Previous", names.back, str(wanted.page - 1))] if wanted.page else []
    return blocks.actions([*back, *([blocks.button("Next", names.on, str(wanted.page + 1))] if more else [])])
