"""The form of a change: the score grows as it is filled in, and says who will decide."""

from typing import Any, NamedTuple

from pydantic import BaseModel

from bot.domain.accounts import Account
from bot.domain.changes import Change, Content, Foreseen, Rollback, Template, Touch
from bot.domain.changes.content import LONGEST_TEXT, LONGEST_TITLE
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.risk import APPROVALS, Blast, ChangeClass, Tested, Undo
from bot.messages import blocks
from bot.messages.approvals import who_decides
from bot.messages.blocks import Block, option
from bot.messages.changes import risk
from bot.messages.mrkdwn import Mrkdwn, clip, escape, say
from bot.modals import form
from bot.modals.moves import colleague_options
from bot.modals.request import account_options

CALLBACK_ID, REVEAL = "change.form", "change.reveal"
WINDOW, LIST, TEMPLATES = "change.window", "change.listed", "change.standing"
LONGEST_COMPONENT, LONGEST_REASON = 100, 500
NO_TEMPLATE = "none"
FIXED = ("touches", "component", "blast", "undo", "plan")  # what a template says instead of the form
MAY_HIDE = {"touches", "component", "blast", "undo", "emergency_reason"}  # short enough to be carried along
KINDS = {
    ChangeClass.STANDARD: "Standard: it keeps to its template, which is in good standing.",
    ChangeClass.ROUTINE: "Routine: it touches nothing sensitive.",
    ChangeClass.SENSITIVE: "Sensitive, for what it touches.",
    ChangeClass.EMERGENCY: "An emergency: the lead on call decides, and it goes out at once.",
}
PRIVATE = Mrkdwn(":lock: The ticket is private, and the whole team reads a change: leave out what is personal.")


class Metadata(BaseModel):
    """What the form carries along unseen."""

    change: int | None = None  # the one that is edited, and the version that was seen
    seen: int = 0
    account_id: int | None = None
    ticket: int | None = None
    intake: int | None = None
    window: str | None = None
    hidden: dict[str, Any] = {}  # answers whose fields do not stand in the form right now


class Form(BaseModel):
    """What came back; block ids are these names."""

    account: int | None = None
    title: str
    purpose: str
    touches: tuple[Touch, ...] = ()
    component: str = ""
    blast: Blast = Blast.ONE
    undo: Undo = Undo.TOGGLE
    tested: Tested = Tested.NONE
    at_peak: bool = False
    emergency: bool = False
    emergency_reason: str = ""
    implementer: int | None = None
    template: str | None = None
    plan: str = ""
    evidence: str = ""

    def content(self, template: Template | None, rollback: Rollback) -> Content:
        """What is decided on: of a template the steps are the template's own."""
        if self.emergency and not self.emergency_reason.strip():
            raise Refused("Say why it can’t wait, in a sentence.", field="emergency_reason")
        steps = template.steps if template else {}
        return Content(
            title=self.title.strip(), purpose=self.purpose.strip(), rollback=rollback, tested=self.tested,
            touches=tuple(Touch(name) for name in steps["touches"]) if steps else self.touches,
            component=steps["component"] if steps else self.component.strip(),
            blast=Blast(steps["blast"]) if steps else self.blast, undo=Undo(steps["undo"]) if steps else self.undo,
            plan=steps["plan"] if steps else self.plan.strip(), at_peak=self.at_peak, evidence=self.evidence.strip(),
            emergency_reason=self.emergency_reason.strip() if self.emergency else "",
            implementer_id=self.implementer, template_id=template.id if template else None,
        )  # fmt: skip


def chosen_template(number: str | None) -> int | None:
    """The template that was picked, if one was."""
    return int(number) if number and number.isdecimal() else None


class Offers(NamedTuple):
    """What the form offers, and what it says about what is filled in so far."""

    accounts: list[Account]
    workers: list[Person]
    templates: list[Template]
    account: Account | None  # fixed, or chosen so far
    heading: Mrkdwn | None = None
    private: bool = False


def begun(content: Content) -> dict[str, Any]:
    """A stored content as the form’s answers; what is empty or not ticked is left out."""
    answers = {
        "title": content.title, "purpose": content.purpose, "touches": [touch.value for touch in content.touches],
        "component": content.component, "blast": content.blast.value, "undo": content.undo.value,
        "tested": content.tested.value, "at_peak": content.at_peak, "emergency": bool(content.emergency_reason),
        "emergency_reason": content.emergency_reason, "plan": content.plan, "evidence": content.evidence,
        "implementer": str(content.implementer_id) if content.implementer_id else None,
        "template": str(content.template_id) if content.template_id else None,
    }  # fmt: skip
    return {field: answer for field, answer in answers.items() if answer}


