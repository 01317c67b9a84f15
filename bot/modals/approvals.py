"""The reason of a Reject, and who decides for somebody from when to when."""

from datetime import date
from typing import Any

from pydantic import BaseModel

from bot.domain.approvals.approval import LONGEST_REASON
from bot.domain.date_ranges import Days
from bot.domain.people import Person
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn
from bot.modals import form
from bot.modals.moves import colleague_options

REJECT, DELEGATE, TOLD = "approval.reject_it", "approval.delegate_it", "approval.delegates"
HOW = Mrkdwn("Whoever you name decides in your place on those days, on what is asked after you named them.")


class Metadata(BaseModel):
    """Which approval, and the window underneath."""

    approval: int
    window: str | None = None


class RejectForm(BaseModel):
    """The reason that came back."""

    reason: str


class DelegateForm(BaseModel):
    """Who, from when to when."""

    delegate: int
    starts: date
    ends: date

    @property
    def days(self) -> Days:
        """The range."""
        return Days(self.starts, self.ends)


def reject(about: Mrkdwn, metadata: Metadata) -> dict[str, Any]:
    """Why not: the author changes what it says."""
    body = [
        blocks.section(about),
        form.text("reason", "Why not", multiline=True, longest=LONGEST_REASON,
                  hint="The author reads it, and so does everybody who sees the card"),
    ]  # fmt: skip
    return form.modal(REJECT, "Reject", body, submit="Reject", metadata=metadata.model_dump_json())


def told(standing: list[Block]) -> dict[str, Any]:
    """Who decides for them from now on."""
    body = standing or [blocks.section(Mrkdwn("You decide for yourself: nobody is named."))]
    return form.modal(TOLD, "Who decides for you", body, submit=None, close="Done")


def delegate(standing: list[Block], colleagues: list[Person], today: date) -> dict[str, Any]:
    """The form, below what stands."""
    body: list[Block] = [*standing, blocks.divider()] if standing else []
    if not colleagues:
        body.append(blocks.section(Mrkdwn("There is nobody else on your side yet whom you could name.")))
        return form.modal(DELEGATE, "Who decides for you", body, submit=None, close="Close")
    body += [
        form.choice("delegate", "Who decides for you", colleague_options(colleagues)),
        form.day("starts", "From", initial=today),
        form.day("ends", "Until and including", initial=today),
        blocks.context(HOW),
    ]
    return form.modal(DELEGATE, "Who decides for you", body, submit="Save", close="Close")
