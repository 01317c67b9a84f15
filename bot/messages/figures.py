"""A month's numbers: in a table, in a chart, and always in words too."""

from typing import Any

from bot.domain.codes import Category, Code
from bot.domain.durations import show
from bot.domain.months import Month
from bot.domain.routing import RequestType
from bot.domain.workflow import Status
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, clip

Snapshot = dict[str, Any]
BESIDE = {"meeting": "planning meeting", "project": "project", "change": "change", "duplicate": "asked twice",
          "deflected": "answered by an article"}  # fmt: skip


def volume_table(snapshot: Snapshot) -> Block:
    """The month beside the one before."""
    month, now, before = Month.named(snapshot["month"]), snapshot["volume"], snapshot["before"]
    names = {"came_in": "Came in", "closed": "Closed", "reopened": "Reopened", "open": "Open at the end"}
    rows = [[name, now[key], before[key] if before else "–"] for key, name in names.items()]
    return blocks.table([["", month.name, month.before.name], *rows], numbers=True)


def volume_words(snapshot: Snapshot) -> Mrkdwn:
    """What kind of requests they were, and what became of them at first."""
    volume, imported = snapshot["volume"], snapshot["volume"]["imported"]
    types = sorted(snapshot["by_type"].items(), key=lambda pair: (-pair[1], pair[0]))
    told = [f"*By type:* {dotted((RequestType(name).label, count) for name, count in types)}"] if types else []
    told += [f"*By priority:* {dotted(sorted(snapshot['by_priority'].items()))}"] if types else []
    if imported:
        told.append(f"{imported} of the {volume['came_in']} came over from another system.")
    if beside := sorted(snapshot["elsewhere"].items()):
        told.append(f"*Beside these:* {dotted((BESIDE.get(name, name), count) for name, count in beside)}")
    if snapshot["before"] is None:
        told.append("This is the first month, so there is nothing to compare it with yet.")
    return Mrkdwn("\n".join([*told, *_triage_words(snapshot["triage"])]) or "Nothing new came in.")


def _triage_words(triage: Snapshot) -> list[str]:
    if triage["median_minutes"] is None:
        return []
    unseen = triage["of"] - triage["done"]
    waits = f"; {many(unseen, 'was', 'were')} still there" if unseen else ""
    took = f"{show(triage['median_minutes'])} of business time, the median of {triage['done']}"
    return [f"*Time in triage:* {took}{waits}"]


def volume_chart(snapshot: Snapshot) -> Block:
    """What came and went, week by week."""
    weeks = snapshot["weeks"]
    series = {name: [week[key] for week in weeks] for name, key in (("Came in", "came_in"), ("Closed", "closed"))}
    return blocks.bars("Came in and closed, by week", [_span(week) for week in weeks], series)


def _span(week: Snapshot) -> str:
    first, last = week["first"][-2:].lstrip("0"), week["last"][-2:].lstrip("0")
    return first if first == last else f"{first}–{last}"


def hours_spent(snapshot: Snapshot, hours: dict[str, int]) -> list[Block]:
    """The hours by code and by what they went into, and how far the agreement covers them."""
    codes = [code for code in Code if code in hours]  # what was stored has lost its order
    told = [f"*Hours:* none logged in {Month.named(snapshot['month']).name}"]
    if codes:
        spent = dotted((code.label.lower(), show(hours[code])) for code in codes)
        told = [
            f"*Hours: {show(sum(hours.values()))}*, " + (spent if len(codes) > 1 else f"all {codes[0].label.lower()}")
        ]
    categories = [category for category in Category if category in snapshot["categories"]]
    if categories:
        told.append("Spent on: " + dotted((one.label.lower(), show(snapshot["categories"][one])) for one in categories))
    body = [blocks.section(Mrkdwn("\n".join([*told, *_allowance(snapshot["allowance"])])))]
    if len(codes) > 1:
        drawn = [round(hours[code] / 60, 1) for code in codes]
        body.append(blocks.bars("Hours by code", [code.label for code in codes], {"Hours": drawn}))
    return body


def _allowance(allowance: Snapshot | None) -> list[str]:
    if not allowance:
        return []
    used, carried = allowance["used"], allowance.get("carried", 0)
    available = allowance["included"] + carried
    if allowance.get("currency"):  # not all who read it may see amounts
        return [f"Of what the agreement includes a month, {_percent(used, available)} was used."]
    stands = f"{show(available - used)} left" if used <= available else f"{show(used - available)} over"
    more = f", and {show(carried)} came over from the month before" if carried else ""
    includes = f"The agreement includes {show(allowance['included'])} a month{more}"
    return [f"{includes}: {_percent(used, available)} used, {stands}."]


def our_numbers(snapshot: Snapshot) -> Mrkdwn:
    """What only we weigh: what came back, what nobody pays for, where tickets stood."""
    volume, before, stood = snapshot["volume"], snapshot["before"], snapshot["status_hours"]
    told = []
    if before:
        name = Month.named(snapshot["month"]).before.name
        told.append(
            f"*{name}:* {before['came_in']} came in, {before['closed']} closed, {before['open']} open at its end"
        )
    rate = f", against {volume['closed']} closed: {round(snapshot['reopen_rate'] * 100)} %" if volume["closed"] else ""
    told.append(f"*Reopened:* {volume['reopened']}{rate}")
    internal = snapshot["internal_hours"]
    told.append(f"*Not charged:* {f'{show(internal)} internal' if internal else 'nothing'}")
    by_status = dotted((status.value, f"{stood[status]:g}h") for status in Status if status in stood)
    told.append(f"*Where tickets stood, in business hours:* {by_status or 'nowhere'}")
    return Mrkdwn("\n".join([*told, *_triage_words(snapshot["triage"])]))


def load(snapshot: Snapshot) -> list[Block]:
    """Who carried it."""
    rows = snapshot["load"]
    if not rows:
        return [blocks.section(Mrkdwn("*Who carried it:* nobody logged time or has anything open"))]
    cells = [[clip(row["name"], 80), show(row["minutes"]), row["open"]] for row in rows]
    return [blocks.section(Mrkdwn("*Who carried it*")), blocks.table([["", "Hours", "Open"], *cells], numbers=True)]


def many(count: int, one: str, more: str = "") -> str:
    """`1 request`, `2 requests`."""
    return f"{count} {one if count == 1 else more or one + 's'}"


def dotted(pairs: Any) -> str:
    """`Incident 8 · Question 4`."""
    return " · ".join(f"{name} {value}" for name, value in pairs)


def _percent(part: int, whole: int) -> str:
    return f"{round(100 * part / whole)} %"
