"""Money: a decimal amount of one currency, never a float; rounded half up to what the currency can be paid in."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

# ISO 4217, list one: what is money today; funds, metals and test codes are left out.
_IN_USE = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY
    COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS
    INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP
    MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR
    SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND
    VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_IN_USE.split())
# Digits after the point, where they are not two.
_NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"
MINOR_DIGITS: Mapping[str, int] = {
    **dict.fromkeys(_NO_DIGITS.split(), 0),
    **dict.fromkeys(_THREE_DIGITS.split(), 3),
}


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