def view(metadata: Metadata, offers: Offers, filled: dict[str, Any], foreseen: Foreseen) -> dict[str, Any]:
    """The form as far as it is filled in; what was chosen decides which fields stand in it."""
    template = next((one for one in offers.templates if str(one.id) == filled.get("template")), None)
    body = [blocks.section(offers.heading)] if offers.heading else []
    body += [blocks.context(PRIVATE)] if offers.private else []
    body += _account(offers) if metadata.account_id is None or not _is_fixed(metadata) else []
    body += [
        form.text("title", "Title", longest=LONGEST_TITLE, placeholder="New routing for billing tickets"),
        form.text("purpose", "What changes, and why", multiline=True, longest=LONGEST_TEXT,
                  hint="The client’s approver reads this"),
        *_templates(offers),
        *(_by_template(template) if template else _by_hand()),
        form.choice("tested", "Tested", form.enum_options(Tested), initial=Tested.NONE.value, live=REVEAL),
        form.tick("at_peak", "Time", "It goes out at a peak or in a freeze", live=REVEAL),
        form.tick("emergency", "Emergency", "It can’t wait for the usual approval", live=REVEAL),
        *(_why_now() if filled.get("emergency") else []),
        blocks.section(score(foreseen)),
        form.choice("implementer", "Who does it", colleague_options(offers.workers), optional=True,
                    hint="Neither the author nor whoever does it can approve it"),
    ]  # fmt: skip
    if template is None:
        body.append(form.text("plan", "Plan", multiline=True, optional=True, longest=LONGEST_TEXT,
                              hint="Step by step, so that somebody else could do it"))  # fmt: skip
    body.append(form.text("evidence", "Test evidence", multiline=True, optional=True, longest=LONGEST_TEXT,
                          hint="Links to what was tried, and what came of it"))  # fmt: skip
    title = f"Edit CH-{metadata.change}" if metadata.change else "New change"
    made = form.modal(CALLBACK_ID, title, body, submit="Save", metadata=metadata.model_dump_json())
    return form.keep(made, filled)


def _is_fixed(metadata: Metadata) -> bool:
    return bool(metadata.change or metadata.ticket or metadata.intake)


def _account(offers: Offers) -> list[Block]:
    initial = str(offers.account.id) if offers.account else ""
    return [form.choice("account", "Account", account_options(offers.accounts), initial=initial, live=REVEAL)]


def _templates(offers: Offers) -> list[Block]:
    """Only those in good standing: whatever else is asked for like any change."""
    if not offers.templates:
        return []
    options = [option("None: it is a change of its own", NO_TEMPLATE)]
    options += [option(clip(one.name, 75), str(one.id)) for one in offers.templates[: form.MOST_OPTIONS - 1]]
    return [form.choice("template", "Standard template", options, initial=NO_TEMPLATE, live=REVEAL)]


def _by_template(template: Template) -> list[Block]:
    """What the template says; a change that does anything else is a change of its own."""
    touches = ", ".join(Touch(name).label.lower() for name in template.steps["touches"]) or "nothing sensitive"
    told = say(
        "*As “{{ name }}” has it:* touches {{ touches }}; hits {{ blast }}; undone {{ undo }}.\n{{ plan }}",
        name=template.name, touches=touches, blast=Blast(template.steps["blast"]).label.lower(),
        undo=Undo(template.steps["undo"]).label.lower(), plan=clip(template.steps["plan"], 1000),
    )  # fmt: skip
    return [blocks.section(told)]


def _by_hand() -> list[Block]:
    return [
        form.ticks("touches", "It touches", form.enum_options(Touch), live=REVEAL),
        form.text("component", "System or part", optional=True, longest=LONGEST_COMPONENT, live=REVEAL,
                  placeholder="Zendesk, billing form", hint="Press Enter: what failed there lately counts"),
        form.choice("blast", "Whom it hurts if it goes wrong", form.enum_options(Blast), initial=Blast.ONE.value,
                    live=REVEAL),
        form.choice("undo", "How it is undone", form.enum_options(Undo), initial=Undo.TOGGLE.value, live=REVEAL),
    ]  # fmt: skip


def _why_now() -> list[Block]:
    return [form.text("emergency_reason", "Why it can’t wait", multiline=True, longest=LONGEST_REASON,
                      hint="The lead on call decides by this, and two colleagues review it afterwards")]  # fmt: skip


def score(foreseen: Foreseen) -> Mrkdwn:
    """The score as it stands, and who will decide."""
    steps = APPROVALS[foreseen.change_class][foreseen.level]
    said = [escape(KINDS[foreseen.change_class]), risk(foreseen.answers, foreseen.level)]
    return Mrkdwn("\n".join([*said, f"*{escape(who_decides(steps, foreseen.change_class))}*"]))


def window(change: Change, body: list[Block]) -> dict[str, Any]:
    """One change in full."""
    metadata = Metadata(change=change.id, seen=change.version).model_dump_json(exclude_defaults=True)
    return form.modal(WINDOW, change.key, body, submit=None, close="Close", metadata=metadata)


def listed(body: list[Block]) -> dict[str, Any]:
    """What is open, and what was settled."""
    return form.modal(LIST, "Changes", body, submit=None, close="Close")


def templates(body: list[Block]) -> dict[str, Any]:
    """The standard templates."""
    return form.modal(TEMPLATES, "Standard templates", body, submit=None, close="Close")
