"""`/time`: the form, prefilled so that most days it is one number."""

from datetime import date
from typing import Any

from pydantic import BaseModel, field_validator

from bot.domain.accounts import Account
from bot.domain.codes import Category, Code
from bot.domain.durations import parse_minutes, show
from bot.domain.time import TimeEntry, Work
from bot.domain.time.timers import Ran
from bot.messages import blocks
from bot.messages.blocks import Block, option
from bot.messages.mrkdwn import Mrkdwn, clip
from bot.messages.time import START
from bot.modals import form

CALLBACK_ID, CORRECTION, FORGOTTEN, LOGGED = "time", "time.edit", "time.forgotten", "time.logged"
OURS = (CALLBACK_ID, LOGGED)  # windows that turn into what came of a press in them; others lie beneath
FIND_TICKET = "time.ticket"
AUTOMATIC = "auto"
ACCOUNT = "account-"


class Form(BaseModel):
    """What came back."""

    ticket: str  # or a project: its key; or an account
    work_date: date
    minutes: int
    category: Category = Category.TICKET_RESOLUTION
    code: Code | None = None
    note: str = ""
    after_hours: bool = False
    reason: str = ""  # of a correction

    @field_validator("minutes", mode="before")
    @classmethod
    def _as_people_write_it(cls, text: Any) -> int:
        return parse_minutes(str(text), field="minutes")

    @field_validator("code", mode="before")
    @classmethod
    def _automatic(cls, code: Any) -> Any:
        return None if code == AUTOMATIC else code


def work_option(work: Work) -> dict[str, Any]:
    """A ticket, a project, or an account where it is on neither, in the picker."""
    if isinstance(work, Account):
        return option(f"{clip(work.name, 55)} (no ticket)", f"{ACCOUNT}{work.id}")
    return option(f"{work.key} {work.title}", work.key)


def account_number(value: str) -> int | None:
    """The account that was chosen in the picker, if one was."""
    number = value.removeprefix(ACCOUNT)
    return int(number) if number != value and number.isdecimal() and len(number) < 10 else None


def view(work: Work | None, day: date, category: Category) -> dict[str, Any]:
    """The form: the last ticket or project, the day, the usual category, the code the ticket has."""
    timer = blocks.actions([blocks.button("Start a timer instead", START)])
    body = [*_fields(work, day, category), *timer]
    return form.modal(CALLBACK_ID, "Log time", body, submit="Log time")


class Corrected(BaseModel):
    """What the form of a correction carries along unseen: the entry, and the window it was asked from."""

    entry: int
    window: str | None = None


def correction(entry: TimeEntry, work: Work, window: str | None) -> dict[str, Any]:
    """The same form with what was stored; what it says then stands in its place."""
    body = _fields(
        work, entry.work_date, entry.category, show(entry.minutes), entry.code.value, entry.note,
        after_hours=entry.after_hours,
    )  # fmt: skip
    body.append(form.text("reason", "Why", optional=True, longest=300, placeholder="Forgot the call in the evening"))
    metadata = Corrected(entry=entry.id, window=window).model_dump_json()
    return form.modal(CORRECTION, "Edit time", body, submit="Save", metadata=metadata)


def forgotten(timer: int, told: Mrkdwn, work: Work, ran: Ran, category: Category, note: str) -> dict[str, Any]:
    """How long it really was, where a timer ran overnight; the window carries its number."""
    minutes = show(ran.likely) if ran.likely else ""
    body = [blocks.section(told), *_fields(work, ran.day, category, minutes, note=note, after_hours=ran.after_hours)]
    return form.modal(FORGOTTEN, "Stop the timer", body, submit="Log time", metadata=str(timer))


def _fields(
    work: Work | None, day: date, category: Category, minutes: str = "", code: str = AUTOMATIC, note: str = "",
    *, after_hours: bool = False,
) -> list[Block]:  # fmt: skip
    codes = [option("By ticket and category", AUTOMATIC), *form.enum_options(Code)]
    return [
        form.search("ticket", "Ticket", FIND_TICKET, initial=work_option(work) if work else None,
                    placeholder="Key or words of a ticket or a project, or an account"),
        form.day("work_date", "Work date", initial=day),
        form.text("minutes", "Time spent", longest=20, initial=minutes, placeholder="45m, 1h30, 1:30, 1.5h"),
        form.choice("category", "Category", form.enum_options(Category), initial=category.value),
        form.choice("code", "Billing code", codes, initial=code),
        form.text("note", "Note", optional=True, longest=500, initial=note, placeholder="What you did",
                  hint="On a ticket or a project you may leave it out"),
        form.tick("after_hours", "After hours", "It was outside their working hours", initial=after_hours),
    ]  # fmt: skip


def logged(body: list[Block]) -> dict[str, Any]:
    """What the form turns into."""
    return form.modal(LOGGED, "Time", body, submit=None, close="Done")
