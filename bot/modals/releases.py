"""The forms of a release, its window, the calendar, and the forms of a freeze and of what clients are told."""

from datetime import date, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from bot.domain.accounts import Account
from bot.domain.business_time import Calendar
from bot.domain.changes import Change
from bot.domain.releases import LONGEST_TEXT, Package, Release, RolloutMessage, window_on
from bot.messages import blocks
from bot.messages.blocks import Block, option
from bot.messages.mrkdwn import Mrkdwn, say
from bot.modals import form

FORM, WINDOW, LIST, FREEZES, FREEZE = (
    "release.form",
    "release.window",
    "release.list",
    "release.frozen",
    "release.freeze_it",
)
WITHDRAW, ROLL_BACK, MESSAGE = "release.withdraw_it", "release.roll_back_it", "release.message"
CHANGES, WHOSE, ALL = "changes", "frozen_account", "all"
FROM, TO = time(18), time(20)
LONGEST_REASON = 1000
EXCEPTION_HINT = (
    "Only if something is in the way: another day than a release day, a freeze, or another release of the same system. "
    "A service owner decides then as well."
)
MESSAGE_HINT = "Leave it empty, and Steward words it again. Whoever it is for is mentioned in front of it."


class Metadata(BaseModel):
    """Which release, the version the person saw, and the window underneath."""

    release: str | None = None
    message: int | None = None
    seen: int = 0
    window: str | None = None


class Form(BaseModel):
    """The release as it came back."""

    name: str
    changes: list[Annotated[int, Field(ge=1, le=10**12)]] = []
    day: date
    starts: time
    ends: time
    exception: str = ""

    def package(self, calendar: Calendar) -> Package:
        """In the provider's time."""
        starts, ends = window_on(calendar, self.day, self.starts, self.ends)
        return Package(self.name, starts, ends, tuple(self.changes), self.exception)


class ReasonForm(BaseModel):
    """Why."""

    reason: str


class MessageForm(BaseModel):
    """What a client is to read."""

    text: str = ""


class FreezeForm(BaseModel):
    """On which days nothing goes out, whose, and why."""

    frozen_account: str = Field(pattern=r"^(all|\d{1,12})$")
    starts: date
    ends: date
    reason: str

    @property
    def account_id(self) -> int | None:
        """None: of all."""
        return None if self.frozen_account == ALL else int(self.frozen_account)


def new(offered: list[dict[str, Any]], zone: str, day: date, name: str, window: str | None) -> dict[str, Any]:
    """An empty one, for the next free day."""
    fields = _fields(offered, [], zone, name, day, FROM, TO, "")
    return form.modal(FORM, "New release", fields, submit="Make it", metadata=Metadata(window=window).model_dump_json())


def edit(release: Release, packed: list[Change], offered: list[dict[str, Any]], zone: str,
         window: str | None) -> dict[str, Any]:  # fmt: skip
    """As it stands."""
    starts, ends = (at.astimezone(ZoneInfo(zone)) for at in (release.starts, release.ends))
    chosen = [str(change.id) for change in packed]
    fields = _fields(offered, chosen, zone, release.name, starts.date(), starts.time(), ends.time(), release.exception)
    metadata = Metadata(release=release.key, seen=release.version, window=window).model_dump_json()
    warning = blocks.context(Mrkdwn("Another window or other changes, and whoever approved it is asked again."))
    return form.modal(FORM, f"Edit {release.key}", [*fields, warning], submit="Save", metadata=metadata)


def _fields(offered: list[dict[str, Any]], chosen: list[str], zone: str, name: str, day: date, starts: time, ends: time,
            exception: str) -> list[Block]:  # fmt: skip
    return [
        form.text("name", "Name", initial=name, longest=100, placeholder="Routing for the billing team"),
        form.several(CHANGES, "Changes", offered, initial=chosen, optional=False, placeholder="What goes out"),
        form.day("day", "Day", initial=day),
        form.time_of_day("starts", "From", zone, initial=starts, hint=f"As the clock shows it in {zone}."),
        form.time_of_day("ends", "To", zone, initial=ends, hint="Earlier than From: it ends on the next day."),
        form.text("exception", "Why it can’t wait", initial=exception, multiline=True, optional=True,
                  longest=LONGEST_REASON, hint=EXCEPTION_HINT),
    ]  # fmt: skip


