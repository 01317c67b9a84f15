"""The calendar of releases: week by week and day by day in the reader's own zone, with freezes and free days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.domain import accounts, provider, releases
from bot.domain.changes import Change
from bot.domain.date_ranges import Days, show
from bot.domain.people import Person
from bot.domain.releases import Freeze, Release, highest
from bot.domain.roles import Permission
from bot.messages import blocks, rollout
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, day, escape, line, say
from bot.messages.releases import EMOJI

MOST_RELEASES, MOST_WEEKS, SHOWN_FREEZES, SHOWN_ACCOUNTS = 40, 8, 4, 3
SETTLED_FOR, WEEK, SUNDAY = timedelta(days=7), timedelta(days=7), timedelta(days=6)
NOTHING = Mrkdwn(
    "*Nothing is planned.* A release packages changes for a window: press *New release*, or begin a change with "
    "`/change`."
)
ROW = (
    "{{ emoji }} *{{ key }}* {{ name }} · {{ state }}\n"
    "{{ window }} · {{ what }}{% if exception %} · an exception{% endif %}"
)
NO_FREEZE = Mrkdwn("*There is no freeze.* On the days of one nothing goes out, unless a service owner agrees.")
FREEZE = ":no_entry: *Freeze* {{ days }} · {{ whose }} · {{ reason }}"


@dataclass(frozen=True)
class _Page:
    """What a calendar is drawn from."""

    zone: ZoneInfo
    today: date
    names: dict[int, str]
    packed: dict[int, list[Change]]
    planned: list[Release]
    freezes: list[Freeze]
    free: list[date]

    def day_of(self, release: Release) -> date:
        """The day of its window, as the reader counts."""
        return release.starts.astimezone(self.zone).date()


def calendar(session: Session, actor: Person, now: datetime) -> list[Block]:
    """What is planned, still to be verified, or settled in the last week."""
    page = _page(session, actor, now)
    body = blocks.actions(_doors(actor))
    if not page.planned:
        body.append(blocks.section(NOTHING))
    for monday in _weeks(page):
        body += _week(page, monday)
    if len(page.planned) == MOST_RELEASES:
        body.append(blocks.context(Mrkdwn(f"These are the first {MOST_RELEASES}. `/release R-1` opens any of them.")))
    return body


def _page(session: Session, actor: Person, now: datetime) -> _Page:
    planned = releases.listed(session, actor, since=now - SETTLED_FOR, limit=MOST_RELEASES)
    firm = provider.get(session)
    zone = ZoneInfo(actor.timezone or firm.timezone)
    today = now.astimezone(zone).date()
    this_week = _monday(today)
    taken = {release.starts.astimezone(firm.calendar.tz).date() for release in planned}
    free = releases.release_days(session, firm.calendar, Days(today, this_week + MOST_WEEKS * WEEK))
    return _Page(
        zone, today, {account.id: account.name for account in accounts.all_of_them(session)},
        {release.id: releases.changes_in(session, release.id) for release in planned}, planned,
        releases.freezes(session, today), [one for one in free if one not in taken],
    )  # fmt: skip


def _doors(actor: Person) -> list[dict[str, object]]:
    new = blocks.button("New release", "release.new", style="primary")
    return [*([new] if actor.may(Permission.WORK_ON_RELEASES) else []), blocks.button("Freezes", "release.freezes")]


def _weeks(page: _Page) -> list[date]:
    """This week and the next, and every other in which something is."""
    this_week = _monday(page.today)
    found = {this_week, this_week + WEEK, *(_monday(page.day_of(release)) for release in page.planned)}
    found |= {_monday(max(one.starts, page.today)) for one in page.freezes[:SHOWN_FREEZES]}
    return sorted(found)[:MOST_WEEKS]


def _monday(day_: date) -> date:
    return day_ - timedelta(days=day_.weekday())


def _week(page: _Page, monday: date) -> list[Block]:
    sunday = monday + SUNDAY
    body: list[Block] = [blocks.header(_week_name(page, monday))]
    frozen = [one for one in page.freezes if one.starts <= sunday and one.ends >= monday][:SHOWN_FREEZES]
    body += [blocks.context(freeze_line(one, page.names, page.today)) for one in frozen]
    body += _days(page, monday)
    free = [day(one) for one in page.free if monday <= one <= sunday]
    if free:
        body.append(blocks.context(Mrkdwn(f"Free for a release: {', '.join(free)}")))
    elif len(body) == 1:
        body.append(blocks.context(Mrkdwn("Nothing goes out any more this week.")))
    return body


def _week_name(page: _Page, monday: date) -> str:
    weeks = (monday - _monday(page.today)).days // 7
    days = f"{day(monday)} to {day(monday + SUNDAY)}"
    called = {-1: "Last week", 0: "This week", 1: "Next week"}.get(weeks)
    return f"{called}, {days}" if called else days


def _days(page: _Page, monday: date) -> Iterator[Block]:
    """Each release below its day; the day is said once."""
    said = None
    for release in page.planned:
        on = page.day_of(release)
        if _monday(on) != monday:
            continue
        heading = "" if on == said else f"*{day(on)}{', today' if on == page.today else ''}*\n"
        said = on
        text = Mrkdwn(heading + _row(release, page))
        yield blocks.section(text, accessory=blocks.button("Open", "release.open", release.key))


def _row(release: Release, page: _Page) -> Mrkdwn:
    packed = page.packed[release.id]
    owners = list(dict.fromkeys(page.names[change.account_id] for change in packed))
    count = f"{len(packed)} change{'' if len(packed) == 1 else 's'}"
    what = f"{count} of {_some(owners)}, {highest(packed).value} risk" if packed else "nothing in it"
    return say(
        ROW, emoji=Mrkdwn(EMOJI[release.state]), key=release.key, name=line(release.name, 80),
        state=release.state.value, window=rollout.hours(release.starts, release.ends), what=what,
        exception=bool(release.exception),
    )  # fmt: skip


def _some(names: list[str]) -> str:
    rest = len(names) - SHOWN_ACCOUNTS
    return ", ".join(names[:SHOWN_ACCOUNTS]) + (f" and {rest} more" if rest > 0 else "")


def freeze_line(one: Freeze, names: dict[int, str], today: date) -> Mrkdwn:
    """A freeze: its days, whose, and why."""
    whose = names[one.account_id] if one.account_id else "all accounts"
    return say(FREEZE, days=show(one.days, today), whose=whose, reason=line(one.reason))


def freezes(found: list[Freeze], names: dict[int, str], actor: Person, today: date) -> list[Block]:
    """The list, each with its way out for whoever plans releases."""
    may = actor.may(Permission.PLAN_RELEASES)
    made = [blocks.section(freeze_line(one, names, today), accessory=_lift(one) if may else None) for one in found[:40]]
    body = made or [blocks.section(NO_FREEZE)]
    if not may:
        return [*body, blocks.context(escape("A lead, a service owner or an approver sets a freeze."))]
    return [*body, *blocks.actions([blocks.button("New freeze", "release.freeze")])]


def _lift(one: Freeze) -> dict[str, object]:
    made = blocks.button("Lift", "release.lift", str(one.id))
    return {**made, "confirm": blocks.confirm("Lift the freeze?", "Releases may go out then again.", "Lift", "Not yet")}
