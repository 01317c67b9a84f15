"""Who somebody is that writes or presses for the first time: Slack's word, and whose contact that makes them."""

from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy.orm import Session

from bot.domain import accounts, provider
from bot.domain.accounts import Account
from bot.slack.unanswered import code_of

WILL_NOT_SAY = {"user_not_found", "user_not_visible"}  # of people from elsewhere; anything else may be said later


@dataclass(frozen=True)
class Profile:
    """What Slack says of somebody."""

    slack_id: str
    name: str
    email: str | None
    team: str | None
    is_bot: bool = False

    def facts(self, account: Account, provider_team: str) -> dict[str, Any]:
        """What joining needs; an e-mail counts only from the account's own workspace or the provider's."""
        vouched = self.team in {account.team_slack_id or provider_team, provider_team}
        return {"slack_id": self.slack_id, "name": self.name, "email": self.email, "email_is_vouched": vouched}


def ask_slack(client: WebClient, slack_id: str, body: dict[str, Any]) -> Profile:
    """Slack's word for who that is. Without an answer nobody joins: a guess would stand for good."""
    sent = body.get("user")
    user: dict[str, Any] = sent if isinstance(sent, dict) else {}
    name = body.get("user_name") or user.get("name") or user.get("username") or "Somebody new"
    team = _their_team(body, user)
    try:
        told: dict[str, Any] = client.users_info(user=slack_id).get("user") or {}
    except SlackApiError as error:
        if code_of(error) not in WILL_NOT_SAY:
            raise
        told = {}  # what the payload tells has to do
    card = told.get("profile") or {}
    known_as = card.get("real_name") or told.get("real_name") or told.get("name") or name
    return Profile(slack_id, known_as, card.get("email"), told.get("team_id") or team, bool(told.get("is_bot")))


def _their_team(body: dict[str, Any], user: dict[str, Any]) -> str | None:
    """The workspace of whoever acts. An event's own `team_id` is the channel's, which says nothing of them."""
    if event := body.get("event"):
        return event.get("user_team") or event.get("team")
    return user.get("team_id") or body.get("team_id")


def account_of(session: Session, profile: Profile, channel: str | None) -> Account | None:
    """The account whose channel they are in, or the one that was applied with their e-mail.

    A channel may be shared with a third company too: where the setup says which workspace the account's people
    come from, only those (and guests of the provider's) are taken for its contacts.
    """
    home = provider.get(session).team_slack_id
    account = accounts.by_channel(session, channel)
    if account and profile.team in {account.team_slack_id or profile.team, home} - {None}:
        return account
    return accounts.of_contact(session, profile.email, profile.team, home)
