"""Money: a decimal amount of one currency, never a float; rounded half up to what the currency can be paid in."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

# Digits after the point, where they are not two (ISO 4217).
MINOR_DIGITS = {
    "CLP": 0, "ISK": 0, "JPY": 0, "KRW": 0, "VND": 0, "BHD": 3, "JOD": 3, "KWD": 3, "TND": 3,
}  # fmt: skip


@dataclass(frozen=True)
class Money:
    """So much of a currency (its ISO 4217 code). Sums stay in one currency; anything else is a mistake of ours."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.amount, float):
            raise TypeError("money is never a float")
        object.__setattr__(self, "amount", rounded(Decimal(self.amount), self.currency))

    def __add__(self, other: "Money") -> "Money":
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return Money(self.amount + other.amount, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __str__(self) -> str:
        return f"{self.amount:,} {self.currency}"


def rounded(amount: Decimal, currency: str) -> Decimal:
    """To the currency's smallest unit, half up (away from zero), as EN 16931 has it."""
    return amount.quantize(Decimal(1).scaleb(-MINOR_DIGITS.get(currency, 2)), ROUND_HALF_UP)


def minor_units(amount: Decimal, currency: str) -> int:
    """So many of the currency's smallest unit: 12.34 EUR are 1234."""
    return int(rounded(amount, currency).scaleb(MINOR_DIGITS.get(currency, 2)))


def of_minor_units(units: int, currency: str) -> Money:
    """And back."""
    return Money(Decimal(units).scaleb(-MINOR_DIGITS.get(currency, 2)), currency)


def for_minutes(minutes: int, rate: Decimal, currency: str) -> Money:
    """What so many minutes cost at a rate an hour; rounded once, at the end."""
    return Money(rate * minutes / 60, currency)
