"""`/request`: eight fields, the optional ones shown when they matter."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, field_validator

from bot.domain.accounts import Account
from bot.domain.bypass import Criterion
from bot.domain.intakes import LONGEST_TITLE, SHORTEST_TITLE, Origin
from bot.domain.people import Person
from bot.domain.priority import Assessment, Effect, Timing, Users
from bot.domain.routing import Area, Destination, RequestType
from bot.domain.tickets import CameFrom, Door, Ticket
from bot.messages import blocks
from bot.messages.blocks import Block, option
from bot.messages.mrkdwn import Mrkdwn, instant, say
from bot.messages.tickets import title_line
from bot.modals import form

CALLBACK_ID = "request"
REVEAL = "request.reveal"
PERSON = "person:"  # tells a chosen person from a name that was typed
MAY_HIDE = {"effect", "users", "blocks_revenue", "consequence", "criterion", "wanted_by", "areas", "approval",
            "private"}  # fmt: skip
# What may be about a person or a leak: offered to be kept from the channel.
MAY_BE_PRIVATE = {RequestType.ACCESS.value, RequestType.INCIDENT.value}
APPROVALS = ("Not needed", "Approved", "Pending", "I don't know")
PLANNING = (
    ":calendar: *Planning belongs in a meeting, not in the queue.* Send this and we put it on the agenda of your next "
    "planning meeting; no ticket is opened, and nothing is worked on before you have talked about it."
)


class Metadata(BaseModel):
    """What the form carries along unseen."""

    door: Door = Door.COMMAND
    opened_at: datetime
    account_id: int | None = None
    channel: str | None = None
    hidden: dict[str, str | bool | list[str]] = {}  # answers whose fields do not stand in the form right now
    origin: Origin | None = None  # the message it is made of, with the files that come along
    files: list[dict[str, str]] = []
    shown: list[int] = []  # tickets that were shown as likely the same
    follows: int | None = None  # the closed ticket that this goes on from


class Form(BaseModel):
    """What came back; block ids are these names."""

    request_type: RequestType
    title: str
    effect: Effect = Effect.NONE
    users: Users = Users.ONE
    timing: Timing = Timing.WHENEVER
    account: int | None = None
    came_from: CameFrom | None = None
    details: str = ""
    blocks_revenue: bool = False
    wanted_by: date | None = None
    consequence: str = ""
    criterion: Criterion | None = None
    areas: tuple[Area, ...] = ()
    related_system: str | None = None
    attachments: list[dict[str, Any]] = []
    primary_contact: str | None = None
    approval: str | None = None
    private: bool = False

    @field_validator("attachments")
    @classmethod
    def _only_what_we_keep(cls, files: list[dict[str, Any]]) -> list[dict[str, str]]:
        return [
            {"id": file["id"], "name": file.get("name") or file["id"], "permalink": file.get("permalink") or ""}
            for file in files
        ]


def view(
    metadata: Metadata,
    actor: Person,
    accounts: list[Account],
    contacts: list[Person],
    *,
    chosen: dict[str, Any] | None = None,
    billable: bool = False,
    cannot_wait: list[Block] | None = None,
) -> dict[str, Any]:
    """The form. `chosen` is what is picked so far; it decides which optional fields stand in it."""
    chosen = chosen or {}
    planning = chosen.get("request_type") == RequestType.PLANNING.value
    body = [*_for_whom(actor, accounts, metadata), _request_type()]
    if planning:
        body.append(blocks.section(Mrkdwn(PLANNING)))
    body += _description()
    body += _areas() if chosen.get("request_type") == RequestType.CHANGE.value else []
    body += [] if planning else _impact()
    body += _timing(chosen, [] if planning else cannot_wait or [])
    body.append(
        form.text("related_system", "Related system (report, file or process)", optional=True, longest=200,
                  placeholder="Zendesk, the Monday report, a link")
    )  # fmt: skip
    if metadata.files:
        body.append(_files_along(metadata.files))
    if not planning:
        body.append(form.files("attachments", "Screenshots or attachments"))
    body.append(_primary_contact(actor, contacts))
    body += _private() if chosen.get("request_type") in MAY_BE_PRIVATE else []
    body += _approval() if billable else []
    submit = "Ask for a meeting" if planning else "Send"
    return form.modal(
        CALLBACK_ID, "New request", body, submit=submit, metadata=metadata.model_dump_json(), notify_on_close=True
    )


def account_options(accounts: list[Account]) -> list[dict[str, Any]]:
    """The accounts as a menu."""
    return [option(account.name, str(account.id)) for account in accounts]


def contact_options(contacts: list[Person]) -> list[dict[str, Any]]:
    """An account's people as a menu."""
    return [option(person.name, f"{PERSON}{person.id}") for person in contacts]


def _for_whom(actor: Person, accounts: list[Account], metadata: Metadata) -> list[Block]:
    if not actor.is_staff:
        return []
    return [
        form.choice(
            "account", "Account", account_options(accounts), initial=str(metadata.account_id or ""), live=REVEAL
        ),
        form.choice("came_from", "Where it came from", form.enum_options(CameFrom)),
    ]


