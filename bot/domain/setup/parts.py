"""What the parts of a set-up file are made of: amounts, Slack's ids, names; a word that is not known is a mistake."""

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bot.domain.money import CURRENCIES

MOST_DIGITS = 9  # of an amount, before the point


class Money(BaseModel):
    """An amount and its currency, written `150 EUR`."""

    amount: Decimal
    currency: str


def _money(text: Any) -> Any:
    match = re.fullmatch(r"\s*(\d+(?:\.\d{1,2})?)\s+([A-Z]{3})\s*", str(text))
    if not match:
        raise ValueError("write an amount and a currency, as in 150 EUR")
    if len(match[1].partition(".")[0].lstrip("0")) > MOST_DIGITS:
        raise ValueError("is more than can be charged; check the figure")
    if match[2] not in CURRENCIES:
        raise ValueError(f"{match[2]} is no currency of today; write its three letters, as in EUR")
    return Money(amount=Decimal(match[1]), currency=match[2])


def _slack(kind: str, prefixes: str) -> Any:
    pattern = re.compile(rf"[{prefixes}][A-Z0-9]{{2,}}")

    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(f"{text} is not a Slack {kind} id; they look like {prefixes[0]}0123ABCD")
        return text

    return AfterValidator(check)


Amount = Annotated[Money, BeforeValidator(_money)]
UserId = Annotated[str, _slack("user", "UW")]
ChannelId = Annotated[str, _slack("channel", "CG")]
TeamId = Annotated[str, _slack("workspace", "TE")]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class BadFile(Exception):
    """The file can't be applied; the message names each mistake with its line, and nothing was changed."""


class Strict(BaseModel):
    """A word that is not known is a mistake, not a surprise later."""

    model_config = ConfigDict(extra="forbid")
