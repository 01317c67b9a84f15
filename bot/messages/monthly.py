"""A client's month in two cuts of one snapshot: what the client reads in its channel, and what we read in ours.

Numbers first and also in words, then what changed, what still hurts and what comes next, each
ticket linked and owned. The longer list of what was closed stands in the thread.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import outbox, provider
from bot.domain.codes import Code
from bot.domain.durations import show
from bot.domain.months import Month
from bot.domain.outbox import Place
from bot.domain.quotes import QuoteState
from bot.domain.reviews import SHOWN
from bot.domain.workflow import CloseReason
from bot.messages import blocks, change_views, figures, links
from bot.messages.blocks import Block
from bot.messages.figures import dotted, many
from bot.messages.mrkdwn import Mrkdwn, clip, escape, line, link, say
from bot.messages.tickets import CLOSED_AS

Snapshot = dict[str, Any]
Urls = dict[int, str | None]
FEW = 3
MOST_CHARACTERS = 9_000  # in a table; Slack refuses more than 10,000
NOTHING: Snapshot = {"total": 0, "tickets": []}
LISTS = ("closed", "oldest", "reopened", "waiting", "scheduled", "in_work", "out_of_scope", "quoted")


def headline(snapshot: Snapshot) -> Mrkdwn:
    """The month in a sentence or two."""
    month, volume = Month.named(snapshot["month"]), snapshot["volume"]
    if _is_quiet(snapshot):
        still = (
            f"{many(volume['open'], 'request is', 'requests are')} still open" if volume["open"] else "nothing is open"
        )
        return Mrkdwn(f"*Nothing was filed in {month.name}*, and {still}.")
    waiting = snapshot["waiting"]["total"]
    told = f"*{many(volume['came_in'], 'request')} came in, {many(volume['closed'], 'was', 'were')} closed.* "
    told += f"{many(volume['open'], 'was', 'were') if volume['open'] else 'None was'} open when {month.name} ended"
    return Mrkdwn(told + (f", {waiting} of them waiting for {escape(snapshot['account'])}." if waiting else "."))


def client(session: Session, snapshot: Snapshot) -> tuple[Mrkdwn, list[Block]]:
    """What the client reads, and the notification of it."""
    urls, volume = _urls(session, snapshot, Place.CLIENT), snapshot["volume"]
    body = [_header(snapshot), blocks.section(headline(snapshot))]
    if not _is_quiet(snapshot):
        body += [
            figures.volume_table(snapshot),
            blocks.section(figures.volume_words(snapshot)),
            figures.volume_chart(snapshot),
        ]
        body.append(
            blocks.section(_list("What changed", snapshot["closed"], urls, _closed, "closed", "nothing was closed"))
        )
    if volume["open"] or volume["reopened"]:
        body += [blocks.section(_hurts(snapshot, urls)), blocks.section(_waiting_list(snapshot, urls, "you"))]
        body.append(blocks.section(_next(snapshot, urls)))
    body += figures.hours_spent(snapshot, snapshot["hours"]) + _decided(snapshot, urls)
    body += blocks.actions([blocks.button("New request", "request.open", style="primary")])
    body.append(blocks.context(_small_print(snapshot)))
    return headline(snapshot), body


def leadership(session: Session, snapshot: Snapshot) -> tuple[Mrkdwn, list[Block]]:
    """What we read beside it: what was not charged, who carried it, and where it stood."""
    urls = _urls(session, snapshot, Place.TRIAGE)
    body = [
        _header(snapshot, ": our side"),
        blocks.section(Mrkdwn(f"{headline(snapshot)} {_their_post(session, snapshot)}")),
    ]
    body.append(blocks.section(figures.our_numbers(snapshot)))
    out = snapshot["out_of_scope"]
    body.append(blocks.section(_list("Out of scope", out, urls, _out_of_scope, "with hours", "no hours")))
    body.append(blocks.section(_list("What still hurts", snapshot["oldest"], urls, _oldest, "open", "nothing is open")))
    body.append(blocks.section(_waiting_list(snapshot, urls, snapshot["account"])))
    body += figures.hours_spent(snapshot, snapshot["hours"] | _internal(snapshot)) + _decided(snapshot, urls)
    body += figures.load(snapshot)
    if "account_id" in snapshot:  # reviews of before had none
        seen_in = f"{snapshot['account_id']}:{snapshot['month']}"
        body += blocks.actions([blocks.button("Plan a change", change_views.FROM_REVIEW, seen_in)])
    return headline(snapshot), body


def closed(session: Session, snapshot: Snapshot) -> tuple[Mrkdwn, list[Block]]:
    """Everything that was closed, for the thread under the client's post."""
    found, month = snapshot["closed"], Month.named(snapshot["month"])
    urls = links.to_cards(session, [item["id"] for item in found["tickets"]], Place.CLIENT)
    rows: list[list[Any]] = [["Request", "What was done", "System", "Closed"]]
    room = MOST_CHARACTERS
    for item in found["tickets"]:
        row = [f"T-{item['id']} {clip(item['title'], 60)}", clip(_result(item), 200), clip(item["system"] or "–", 30),
               str(say("{{ day | day }}", day=item["closed"]))]  # fmt: skip
        room -= sum(map(len, row))
        if room < 0:
            break
        rows.append([blocks.linked_cell(urls.get(item["id"]), row[0]), *row[1:]])
    text = Mrkdwn(f"*All that was closed in {month.name}: {found['total']}*")
    missing = found["total"] - len(rows) + 1
    rest = [blocks.context(Mrkdwn(f"And {missing} more; ask us for any of them."))] if missing else []
    return text, [blocks.section(text), blocks.table(rows), *rest]


