"""The morning's queue review: numbers, then what needs someone, each line linked and owned.

At most 20 lines: one of numbers, one of who is on duty and away, three lists of one heading and three
tickets; then as many people as fit.
"""

from typing import Any

from sqlalchemy.orm import Session

from bot.domain.turns import Duty
from bot.messages import blocks, links
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, escape, line, link, mention, say
from bot.messages.rota import NOBODY

Snapshot = dict[str, Any]
SHOWN_KEYS = 3
SHOWN_AWAY = 4
LINES = 20
DUTIES = {Duty.TRIAGE.value: "On triage", Duty.ON_CALL.value: "On call"}


STANDS = {"intake": "in intake", "execution": "in the work", "review": "in our review", "client": "with clients"}


def headline(snapshot: Snapshot) -> Mrkdwn:
    """The numbers in one line."""
    return say(
        "{{ open }} open · {{ came_in }} came in and {{ closed }} closed since {{ since | day }} · "
        "{{ unowned.total }} unowned · {{ stalled.total }} stalled · {{ waiting.total }} waiting on clients"
        "{% if bypasses %} · {{ bypasses }} {{ 'bypass' if bypasses == 1 else 'bypasses' }} asked for{% endif %}"
        "{% if slow %} · {{ slow }}{% endif %}",
        **{"bypasses": 0, **snapshot},  # what an earlier release has stored has fewer of them
        slow=_where_time_stood(snapshot.get("bottleneck")),
    )


def _where_time_stood(found: Snapshot | None) -> str:
    if not found or not found["share"]:
        return ""
    if not found["side"]:
        return f"last {found['days']} days: no bottleneck"
    return f"last {found['days']} days: {found['share']:.0%} of the time stood {STANDS[found['side']]}".replace(
        "%", " %"
    )


def daily(session: Session, snapshot: Snapshot) -> list[Block]:
    """The digest from its stored figures; only the links are looked up, for cards may have moved in since."""
    urls = links.to_tickets(session, _mentioned(snapshot))
    body = [blocks.header(f"Queue review, {say('{{ date | day }}', date=snapshot['date'])}")]
    body.append(blocks.section(headline(snapshot)))
    body += _team(snapshot.get("team"), urls)
    if not (snapshot["unowned"]["total"] or snapshot["stalled"]["total"]):
        body.append(blocks.section(Mrkdwn(":white_check_mark: *Nothing needs you:* every ticket is owned and moving.")))
    body += _listed("Unowned", snapshot["unowned"], urls, _unowned_line, offer=True)
    body += _listed("Stalled", snapshot["stalled"], urls, _stalled_line)
    body += _listed("Waiting on clients", snapshot["waiting"], urls, _waiting_line)
    return body + _people(snapshot["people"], urls, snapshot["since"], most=LINES - len(body) - 1)


def _mentioned(snapshot: Snapshot) -> list[int]:
    numbers = [item["id"] for name in ("unowned", "stalled", "waiting") for item in snapshot[name]["tickets"]]
    for person in snapshot["people"]["rows"]:
        numbers += person["moved"] + person["in_hand"] + [item["id"] for item in person["blocked"]]
    team = snapshot.get("team") or {"left": {"tickets": []}}
    return numbers + [item["id"] for item in team["left"]["tickets"]]


def _team(found: Snapshot | None, urls: dict[int, str | None]) -> list[Block]:
    """Who is on duty and who is away, in one line; nothing where nobody takes turns and all are there."""
    if not found:  # the figures of an earlier release
        return []
    parts = [f"*{DUTIES[duty]}:* {_holder(person)}" for duty, person in found["duties"].items()]
    if found["away"]:
        parts.append(f"*Away:* {_some([_absent(person) for person in found['away']], SHOWN_AWAY)}")
    if found["left"]["total"]:
        parts.append(f"*Needs somebody meanwhile:* {_left(found['left'], urls)}")
    door = blocks.button("Rota", "rota.open") if found["duties"] else None
    return [blocks.section(Mrkdwn(" · ".join(parts)), accessory=door)] if parts else []


def _holder(person: Snapshot) -> Mrkdwn:
    return escape(person["name"]) if person else NOBODY


