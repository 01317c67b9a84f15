"""Timesheets: what a row of each kind says. Whom and what it means here, `time_matching` finds.

To add one: a `Timesheet` with its function, named in TIMESHEETS.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from bot.domain.cells import unguarded
from bot.domain.codes import CATEGORIES, Category, Code
from bot.domain.durations import LONGEST, SHORTEST
from bot.domain.imports.foreign import Unreadable
from bot.domain.imports.records import BadImport

MOST_APART = 1  # minutes between a duration that is given twice, of which hours with two decimals is one
LONGEST_KEY = 200
YEARS = range(1990, 2100)
OWN = "steward"  # with a workspace after it: the source of what was logged in the Steward there
# A cell as our exports write it where it would have begun a formula (exports/written.py).
_GUARDED = re.compile(r"'[ \n\x00\ufeff\xa0]*[=+\-@\t\r＝＋－＠]")
_KEY = re.compile(r"\bT-\d{1,12}\b", re.IGNORECASE)
_DURATION = re.compile(r"(\d{1,4}):([0-5]\d):([0-5]\d)")
# What other systems call their categories.
FOREIGN_CATEGORIES = {
    "development / sprint": Category.TICKET_RESOLUTION,
    "support": Category.TICKET_RESOLUTION,
    "specification / planning / researching": Category.CLIENT_COMMUNICATION,
}
OUR_CATEGORIES = {name.casefold(): category for category in Category for name in (category.value, category.label)}


class Worked(NamedTuple):
    """One row: who worked how long on what, as they are called there, and what tells it from every other row."""

    key: str
    person: Sequence[str]  # names, e-mails or Slack ids, the surest first
    when: date | datetime  # a day; or when the work began, perhaps with its zone
    minutes: int
    category: Category | None = None
    code: Code | None = None
    account: str = ""
    ticket: str = ""
    project: str = ""
    note: str = ""
    logged_at: datetime | None = None
    source: str | None = None  # where the row says so itself
    replaces: str = ""  # the key of the row in whose place it stands
    after_hours: bool = False
    steward: str = ""  # whose keys its ticket and project have: the workspace of the Steward that printed it


@dataclass(frozen=True)
class Timesheet:
    """One kind: how it is recognised, and how a row is read. None: it is history, and nothing stands of it."""

    name: str
    source: str
    columns: tuple[str, ...]
    read: Callable[[dict[str, str]], Worked | None]
    names_accounts: bool = True


def _of_a_crm(row: dict[str, str]) -> Worked:
    owner, began = row["Owner"].strip(), _instant(row["Start Time"])
    start = began.astimezone(UTC) if began.tzinfo else began
    return Worked(
        key=f"{owner} {start.isoformat()}",
        person=[owner],
        when=began,
        minutes=minutes_of(row["Time Spent"], row["Hours"]),
        category=_category(row["Category"]),
        ticket=row["Case"].strip(),
        note=row["Name"].strip(),
    )


def _of_toggl(row: dict[str, str]) -> Worked:
    """Its times are its owner's; a ticket is one whose key stands in the task or the description."""
    user, email = row["User"].strip(), row["Email"].strip()
    began = _instant(f"{row['Start date'].strip()}T{row['Start time'].strip()}")
    keys = {key.upper() for key in _KEY.findall(f"{row.get('Task', '')} {row['Description']}")}
    return Worked(
        key=f"{email or user} {began.isoformat()}",
        person=[email, user],
        when=began,
        minutes=minutes_of(_clock(row["Duration"])),
        account=row["Client"].strip(),
        ticket=keys.pop() if len(keys) == 1 else "",
        note=row["Description"].strip(),
    )


