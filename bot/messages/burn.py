"""An allowance as people read it: on a ticket's card, in a window, and when there is something to say about it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import people
from bot.domain.allowance import Burn
from bot.domain.burn import Burndown
from bot.domain.codes import Code
from bot.domain.durations import show
from bot.domain.events import Event
from bot.domain.money import of_minor_units
from bot.domain.months import Month
from bot.domain.outbox import Place
from bot.domain.roles import Role
from bot.domain.tickets import Ticket
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, day, mention, say

BAR = 10  # signs
WHOLE = "100 %"
Shown = Callable[[int], str]
# fmt: off
TOLD: dict[tuple[Burn, Place], str] = {
    (Burn.EXHAUSTED, Place.BILLING):
        ":red_circle: *{{ account }}* has used all of {{ month }}’s {{ available }}{% if over %}, and {{ over }} more{% endif %}. New work is quoted before it starts; what is under way goes on as agreed.",
    (Burn.USED_95, Place.BILLING):
        ":large_orange_circle: *{{ account }}* has used {{ used }} of {{ month }}’s {{ available }} ({{ share }} %).",
    (Burn.USED_80, Place.BILLING):
        ":large_yellow_circle: *{{ account }}* has used {{ used }} of {{ month }}’s {{ available }} ({{ share }} %).",
    (Burn.FORECAST_OVER, Place.BILLING):
        ":chart_with_upwards_trend: *{{ account }}* will need {{ forecast }} by the end of {{ month }}, and has {{ has }}. So far {{ used }} are used.",
    (Burn.EXHAUSTED, Place.CLIENT):
        "{{ month }}’s {{ available }} are used up{% if over %}, and {{ over }} more{% endif %}. What is under way goes on as agreed. For new work your approver sees the price first, and it starts once they say yes.",
    (Burn.USED_95, Place.CLIENT):
        "{{ used }} of {{ month }}’s {{ available }} are used; {{ left }} are left.",
    (Burn.USED_80, Place.CLIENT):
        "{{ used }} of {{ month }}’s {{ available }} are used; {{ left }} are left.",
    (Burn.FORECAST_OVER, Place.CLIENT):
        "As it goes now, {{ month }}’s {{ available }} will not last until its end. So far {{ used }} are used.",
}
THEN: dict[Place, str] = {
    Place.BILLING:
        "{% if promised %} {{ promised }} more is promised.{% endif %}{% if runs_out %} At this pace it runs out on {{ runs_out }}.{% endif %}\n{{ managers or 'Account managers' }}, talk to them before the invoice does. `/review agreements {{ account }}` shows the month.",
    Place.CLIENT:
        "{% if runs_out %} At this pace they last until {{ runs_out }}.{% endif %} Tell us here what matters most, and it comes first.",
}
CLIENT_CARD = "As of {{ today }}, {% if left %}{{ left }} of {{ month }}’s {{ available }} are left.{% else %}{{ month }}’s {{ available }} are used up.{% endif %}"
# fmt: on


def shown(units: int, currency: str | None) -> str:
    """So much of an allowance: `35h`, or `4,000.00 EUR` where it is money."""
    return str(of_minor_units(units, currency)) if currency else show(units)


def _shown(down: Burndown, *, money: bool) -> Shown:
    """Time as time; money as amounts to those who may see them, and as shares of all there is to others."""
    if not down.agreement.buys_money:
        return show
    if money:
        return lambda units: shown(units, down.agreement.currency)
    return lambda units: f"{units * 100 // down.available} %"


def stands(down: Burndown, *, money: bool) -> str:
    """How a month stands, in one clause: `35h of 40h used, 3h promised; runs out on Fri 21 Nov`."""
    said = _shown(down, money=money)
    promised = f", {said(down.committed)} promised" if down.committed else ""
    return f"{_of_all(down, said)} used{promised}{_end(down, said)}"


def _of_all(down: Burndown, said: Shown) -> str:
    """`35h of 40h`; of a share, that says it all."""
    used, available = said(down.used), said(down.available)
    return used if available == WHOLE else f"{used} of {available}"


def _end(down: Burndown, said: Shown) -> str:
    over = down.used - down.available
    if over >= 0:
        return f"; {said(over)} over" if over else "; all of it"
    if down.forecast.runs_out:
        return f"; runs out on {day(down.forecast.runs_out)}"
    more = down.forecast.minutes - down.available
    return f"; {said(more)} too much by the end of the month" if more > 0 else ""


def bar(down: Burndown) -> str:
    """How much of it is used, to be seen at once: `▓▓▓▓▓▓▓▓░░ 84 %`."""
    full = min(BAR, down.used * BAR // down.available)
    return f"{'▓' * full}{'░' * (BAR - full)} {share(down)} %"


def share(down: Burndown) -> int:
    """Hundredths that are used."""
    return down.used * 100 // down.available


def cells(down: Burndown, *, money: bool) -> list[str]:
    """The same in columns of a table: used, promised, by the end of the month, the day it runs out."""
    runs_out = "used up" if down.used >= down.available else "–"
    if runs_out == "–" and down.forecast.runs_out:
        runs_out = day(down.forecast.runs_out)
    said = _shown(down, money=money)
    promised = said(down.committed) if down.committed else "–"
    return [_of_all(down, said), promised, said(down.forecast.minutes), runs_out]


def picture(down: Burndown, *, money: bool) -> list[Block]:
    """The month in an account's window."""
    said = _shown(down, money=money)
    more = f"{said(down.forecast.minutes)} by the end of the month, as it goes now."
    if down.carried_in:
        came = f"{said(down.carried_in)} of the {said(down.available)} came over from the month before"
        more = f"{more} {came}, and are used first."
    text = f"*{down.month.name} so far:* {stands(down, money=money)}\n{bar(down)}"
    return [blocks.section(Mrkdwn(text)), blocks.context(Mrkdwn(more))]


