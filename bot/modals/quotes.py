"""The form of a quote: how long, at most, until when, and what for."""

from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel, field_validator, model_validator

from bot.domain.durations import parse_minutes, show
from bot.domain.money import Money
from bot.domain.quotes import VALID_DAYS, Extra, Spending
from bot.domain.tickets import Ticket
from bot.messages import blocks, quotes
from bot.messages.mrkdwn import Mrkdwn, say
from bot.modals import form

ASK = "quote.ask"
LONGEST = 60 * 999
ASKS = (
    "It goes to their approvers, in the ticket’s thread. The ticket waits for the answer, and work may start once "
    "they have approved it; work that is under way may use up what they approved before."
)


class Metadata(BaseModel):
    """Which ticket, the version the person saw, and the window underneath."""

    ticket: int
    seen: int
    window: str | None = None


class Form(BaseModel):
    """What came back; without a cap, the estimate is the most."""

    estimate: int
    cap: int | None = None
    valid_until: date
    note: str = ""

    @field_validator("estimate", "cap", mode="before")
    @classmethod
    def _as_people_write_it(cls, text: Any, info: Any) -> int | None:
        typed = str(text or "").strip()
        what = "a quote"
        return parse_minutes(typed, longest=LONGEST, field=info.field_name, what=what) if typed else None

    @model_validator(mode="after")
    def _caps_itself(self) -> "Form":
        self.cap = self.cap or self.estimate
        return self


def view(
    ticket: Ticket, extra: Extra | None, so_far: Spending, rate: Money | None, today: date, window: str | None
) -> dict[str, Any]:
    """Prefilled with what goes beyond, and beyond what was approved before."""
    minutes = max((extra.minutes if extra else ticket.estimate_minutes or 0) - so_far.approved, 0)
    price = f"An hour is {rate}, without tax." if rate else "The agreement says what an hour costs."
    said = []
    if extra:
        said.append(say("Costs extra because {{ why }}.", why=quotes.why(extra.reasons, ticket.related_system)))
    if so_far.approved:
        said.append(say(
            "They approved {{ approved }} before, of which {{ spent }} used; this comes on top.",
            approved=show(so_far.approved), spent=f"{show(so_far.spent)} are" if so_far.spent else "nothing is",
        ))  # fmt: skip
    body = [
        blocks.section(say("*{{ key }}* {{ title }}", key=ticket.key, title=ticket.title)),
        blocks.context(Mrkdwn(" ".join([*said, price]))),
        form.text("estimate", "Extra time", initial=show(minutes) if minutes else "", longest=20, placeholder="2h"),
        form.text("cap", "At most", optional=True, longest=20, placeholder="3h",
                  hint="Empty: as much as the estimate. You are warned at 80 %, and asked to stop at the end."),
        form.day("valid_until", "Valid until", initial=today + timedelta(days=VALID_DAYS)),
        form.text("note", "What they get for it", multiline=True, longest=1000,
                  hint="Their approver reads this beside the price"),
        blocks.context(Mrkdwn(ASKS)),
    ]  # fmt: skip
    metadata = Metadata(ticket=ticket.id, seen=ticket.version, window=window)
    return form.modal(ASK, f"Quote {ticket.key}", body, submit="Ask", metadata=metadata.model_dump_json())