def _clock(text: str) -> str:
    """01:30:00 as minutes."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise Unreadable(f"“{text.strip()[:40]}” is not a duration; write 00:45:00")
    hours, minutes, seconds = map(int, match.groups())
    return str(hours * 60 + minutes + Decimal(seconds) / 60)


def _of_ours(written: dict[str, str]) -> Worked | None:
    row = {name: unguarded(cell).strip() for name, cell in written.items()}
    if row["stands"] == "no":
        return None
    key = row["source_key"] if row["source"] else row["entry"]
    if not key or not row["steward"]:
        raise Unreadable("it does not say which entry it is; print it again with `steward export time`")
    return Worked(
        key=key,
        person=[row["person_id"], row["person"]],
        when=_day(row["work_date"]),
        minutes=minutes_of(row["minutes"]),
        category=_category(row["category"]),
        code=_code(row["code"]),
        account=row["account"],
        ticket=row["ticket"],
        project=row["project"],
        note=row["note"],
        logged_at=_in_utc(_instant(row["logged_at"])),
        source=row["source"] or f"{OWN} {row['steward']}",
        replaces=row["replaces"],
        after_hours=row.get("after_hours") == "yes",  # older exports do not say
        steward=row["steward"],
    )


def minutes_of(minutes: str, hours: str = "") -> int:
    """Whole minutes from minutes, or from hours with decimals where there are none; 1 to 720."""
    exact, in_hours = _number(minutes), _number(hours)
    from_hours = None if in_hours is None else in_hours * 60
    if exact is None and from_hours is None:
        raise Unreadable("it does not say how long it was; give it minutes")
    if exact is not None and from_hours is not None and abs(exact - from_hours) > MOST_APART:
        raise Unreadable(f"{minutes.strip()} minutes and {hours.strip()} hours are not the same; correct one of them")
    found = exact if exact is not None else from_hours
    rounded = int((found or Decimal(0)).to_integral_value("ROUND_HALF_UP"))
    if not SHORTEST <= rounded <= LONGEST:
        raise Unreadable(f"{rounded} minutes are not between {SHORTEST} and {LONGEST}; split or correct it")
    return rounded


def _number(text: str) -> Decimal | None:
    cell = text.strip().replace(",", ".")
    if not cell:
        return None
    try:
        found = Decimal(cell)
    except InvalidOperation:
        found = Decimal("nan")
    if not found.is_finite() or abs(found) > 10**6:
        raise Unreadable(f"“{text.strip()[:40]}” is not a number; write 45, or 0.75 as hours")
    return found


def _category(text: str) -> Category | None:
    name = " ".join(text.split()).casefold()
    found = OUR_CATEGORIES.get(name) or FOREIGN_CATEGORIES.get(name)
    if name and found is None:
        ours = ", ".join(label for label, _ in CATEGORIES.values())
        raise Unreadable(f"the category “{text.strip()[:80]}” is not known; write one of: {ours}")
    return found


def _code(text: str) -> Code | None:
    if text and text not in set(Code):
        raise Unreadable(f"the code “{text[:80]}” is not known; write one of: {', '.join(Code)}")
    return Code(text) if text else None


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        at = None
    if at is None or at.year not in YEARS:
        raise Unreadable(f"“{text.strip()[:40]}” is not a time; write 2026-11-23T09:30:00+00:00")
    return at


def _in_utc(at: datetime) -> datetime:
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if day.year not in YEARS:
        raise Unreadable(f"“{text[:40]}” is not a day; write 2026-11-23")
    return day


CRM = Timesheet(
    name="timesheet of a CRM",
    source="crm",
    columns=("Name", "Start Time", "Hours", "Time Spent", "Category", "Owner", "Case"),
    read=_of_a_crm,
    names_accounts=False,
)
TOGGL = Timesheet(
    name="detailed report of Toggl",
    source="toggl",
    columns=("User", "Email", "Client", "Description", "Start date", "Start time", "Duration"),
    read=_of_toggl,
)
OURS = Timesheet(
    name="time export of Steward",
    source=OWN,
    columns=("work_date", "person", "person_id", "account", "ticket", "project", "minutes", "category", "code", "note",
             "logged_at", "entry", "stands", "replaces", "source", "source_key", "steward"),
    read=_of_ours,
)  # fmt: skip
TIMESHEETS = (CRM, TOGGL, OURS)


def recognise(header: Sequence[str]) -> Timesheet:
    """The one that has all its columns here; others may stand beside them."""
    for sheet in TIMESHEETS:
        if set(sheet.columns) <= set(header):
            return sheet
    understood = " ".join(f"A {sheet.name} has the columns {', '.join(sheet.columns)}." for sheet in TIMESHEETS)
    found = ", ".join(header)[:200] or "nothing"
    raise BadImport(f"The first line is not a header that is understood here. It has {found}. {understood}")