def _absent(person: Snapshot) -> str:
    return str(say("{{ name }} until {{ until | day }}", **person))


def _left(found: Snapshot, urls: dict[int, str | None]) -> str:
    keys = [f"{link(urls.get(item['id']), 'T-' + str(item['id']))} {item['priority']}" for item in found["tickets"]]
    rest = found["total"] - len(keys)
    return ", ".join(keys) + (f" +{rest}" if rest else "")


def _listed(name: str, found: Snapshot, urls: dict[int, str | None], tell: Any, *, offer: bool = False) -> list[Block]:
    shown, total = found["tickets"], found["total"]
    if not total:
        return [blocks.section(Mrkdwn(f"*{name}:* none"))]
    more = f", the first {len(shown)} of them" if total > len(shown) else ""
    body = [blocks.section(Mrkdwn(f"*{name}: {total}*{more}"))]
    for item in shown:
        take = blocks.button("I'll take it", "digest.take", f"{item['id']}:{item['version']}") if offer else None
        body.append(blocks.section(tell(item, _title(item, urls)), accessory=take))
    return body


def _title(item: Snapshot, urls: dict[int, str | None]) -> Mrkdwn:
    return Mrkdwn(
        f"{link(urls.get(item['id']), 'T-' + str(item['id']))} {item['priority']} {line(item['title'], 70)}"
        f" ({escape(item['account'])})"
    )


def _days(item: Snapshot) -> str:
    days = int(item["days"])
    if not days:
        return str(say("since {{ since | day }}", since=item["since"]))
    return f"for {days} business day{'s' if days > 1 else ''}"


def _unowned_line(item: Snapshot, title: Mrkdwn) -> Mrkdwn:
    return Mrkdwn(f"{title} · {item['status']} {_days(item)}")


def _stalled_line(item: Snapshot, title: Mrkdwn) -> Mrkdwn:
    owner = item["owner"]
    who = mention(owner.get("slack_id"), owner["name"]) if owner else "nobody yet"
    return Mrkdwn(f"{title} · {item['status']} {_days(item)} · {who}")


def _waiting_line(item: Snapshot, title: Mrkdwn) -> Mrkdwn:
    whom = line(item["waiting_whom"] or "the client", 40)
    what = f": {line(item['waiting_for'], 60)}" if item["waiting_for"] else ", to confirm"
    owner = f" · {escape(item['owner']['name'])}" if item["owner"] else ""
    return Mrkdwn(f"{title} · on {whom}{what}, {_days(item)}{owner}")


def _people(found: Snapshot, urls: dict[int, str | None], yesterday: str, *, most: int) -> list[Block]:
    rows = found["rows"][:most]
    if not rows:
        return [blocks.section(Mrkdwn("*Standup:* nobody has anything in hand"))]
    total = found["total"]
    heading = "*Standup*" + (f", the first {len(rows)} of {total}" if total > len(rows) else "")
    # A section each: ten links a person would not fit into one.
    return [blocks.section(Mrkdwn(text)) for text in [heading, *(_person(row, urls, yesterday) for row in rows)]]


def _person(row: Snapshot, urls: dict[int, str | None], yesterday: str) -> str:
    blocked = [f"{link(urls.get(item['id']), 'T-' + str(item['id']))} on {line(item['on'], 30)}"
               for item in row["blocked"]]  # fmt: skip
    parts = [
        f"moved {_keys(row['moved'], urls)}" * bool(row["moved"]),
        f"in hand {_keys(row['in_hand'], urls)}" * bool(row["in_hand"]),
        f"blocked {_some(blocked)}" * bool(blocked),
        f"no time on {say('{{ day | day }}', day=yesterday)}" * row["time_missing"],
    ]
    return f"{escape(row['name'])}: " + " · ".join(part for part in parts if part)


def _keys(numbers: list[int], urls: dict[int, str | None]) -> str:
    return _some([str(link(urls.get(number), f"T-{number}")) for number in numbers])


def _some(items: list[str], shown: int = SHOWN_KEYS) -> str:
    rest = len(items) - shown
    return ", ".join(items[:shown]) + (f" +{rest}" if rest > 0 else "")
