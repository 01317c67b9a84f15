"""Amounts, percentages, lists and prices as people type them; what can't be read is told in a sentence."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, TypeVar

from bot.domain.codes import Code
from bot.domain.money import CURRENCIES
from bot.domain.roles import Role
from bot.domain.routing import RequestType

MOST_AMOUNT, MOST_NAMES = Decimal(10) ** 9, 50
MOST_TIMES = 10
Named = TypeVar("Named")
_MULTIPLIER = re.compile(r"[x×]? ?(\d{1,4}(?:[.,]\d{1,2})?) ?(%)?[x×]?")
_AMOUNT = re.compile(r"(?:([A-Za-z]{3}) ?)?(\d{1,12})(?:[.,](\d{1,2}))?(?: ?([A-Za-z]{3}))?")
_PERCENT = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))? ?%?")


def is_amount(text: str) -> bool:
    """Whether a currency stands beside the figure, as in `4000 EUR`; `40 hrs` is time."""
    match = _AMOUNT.fullmatch(text.strip())
    return bool(match) and (match[1] or match[4] or "").upper() in CURRENCIES


def multiplier(text: str) -> Decimal:
    """`1.5`, `1,5`, `x2`, `150 %`: how many times the rate."""
    match = _MULTIPLIER.fullmatch(text.strip())
    found = Decimal(match[1].replace(",", ".")) / (100 if match[2] else 1) if match else None
    if found is None or not 1 <= found <= MOST_TIMES:
        raise ValueError(f"Write how many times the rate it costs, from 1 to {MOST_TIMES}, as in 1.5.")
    return found


def amount(text: str, currency: str) -> Decimal:
    """`150`, `150,50`, `150.50 EUR`; what could be read in two ways is asked about."""
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"I can’t read “{text[:30]}” as an amount. Write 1500 or 1500.50: no minus, no separators.")
    named = (match[1] or match[4] or currency).upper()
    if currency and named != currency:
        raise ValueError(f"That is in {named}, and the agreement is in {currency}. Make them the same.")
    found = Decimal(f"{match[2]}.{match[3] or '00'}")
    if not found:
        raise ValueError("Write what it costs, more than 0, or leave it empty.")
    if found > MOST_AMOUNT:
        raise ValueError(f"That is more than {MOST_AMOUNT:,}. Please check the figure.")
    return found


def percent(text: str, most: int) -> Decimal:
    """`19`, `19 %`, `7,5%`, as a share of one."""
    match = _PERCENT.fullmatch(text.strip())
    found = Decimal(f"{match[1]}.{match[2] or 0}") if match else None
    if found is None or found > most:
        raise ValueError(f"Write a percentage from 0 to {most}, as in 19 or 7.5.")
    return found / 100


def names(text: Any) -> list[str]:
    """Names by commas or lines, each once."""
    typed = text if isinstance(text, list) else re.split(r"[,;\n]", text or "")
    found: dict[str, str] = {}
    for name in filter(None, (each.strip() for each in typed)):
        found.setdefault(name.casefold(), name)
    if len(found) > MOST_NAMES:
        raise ValueError(f"Name at most {MOST_NAMES}.")
    return list(found.values())


def prices(text: str, currency: str) -> list[dict[str, str]]:
    """A line a type of request: `Incident: 40`."""
    known = {word.casefold(): kind for kind in RequestType for word in (kind.label, kind.value)}
    example = f"Write one line a type, as in Incident: 40. Types: {_names_of(RequestType)}."
    return [{"type": kind.value, "amount": price} for kind, price in _priced(text, currency, known, example)]


def role_rates(text: str, currency: str) -> list[dict[str, str]]:
    """A line a billing code and role: `Out of scope, lead: 200`."""
    known = {f"{code.label}, {role.label}".casefold(): (code, role) for code in Code for role in Role}
    example = f"Write one line each, as in Out of scope, lead: 200. Codes: {_names_of(Code)}. Roles: {_names_of(Role)}."
    found = _priced(text, currency, known, example)
    return [{"code": code.value, "role": role.value, "amount": price} for (code, role), price in found]


def _names_of(kinds: Iterable[Any]) -> str:
    return ", ".join(kind.label for kind in kinds)


def _priced(text: str, currency: str, known: dict[str, Named], example: str) -> list[tuple[Named, str]]:
    """Lines of a name and what it costs; each of the names that are known once."""
    found: dict[Named, str] = {}
    for typed in filter(None, (each.strip() for each in text.splitlines())):
        name, _, price = typed.rpartition(":")
        named = known.get(" ".join(name.split()).casefold())
        if named is None or named in found:
            what = "stands there twice" if named else "is not known"
            raise ValueError(f"“{(name or typed)[:40].strip()}” {what}. {example}")
        found[named] = str(amount(price, currency))
    return list(found.items())
