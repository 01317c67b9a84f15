"""Which account a channel is for: asked where Steward was invited and knows the channel not."""

from typing import Any

from pydantic import BaseModel

from bot.domain.accounts import Account
from bot.messages import blocks
from bot.messages.blocks import option
from bot.messages.mrkdwn import Mrkdwn, say
from bot.modals import form

CALLBACK_ID = "channel.account"
TITLE = "Choose the account"
NOT_HERE = Mrkdwn("Not in the list? An admin adds an account to your setup file and runs `steward apply`.")


class Metadata(BaseModel):
    """What the form carries along unseen."""

    channel: str


class Form(BaseModel):
    """What came back."""

    for_account: int
    replace: bool = False


def options(accounts: list[Account]) -> list[dict[str, Any]]:
    """The accounts as a menu, those that wait for a channel first."""
    waiting_first = sorted(accounts, key=lambda account: account.channel_slack_id is not None)
    return [
        option(account.name if not account.channel_slack_id else f"{account.name} (has a channel)", str(account.id))
        for account in waiting_first
    ]


def view(channel: str, accounts: list[Account]) -> dict[str, Any]:
    """The form, or where accounts come from while there is none."""
    if not accounts:
        none = Mrkdwn("There is no account yet. An admin writes it in your setup file and runs `steward apply`.")
        return form.modal(CALLBACK_ID, TITLE, [blocks.section(none)], submit=None, close="Close")
    what_follows = Mrkdwn("Its requests are then asked for and followed in this channel, which gets a pinned welcome.")
    body = [
        blocks.section(what_follows),
        form.choice("for_account", "Account", options(accounts)),
        blocks.context(NOT_HERE),
    ]
    if any(account.channel_slack_id for account in accounts):
        body.insert(
            2,
            form.tick("replace", "If it has a channel already", "Use this channel instead",
                      hint="Threads that are open stay where they are; new ones begin here."),
        )  # fmt: skip
    metadata = Metadata(channel=channel).model_dump_json()
    return form.modal(CALLBACK_ID, TITLE, body, submit="Choose", metadata=metadata)


def chosen(account: Account) -> dict[str, Any]:
    """What the form turns into."""
    body = [
        blocks.section(say(":white_check_mark: This channel is *{{ name }}*'s now.", name=account.name)),
        blocks.context(
            Mrkdwn("Write it in your setup file too: where the file names another channel, `steward apply` goes by it.")
        ),
    ]
    return form.modal("channel.chosen", TITLE, body, submit=None, close="Done")