def change_options(found: list[Change], names: dict[int, str]) -> list[dict[str, Any]]:
    """Changes that may go in, with what one chooses by."""
    return [
        option(f"{change.key} {change.title}", str(change.id),
               f"{names[change.account_id]} · {change.state.value} · {change.level.value} risk")
        for change in found
    ]  # fmt: skip


def withdraw(release: Release, window: str | None) -> dict[str, Any]:
    """Why it does not go out."""
    told = Mrkdwn(
        "Its changes stay as they are. Clients who were told of it already read that it is called off, and why."
    )
    return _reason(WITHDRAW, f"Withdraw {release.key}", release, [blocks.context(told)], window, submit="Withdraw",
                   label="Why, in a sentence")  # fmt: skip


def roll_back(release: Release, plans: list[Mrkdwn], window: str | None) -> dict[str, Any]:
    """Why it is taken back, with the plans at hand."""
    shown = [blocks.section(plan) for plan in plans]
    told = Mrkdwn("Clients who were told of it read that it was taken back, and why.")
    return _reason(ROLL_BACK, f"Roll back {release.key}", release, [*shown, blocks.context(told)], window,
                   submit="Roll back", label="What went wrong, in a sentence")  # fmt: skip


def _reason(callback_id: str, title: str, release: Release, body: list[Block], window: str | None, *, submit: str,
            label: str) -> dict[str, Any]:  # fmt: skip
    field = form.text("reason", label, multiline=True, longest=LONGEST_REASON)
    metadata = Metadata(release=release.key, seen=release.version, window=window).model_dump_json()
    heading = blocks.section(say("*{{ key }}* {{ name }}", key=release.key, name=release.name))
    return form.modal(callback_id, title, [heading, field, *body], submit=submit, metadata=metadata)


def message(told: RolloutMessage, release: Release, account: Account, words: str, window: str | None) -> dict[str, Any]:
    """What a client is going to read, to be reworded."""
    about = say("*{{ account }}* · {{ audience }} · {{ moment }}", account=account.name, audience=told.audience.label,
                moment=told.moment.label)  # fmt: skip
    field = form.text("text", "What they read", initial=words, multiline=True, optional=True, longest=LONGEST_TEXT,
                      hint=MESSAGE_HINT)  # fmt: skip
    metadata = Metadata(release=release.key, message=told.id, seen=told.version, window=window).model_dump_json()
    return form.modal(MESSAGE, "What they are told", [blocks.section(about), field], submit="Save", metadata=metadata)


def freeze(offered: list[dict[str, Any]], first: date, window: str | None) -> dict[str, Any]:
    """Days on which nothing goes out."""
    fields = [
        form.choice(WHOSE, "Whose", offered, initial=ALL),
        form.day("starts", "First day", initial=first),
        form.day("ends", "Last day", initial=first + timedelta(days=1)),
        form.text("reason", "Why", longest=150, placeholder="The busiest week of the year"),
    ]
    metadata = Metadata(window=window).model_dump_json()
    return form.modal(FREEZE, "New freeze", fields, submit="Freeze", metadata=metadata)


def whose_options(found: list[Account]) -> list[dict[str, Any]]:
    """One account, or all of them."""
    return [option("All accounts", ALL), *(option(account.name, str(account.id)) for account in found)]


def window(release: Release, body: list[Block]) -> dict[str, Any]:
    """One release."""
    metadata = Metadata(release=release.key).model_dump_json()
    return form.modal(WINDOW, release.key, body, submit=None, close="Close", metadata=metadata)


def listed(body: list[Block]) -> dict[str, Any]:
    """The calendar."""
    return form.modal(LIST, "Releases", body, submit=None, close="Close")


def freezes(body: list[Block]) -> dict[str, Any]:
    """The freezes."""
    return form.modal(FREEZES, "Freezes", body, submit=None, close="Close")