def for_triage(down: Burndown | None, ticket: Ticket, today: date) -> list[Block]:
    """On the team's card, where this ticket draws from an allowance and there is something to say."""
    if down is None or down.state is Burn.OK or not _draws(down, ticket):
        return []
    return [blocks.context(Mrkdwn(f":battery: Allowance on {day(today)}: {stands(down, money=False)}"))]


def for_client(down: Burndown | None, ticket: Ticket, today: date) -> list[Block]:
    """On the client's card, where the account chose to be told."""
    if down is None or not down.agreement.tells_client or not _draws(down, ticket):
        return []
    left, said = max(down.available - down.used, 0), _shown(down, money=True)
    return [
        blocks.context(
            say(CLIENT_CARD, today=day(today), left=said(left) if left else None, month=down.month.name,
                available=said(down.available))
        )
    ]  # fmt: skip


def _draws(down: Burndown, ticket: Ticket) -> bool:
    return (ticket.code or Code.INCLUDED) in down.agreement.draws


def told(session: Session, event: Event, place: Place) -> Mrkdwn:
    """The sentence when it is told: to us with whom it concerns, to the client in plain words."""
    facts, over = event.data, event.data["used"] - event.data["available"]
    state, runs_out, said = Burn(facts["burn"]), facts["runs_out"], _as_told(facts, place)
    known = {
        "account": facts["account"], "month": Month.named(facts["month"]).name,
        "share": facts["used"] * 100 // facts["available"], "over": said(over) if over > 0 else None,
        "left": said(max(-over, 0)), "promised": said(facts["promised"]) if facts["promised"] else None,
        "runs_out": day(date.fromisoformat(runs_out)) if runs_out and over < 0 else None,
        "managers": managers(session) if place is Place.BILLING else None,
        "used": said(facts["used"]), "forecast": said(facts["forecast"]), "has": (has := said(facts["available"])),
        "available": "allowance" if has == WHOLE else has,
    }  # fmt: skip
    then = "" if (state, place) == (Burn.EXHAUSTED, Place.CLIENT) else THEN[place]
    return say(TOLD[state, place] + then, **known)


def _as_told(facts: dict[str, Any], place: Place) -> Shown:
    """Not all who read the billing channel may see amounts; the client knows what it bought."""
    currency = facts.get("currency")
    if currency and place is not Place.CLIENT:
        return lambda units: f"{units * 100 // facts['available']} %"
    return lambda units: shown(units, currency)


def managers(session: Session) -> Mrkdwn | None:
    """Account managers, by name."""
    found = [person for person in people.staff(session) if Role.ACCOUNT_MANAGER.value in person.roles]
    return Mrkdwn(", ".join(mention(one.slack_id, one.name) for one in found)) or None