def _is_quiet(snapshot: Snapshot) -> bool:
    return not (snapshot["volume"]["came_in"] or snapshot["volume"]["closed"] or snapshot["elsewhere"])


def _header(snapshot: Snapshot, more: str = "") -> Block:
    month = Month.named(snapshot["month"])
    return blocks.header(f"{snapshot['account']} in {month.name} {month.year}{more}")


def _urls(session: Session, snapshot: Snapshot, place: Place) -> Urls:
    numbers = [item["id"] for name in LISTS for item in snapshot.get(name, {}).get("tickets", ())]
    return links.to_cards(session, numbers, place)


# --- lists


def _list(
    title: str, found: Snapshot, urls: Urls, tell: Callable[[Snapshot], str], what: str, none: str, shown: int = SHOWN
) -> Mrkdwn:
    if not found["total"]:
        return Mrkdwn(f"*{title}:* {none}")
    more = f", the first {shown} of them" if found["total"] > shown else ""
    told = [f"• {_ticket(item, urls)}{tell(item)} · {_owner(item)}" for item in found["tickets"][:shown]]
    return Mrkdwn("\n".join([f"*{title}: {found['total']} {what}".rstrip() + f"*{more}", *told]))


def _ticket(item: Snapshot, urls: Urls) -> str:
    imported = " (imported)" if item["imported"] else ""
    return f"{_key(item, urls)} {item['priority']} {line(item['title'], 70)}{imported}"


def _key(item: Snapshot, urls: Urls) -> str:
    return str(link(urls.get(item["id"]), f"T-{item['id']}"))


def _owner(item: Snapshot) -> str:
    return line(item["owner"], 40) if item["owner"] else "nobody yet"


def _closed(item: Snapshot) -> str:
    return f" · {line(_result(item), 120)}"


def _result(item: Snapshot) -> str:
    if item["close_reason"]:
        return CLOSED_AS[CloseReason(item["close_reason"])]
    return item["summary"] or "closed"


def _oldest(item: Snapshot) -> str:
    days = item["days"]
    return f" · {item['status']}, open for {many(days, 'business day')}" if days else f" · {item['status']}, new"


def _decided(snapshot: Snapshot, urls: Urls) -> list[Block]:
    """What was quoted and decided; reviews of before have none."""
    found = snapshot.get("quoted", NOTHING)
    return (
        [blocks.section(_list("Decided on extra work", found, urls, _quoted, "", "nothing"))] if found["total"] else []
    )


def _quoted(item: Snapshot) -> str:
    most = f"up to {show(item['cap_minutes'])} " if item["state"] == QuoteState.APPROVED else ""
    return (
        f" · {show(item['minutes'])} asked, {most}{item['state']} by {line(item['by'], 40)} on "
        f"{say('{{ day | day }}', day=item['day'])} (decision {item['decision']})"
    )


def _out_of_scope(item: Snapshot) -> str:
    return f" · {show(item['minutes'])}, approval: {line(item['approval'] or 'not asked', 40)}"


def _waiting_list(snapshot: Snapshot, urls: Urls, whom: str) -> Mrkdwn:
    return _list(f"Waiting for {escape(whom)}", snapshot["waiting"], urls, _waiting, "", "nothing", FEW)


def _waiting(item: Snapshot) -> str:
    what = f": {line(item['what'], 80)}" if item["what"] else ", to confirm"
    whom = f" on {line(item['whom'], 40)}" if item["whom"] else ""
    return f" · waits{whom}{what}, since {say('{{ since | day }}', since=item['since'])}"


def _hurts(snapshot: Snapshot, urls: Urls) -> Mrkdwn:
    told = [str(_list("What still hurts", snapshot["oldest"], urls, _oldest, "open", "nothing is open"))]
    again = ", ".join(f"{_key(item, urls)} ({_owner(item)})" for item in snapshot["reopened"]["tickets"])
    told.append(f"*Reopened:* {again or 'nothing'}")
    often = dotted((line(one["system"], 40), one["count"]) for one in snapshot["systems"])
    return Mrkdwn("\n".join([*told, f"*Asked about more than once:* {often or 'nothing'}"]))


def _next(snapshot: Snapshot, urls: Urls) -> Mrkdwn:
    told = [
        str(_list("What comes next", snapshot["scheduled"], urls, _scheduled, "scheduled", "nothing is scheduled", FEW))
    ]
    found = snapshot["in_work"]
    now = ", ".join(f"{_key(item, urls)} ({_owner(item)})" for item in found["tickets"])
    rest = found["total"] - len(found["tickets"])
    return Mrkdwn("\n".join([*told, f"*In work:* {now or 'nothing'}" + (f" and {rest} more" if rest > 0 else "")]))


def _scheduled(item: Snapshot) -> str:
    return f" · starts {say('{{ day | day }}', day=item['starts'])}" if item["starts"] else " · on a day to be agreed"


def _their_post(session: Session, snapshot: Snapshot) -> str:
    """The link to what the client reads, once it stands there."""
    posts = outbox.roots_of_many(session, outbox.Subject.JOB_RUN, [snapshot["run"]], Place.CLIENT)
    url = links.permalink(provider.find(session), posts.get(snapshot["run"]))
    return str(link(url, f"What {snapshot['account']} reads")) if url else ""


def _small_print(snapshot: Snapshot) -> Mrkdwn:
    more = " Everything that was closed is listed in the thread." if snapshot["closed"]["total"] > SHOWN else ""
    name = Month.named(snapshot["month"]).name
    return Mrkdwn(f"As it stood when {name} ended, by your clock. Hours as they were logged.{more}")


def _internal(snapshot: Snapshot) -> dict[str, int]:
    return {Code.INTERNAL.value: snapshot["internal_hours"]} if snapshot["internal_hours"] else {}
