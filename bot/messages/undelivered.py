"""What could not be delivered, in words: what it was, where to, why, and what to do about it.

REFUSALS is the one table of what Slack's errors mean for a post; `steward check` reads it too. Whatever ends a
delivery for good (bot/slack/delivery.py) has its row here.
"""

from typing import Any, NamedTuple

from bot.domain.dead_letters import DeadLetter
from bot.domain.outbox import Place, Subject
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, escape, instant, link

AGAIN, ALL_AGAIN, LET_GO = "delivery.again", "delivery.all_again", "delivery.let_go"


class Refusal(NamedTuple):
    """Why Slack refuses, and what to do."""

    why: str
    cure: str


_OURS = Refusal(
    "Steward made something that Slack refuses.",
    "Please report it, with the worker's log, and try again after the next update.",
)
_PERSON = Refusal("Slack does not let Steward write to that person.", "Tell them yourself, and let it go.")
_SETTLED = Refusal("Slack does not let Steward change that message any more.", "Let it go: what stands there stays.")
_ARCHIVED = Refusal(
    "The channel is archived.",
    "Unarchive it (the channel's name → Settings), or put another channel into the setup file and `steward apply` it.",
)
_POSTING = Refusal(
    "Only some people may post in the channel.",
    "Allow Steward to post: the channel's name → Settings → Posting permissions.",
)
_THREAD = Refusal("Nobody may answer in that thread.", "Tell them in the channel, and let it go.")
REFUSALS: dict[str, Refusal] = {
    "channel_not_found": Refusal(
        "Slack does not know the channel, or Steward is not in it.",
        "If it is private, type /invite @Steward in it. Else copy the id anew: the channel's name → About, at the "
        "very end; put it into the setup file and `steward apply` it.",
    ),
    "not_in_channel": Refusal("Steward is not in the channel.", "Type /invite @Steward in that channel."),
    "restricted_action": Refusal(
        "A setting of the workspace keeps Steward from posting there.",
        "Allow it to post: the channel's name → Settings → Posting permissions; else ask an owner of the workspace.",
    ),
    "messages_tab_disabled": Refusal(
        "Steward's Messages tab is switched off.",
        "Switch it on in the app's settings: App Home → Show Tabs → Messages Tab.",
    ),
    "thread_not_found": Refusal("The message it answers is gone.", "Let it go: there is nothing left to answer."),
    **dict.fromkeys(["is_archived", "is_inactive"], _ARCHIVED),
    **dict.fromkeys(
        ["channel_is_read_only", "posting_to_channel_denied", "restricted_action_read_only_channel",
         "restricted_action_thread_only_channel"],
        _POSTING,
    ),
    **dict.fromkeys(
        ["cannot_reply_to_message", "restricted_action_non_threadable_channel", "restricted_action_thread_locked"],
        _THREAD,
    ),
    **dict.fromkeys(
        ["invalid_user_combination", "user_disabled", "user_is_restricted", "user_not_found", "user_not_visible"],
        _PERSON,
    ),
    **dict.fromkeys(["block_mismatch", "cant_update_message", "edit_window_closed"], _SETTLED),
    **dict.fromkeys(
        ["as_user_not_supported", "cant_broadcast_message", "invalid_arguments", "invalid_attachments",
         "invalid_blocks", "invalid_blocks_format", "invalid_metadata_format", "invalid_metadata_schema",
         "markdown_text_conflict", "metadata_must_be_sent_from_app", "metadata_too_large",
         "method_not_supported_for_channel_type", "msg_blocks_too_long", "msg_too_long", "no_text", "not_enough_users",
         "team_not_found", "too_many_attachments", "too_many_users", "users_list_not_supplied"],
        _OURS,
    ),
}  # fmt: skip
WHAT: dict[Subject, str] = {
    Subject.TICKET: "Card",
    Subject.EVENT: "Announcement",
    Subject.JOB_RUN: "Review",
    Subject.INTAKE: "Message that became a request",
    Subject.MESSAGE: "Message",
    Subject.ACCOUNT: "Welcome",
    Subject.CHANNEL: "Question whose channel it is",
    Subject.AGENDA: "Agenda item",
    Subject.CHANGE: "Change",
    Subject.RELEASE: "Release",
    Subject.ROLLOUT: "Rollout message",
    Subject.QUOTE: "Quote",
    Subject.BILLING_REVIEW: "Billing review",
    Subject.INVOICE: "Invoice",
    Subject.INVOICE_FILE: "Invoice file",
    Subject.ORIGIN: "Message",
}
WHERE: dict[Place, str] = {
    Place.CLIENT: "for the client",
    Place.TRIAGE: "for the team",
    Place.LEADERSHIP: "for leadership",
    Place.RELEASES: "for approvers",
    Place.BILLING: "for billing",
}
TRY_ALL = blocks.button("Try all again", ALL_AGAIN)
SURE = blocks.confirm(
    "Let it go?", "Nobody will try to deliver it again. A ticket's card still comes with its next move.", "Let it go",
    "Keep it",
)  # fmt: skip


def refusal_of(code: str) -> Refusal:
    """What one of Slack's errors means for a post."""
    return REFUSALS.get(code, _OURS)


def letter(one: DeadLetter, url: str | None) -> list[Block]:
    """One of them, with its two buttons; `url` leads to the ticket's card."""
    why, cure = refusal_of(one.why)
    of = "of" if one.subject is Subject.TICKET else "about"
    about = Mrkdwn(f" {of} {link(url, f'T-{one.ticket_id}')}") if one.ticket_id else Mrkdwn("")
    since = f", since {instant(one.since)}" if one.since else ""
    said = Mrkdwn(
        f"*{WHAT[one.subject]}{about}*, {WHERE[one.place]} in {_channel(one.channel_slack_id)}{since}\n"
        f"{escape(why)} {escape(cure)}"
    )
    return [blocks.section(said), *blocks.actions(_buttons(str(one.id)), block_id=f"delivery-{one.id}")]


def _buttons(value: str) -> list[dict[str, Any]]:
    return [
        blocks.button("Try again", AGAIN, value),
        {**blocks.button("Let it go", LET_GO, value), "confirm": SURE},
    ]


def _channel(slack_id: str) -> Mrkdwn:
    if slack_id.startswith(("U", "W")):
        return Mrkdwn(f"a direct message to <@{slack_id}>")
    return Mrkdwn("a direct message" if slack_id.startswith("D") else f"<#{slack_id}>")
