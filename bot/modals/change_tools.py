"""The smaller forms of a change: its rollback plan, its checks, why it is withdrawn, and what follows its release."""

from dataclasses import asdict
from typing import Any

from pydantic import BaseModel

from bot.domain.changes import Change, Result, Rollback, Template
from bot.domain.errors import Refused
from bot.messages import blocks
from bot.messages.blocks import Block, option
from bot.messages.changes import title_line
from bot.messages.mrkdwn import say
from bot.modals import form

ROLLBACK, CHECKS, WITHDRAW, TEMPLATE, LINK, RESTORE, FIND = (
    "change.rollback_it", "change.check_it", "change.withdraw_it", "change.template_it", "change.link_it",
    "change.restore_it", "change.find",
)  # fmt: skip
LONGEST_PART, LONGEST_EVIDENCE, MOST_MINUTES = 1000, 500, 7 * 24 * 60
CHECK, EVIDENCE = "check_", "evidence_"  # before a check's key, in block ids
RESULTS = {Result.PASS: "Pass", Result.FAIL: "Fail", Result.NOT_APPLICABLE: "Not applicable"}


class Metadata(BaseModel):
    """Which change, the version that was seen, and its window underneath."""

    change: int
    seen: int
    window: str | None = None


class RollbackForm(BaseModel):
    """The plan that came back; what is missing may come later."""

    trigger: str = ""
    steps: str = ""
    most_minutes: str = ""
    decider: str = ""
    data: str = ""
    verification: str = ""

    @property
    def plan(self) -> Rollback:
        """As it is stored."""
        typed = self.most_minutes.removesuffix("minutes").removesuffix("min").strip()
        if typed and not (typed.isascii() and typed.isdecimal() and 0 < int(typed[:9]) <= MOST_MINUTES):
            raise Refused("Write minutes as a number, such as 15.", field="most_minutes")
        return Rollback(**{**self.model_dump(), "most_minutes": int(typed) if typed else None})


class ReasonForm(BaseModel):
    """A reason that came back."""

    reason: str


class NameForm(BaseModel):
    """A name that came back."""

    name: str


class LinkForm(BaseModel):
    """A ticket that came back."""

    ticket: int


def rollback(change: Change, window: str | None) -> dict[str, Any]:
    """Its six parts."""
    body = [
        form.text("trigger", "When it is rolled back", multiline=True, optional=True, longest=LONGEST_PART,
                  placeholder="Tickets land in the wrong group"),
        form.text("steps", "How, step by step", multiline=True, optional=True, longest=LONGEST_PART,
                  hint="The client’s approver reads this"),
        form.text("most_minutes", "In how many minutes at most", optional=True, longest=10, placeholder="15"),
        form.text("decider", "Who says so", optional=True, longest=150),
        form.text("data", "What becomes of data made meanwhile", multiline=True, optional=True, longest=LONGEST_PART),
        form.text("verification", "How one sees that it worked", multiline=True, optional=True, longest=LONGEST_PART),
    ]  # fmt: skip
    filled = {name: str(value) for name, value in asdict(change.content.rollback).items() if value}
    return form.keep(_form(ROLLBACK, "Rollback plan", change, body, window), filled)


def checks(change: Change, window: str | None) -> dict[str, Any]:
    """Each item: how it went, and where one can see it."""
    body: list[Block] = []
    for check in change.checks:
        stored = change.qa.get(check.key, {})
        options = [option(label, result.value) for result, label in RESULTS.items()]
        body += [
            form.choice(f"{CHECK}{check.key}", check.asks, options, initial=stored.get("result"), optional=True),
            form.text(f"{EVIDENCE}{check.key}", "Evidence", optional=True, longest=LONGEST_EVIDENCE,
                      initial=stored.get("evidence", ""), placeholder="A link, or what was seen"),
        ]  # fmt: skip
    return _form(CHECKS, "Checks", change, body, window)


def answers(view: dict[str, Any]) -> dict[str, tuple[Result, str]]:
    """What came back of the checks that were answered."""
    typed = form.values(view)
    found = {}
    for field, value in typed.items():
        if field.startswith(CHECK) and value in set(Result):
            key = field.removeprefix(CHECK)
            found[key] = (Result(value), str(typed.get(f"{EVIDENCE}{key}", "")))
    return found


def withdraw(change: Change, window: str | None) -> dict[str, Any]:
    """Why it is not done after all."""
    field = form.text("reason", "Why it is not done", multiline=True, longest=LONGEST_PART)
    return _form(WITHDRAW, "Withdraw", change, [field], window)


def template(change: Change, window: str | None) -> dict[str, Any]:
    """How the proven steps are called."""
    told = say("The next change with the same steps needs no approval, until one of them fails. You answer for it.")
    field = form.text("name", "Name", initial=change.title, longest=100)
    return _form(TEMPLATE, "Make it a template", change, [field, blocks.context(told)], window)


def link(change: Change, window: str | None) -> dict[str, Any]:
    """Which incident it caused."""
    told = say("An incident counts that came within seven days of the release.")
    field = form.search("ticket", "Incident", FIND, placeholder="Key or words of the title")
    return _form(LINK, "Link an incident", change, [field, blocks.context(told)], window)


def restore(found: Template, window: str | None) -> dict[str, Any]:
    """What was put right since it failed."""
    body = [
        blocks.section(say("*{{ name }}* was suspended when CH-{{ by }} failed.", name=found.name,
                           by=found.suspended_by_id)),
        form.text("reason", "What was put right", multiline=True, longest=LONGEST_PART),
    ]  # fmt: skip
    metadata = Metadata(change=found.id, seen=0, window=window).model_dump_json()
    return form.modal(RESTORE, "Bring back", body, submit="Bring back", metadata=metadata)


def _form(callback_id: str, title: str, change: Change, body: list[Block], window: str | None) -> dict[str, Any]:
    metadata = Metadata(change=change.id, seen=change.version, window=window).model_dump_json()
    heading = blocks.section(title_line(change))
    return form.modal(callback_id, title, [heading, *body], submit="Save", metadata=metadata)
