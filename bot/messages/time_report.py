"""Where hours went, as people read it: what stands out in words, a chart, a table, and what it says of the work."""

from datetime import date
from math import ceil
from typing import NamedTuple

from bot.domain.accounts import Account
from bot.domain.codes import CATEGORIES, CODES, Category, Code
from bot.domain.date_ranges import Days
from bot.domain.durations import show
from bot.domain.insight import By, Hours, Lag, MonthOfHours, Period, Share
from bot.domain.months import Month
from bot.domain.routing import LABELS, RequestType
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.help import some
from bot.messages.mrkdwn import Mrkdwn, clip, say

__all__ = ["ACCOUNT", "BY", "PERIOD", "Asked", "Found", "Offered", "Said", "some", "told"]

Said = tuple[str, list[Block]]
PERIOD, BY, ACCOUNT = "time.report.period", "time.report.by", "time.report.account"
MOST_ACCOUNTS = blocks.MOST_OPTIONS - 1  # in the menu; of more, one is named in the line: /time report acme
# fmt: off
DIMENSIONS: dict[By, tuple[str, str]] = {  # in the menu; what the part is called where nothing was said
    By.ACCOUNT:      ("By account",      "No account"),
    By.CATEGORY:     ("By category",     "No category"),
    By.CODE:         ("By billing code", "No code"),
    By.SYSTEM:       ("By system",       "No system named"),
    By.REQUEST_TYPE: ("By request type", "Not on a ticket"),
    By.PERSON:       ("By person",       "Nobody"),
    By.TICKET:       ("By ticket",       "Not on a ticket"),
}
PERIODS: dict[Period, str] = {
    Period.THIS_MONTH:   "This month",
    Period.LAST_MONTH:   "Last month",
    Period.THREE_MONTHS: "Three months",
}
# fmt: on
NOTHING = (
    "*{{ when }}:* nothing is logged{% if whose %} for {{ whose }}{% endif %}. `/time T-102 45m what you did` logs the "
    "first; the menus show other days."
)
TOTAL = "*{{ when }}:* {{ total }} logged{% if whose %} for {{ whose }}{% endif %}. "
ONE_PART = "All of it: {{ name }}."
MOST = "Most: {{ name }}, {{ minutes }}, {{ share }} %."
DRIFT = (
    "*Beyond the agreement* (out of scope and projects): {{ share }} % of {{ month }}"
    "{% if earlier is not none %}, after {{ earlier }} % in {{ before }}{% endif %}. "
    "*Not charged* (internal): {{ internal }} %."
)
SOON = "*Entries:* {{ entries }}, half of them logged {{ median }}; {{ late }} % came more than a business day late."
YOURS = Mrkdwn("These are the accounts that you work for. Leads see all of them.")


class Asked(NamedTuple):
    """What is looked at: which days, told apart by what, and perhaps of one account."""

    period: Period = Period.THIS_MONTH
    by: By = By.ACCOUNT
    account: int | None = None

    def __str__(self) -> str:
        return f"{self.period}:{self.by}:{self.account or ''}"

    @classmethod
    def read(cls, text: str) -> "Asked | None":
        """What a menu carries; None where it is none of ours."""
        period, by, account = [*text.split(":"), "", "", ""][:3]
        if period not in set(Period) or by not in set(By) or not (account == "" or account.isdecimal()):
            return None
        return cls(Period(period), By(by), int(account) if account and len(account) < 19 else None)


class Found(NamedTuple):
    """What was added up."""

    hours: Hours
    months: list[MonthOfHours]
    lag: Lag


class Offered(NamedTuple):
    """What this person may choose."""

    dimensions: list[By]
    accounts: list[Account]


def told(asked: Asked, found: Found, days: Days, today: date, offered: Offered) -> Said:
    """The answer: for which days, by what, in words, a chart and a table; the menus choose anew."""
    when = _when(days, today)
    whose = next((account.name for account in offered.accounts if account.id == asked.account), None)
    menus = blocks.actions([_periods(asked), _dimensions(asked, offered.dimensions), *_accounts(asked, offered)])
    if not found.hours.total and not found.hours.shares:
        text = say(NOTHING, when=when, whose=whose)
        return text, [blocks.section(text), *menus]
    text = Mrkdwn(f"{say(TOTAL, when=when, total=show(found.hours.total), whose=whose)} {_most(asked.by, found.hours)}")
    body = [blocks.section(text), *menus, _chart(asked.by, found.hours), _table(asked.by, found.hours)]
    only_theirs = [blocks.context(YOURS)] if By.PERSON not in offered.dimensions else []
    return text, [*body, *_of_the_work(found), *only_theirs]