def _description() -> list[Block]:
    hint, seen = f"{SHORTEST_TITLE} to {LONGEST_TITLE} characters", "What you see, since when, what you tried"
    return [
        form.text("title", "Short description", longest=LONGEST_TITLE, hint=hint),
        form.text("details", "Details", multiline=True, optional=True, placeholder=seen),
    ]


def _request_type() -> Block:
    return form.choice("request_type", "Request type", form.enum_options(RequestType), live=REVEAL)


def _impact() -> list[Block]:
    return [
        form.choice("effect", "Business impact", form.enum_options(Effect), hint="What it does to your work"),
        form.choice("users", "Who is affected", form.enum_options(Users)),
        form.tick("blocks_revenue", "Blocks revenue", "It stops money from coming in"),
    ]


def _areas() -> list[Block]:
    hint = "Tick what fits. Such changes are planned and approved first, so no ticket is opened."
    return [form.ticks("areas", "What does it touch?", form.enum_options(Area), hint=hint)]


def _timing(chosen: dict[str, Any], cannot_wait: list[Block]) -> list[Block]:
    body = [form.choice("timing", "Desired timing", form.enum_options(Timing), live=REVEAL)]
    if chosen.get("timing") == Timing.NOW.value:
        body.append(
            form.text("consequence", "What happens if it waits", hint="One sentence; it is what makes it urgent",
                      longest=500)
        )  # fmt: skip
        body += cannot_wait
    if chosen.get("timing") == Timing.BY_DATE.value:
        body.append(form.day("wanted_by", "Date"))
    return body


def _primary_contact(actor: Person, contacts: list[Person]) -> Block:
    options = contact_options(contacts)
    mine = f"{PERSON}{actor.id}" if not actor.is_staff else None
    if not options:
        return form.text("primary_contact", "Primary contact", optional=True, longest=200, placeholder="Name or e-mail")
    return form.choice("primary_contact", "Primary contact", options, initial=mine, optional=actor.is_staff)


def _private() -> list[Block]:
    hint = "For access and security: its thread is a direct message to you, not a post in the channel"
    return [form.tick("private", "Private", "Only you, our leads and whoever works on it can read it", hint=hint)]


def _files_along(files: list[dict[str, str]]) -> Block:
    names = ", ".join(file["name"] for file in files)
    return blocks.context(say(":paperclip: From the message, and attached with it: {{ names }}", names=names))


def notice(text: str) -> Block:
    """Said on top of a form that could not be begun with the message it was asked for."""
    return blocks.context(say(":information_source: {{ text }}", text=text))


def already(said: str, ticket: Ticket | None) -> dict[str, Any]:
    """Instead of a second form for one message: what it became."""
    body = [blocks.section(say("{{ said }}", said=said))]
    if ticket:
        body.append(blocks.section(title_line(ticket), accessory=blocks.button("Open", "ticket.open", str(ticket.id))))
    return form.modal("request.already", "A request already", body, submit=None, close="Close")


def one_more_question() -> Block:
    """Said on top of a form that came back for its last field, which stands below the fold."""
    return blocks.section(
        Mrkdwn(":point_down: *One more question, at the end.* This may be billed on top of your agreement.")
    )


def _approval() -> list[Block]:
    options = [option(name, name) for name in APPROVALS]
    hint = "This may be billed on top of your agreement. Is the cost approved?"
    return [form.choice("approval", "Approval", options, hint=hint)]


def filed(ticket: Ticket, assessment: Assessment, due: datetime, account: str | None = None) -> dict[str, Any]:
    """What the form turns into once the ticket is stored."""
    body = [
        blocks.section(say(":white_check_mark: *{{ key }}* {{ title }}", key=ticket.key, title=ticket.title)),
        blocks.section(say("*Priority {{ p }}.* {{ why }}.", p=ticket.priority.value, why=_sentence(assessment.why))),
        blocks.context(
            say("{% if account %}Filed for {{ account }}. {% endif %}We look at it by {{ due }}. "
                "Its thread in the channel follows it to the end.", account=account, due=instant(due))
        ),
    ]  # fmt: skip
    return form.modal("request.filed", "Request filed", body, submit=None, close="Done")


# Title, what happens next, and why there is no ticket, for each place that is not the queue.
REDIRECTED: dict[Destination, tuple[str, str, str]] = {
    Destination.PLANNING_MEETING: (
        "Planning meeting",
        (
            ":calendar: *On the agenda.* We bring it to your next planning meeting. Its post in the channel tells you "
            "the day, and afterwards what was decided."
        ),
        "No ticket was opened. Once something is decided, file it with /request.",
    ),
    Destination.CHANGE_REQUEST: (
        "Change request",
        (
            ":white_check_mark: *Our leads have it.* What you ticked can hurt many people at once, so we plan the "
            "change, have it approved, and then release it. A lead comes back to you with the plan."
        ),
        (
            "No ticket was opened, as nobody works on it before it is approved. Is something broken right now? "
            "File that as an incident with /request."
        ),
    ),
}


def redirected(where: Destination) -> dict[str, Any]:
    """What the form turns into for what does not belong in the queue."""
    title, next_, why = REDIRECTED[where]
    body = [blocks.section(Mrkdwn(next_)), blocks.context(Mrkdwn(why))]
    return form.modal("request.filed", title, body, submit=None, close="Done")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