def _when(days: Days, today: date) -> str:
    first, last = Month.of(days.first), Month.of(days.last)
    so_far = " so far" if days.first <= today < days.last else ""
    if first == last:
        return f"{first.name} {first.year}{so_far}"
    return f"{first.name} to {last.name} {last.year}{so_far}"


def _periods(asked: Asked) -> Block:
    options = [blocks.option(label, str(asked._replace(period=period))) for period, label in PERIODS.items()]
    return blocks.select(PERIOD, "Days", options, str(asked))


def _dimensions(asked: Asked, offered: list[By]) -> Block:
    options = [blocks.option(DIMENSIONS[by][0], str(asked._replace(by=by))) for by in offered]
    return blocks.select(BY, "Told apart by", options, str(asked))


def _accounts(asked: Asked, offered: Offered) -> list[Block]:
    if not 1 < len(offered.accounts) <= MOST_ACCOUNTS:
        return []
    options = [blocks.option("Every account", str(asked._replace(account=None)))]
    options += [blocks.option(one.name, str(asked._replace(account=one.id))) for one in offered.accounts]
    return [blocks.select(ACCOUNT, "Account", options, str(asked))]


def _most(by: By, hours: Hours) -> Mrkdwn:
    first = hours.shares[0]
    if hours.parts == 1:
        return say(ONE_PART, name=_name(by, first))
    return say(MOST, name=_name(by, first), minutes=show(first.minutes), share=_percent(first.minutes, hours.total))


def _name(by: By, share: Share) -> str:
    if share.name is None:
        return DIMENSIONS[by][1]
    if by is By.CATEGORY:
        return CATEGORIES[Category(share.name)][0]
    if by is By.CODE:
        return CODES[Code(share.name)]
    if by is By.REQUEST_TYPE:
        return LABELS[RequestType(share.name)]
    return f"{share.key} {share.name}" if share.key else share.name


def _chart(by: By, hours: Hours) -> Block:
    names = [share.key or _name(by, share) for share in hours.shares]
    drawn = [round(share.minutes / 60, 1) for share in hours.shares]
    return blocks.bars(f"Hours {DIMENSIONS[by][0].lower()}", names, {"Hours": drawn})


def _table(by: By, hours: Hours) -> Block:
    rows = [[clip(_name(by, share), 80), *_amount(share.minutes, hours.total)] for share in hours.shares]
    if more := hours.parts - len(hours.shares):
        rows.append([f"{more} more", *_amount(hours.others, hours.total)])
    head = [DIMENSIONS[by][0].removeprefix("By ").capitalize(), "Hours", "Share"]
    return blocks.table([head, *rows, ["Total", show(hours.total), ""]], numbers=True)


def _amount(minutes: int, total: int) -> list[str]:
    return [show(minutes), f"{_percent(minutes, total)} %"]


def _of_the_work(found: Found) -> list[Block]:
    """Whether what nobody foresaw grows, what nobody pays for, and how fresh the figures are."""
    said = []
    if found.months and (latest := found.months[-1]).minutes > 0:
        before = found.months[-2] if len(found.months) > 1 else None
        said.append(say(
            DRIFT, share=_percent(latest.beyond, latest.minutes), month=latest.month.name,
            earlier=_percent(before.beyond, before.minutes) if before and before.minutes > 0 else None,
            before=before.month.name if before else "", internal=_percent(latest.internal, latest.minutes),
        ))  # fmt: skip
    if found.lag.entries:
        said.append(say(
            SOON, median=_soon(found.lag.median), entries=found.lag.entries,
            late=_percent(found.lag.late, found.lag.entries),
        ))  # fmt: skip
    return [blocks.context(Mrkdwn("\n".join(said)))] if said else []


def _soon(business_days: float) -> str:
    if not business_days:
        return "on the day itself"
    days = ceil(business_days)
    return f"within {days} business day{'' if days == 1 else 's'}"


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0
