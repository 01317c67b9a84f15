"""The menus that narrow the queue and the Home: by account, by priority, by system."""

from typing import Any

from bot.domain.accounts import Account
from bot.domain.priority import Priority
from bot.domain.tickets import Selection
from bot.messages import blocks
from bot.messages.mrkdwn import cut, width

ANY = "any"
LONGEST_VALUE = 140  # Slack's limit for an option's value is 150


def account_options(accounts: list[Account]) -> list[dict[str, Any]]:
    """Every account, with the way back to all of them first."""
    return [blocks.option("Every account", ANY), *(blocks.option(one.name, str(one.id)) for one in accounts)]


def of_accounts(action_id: str, accounts: list[Account], narrowed: Selection) -> dict[str, Any]:
    """The account's menu."""
    chosen = ANY if narrowed.account_id is None else str(narrowed.account_id)
    return blocks.select(action_id, "Account", account_options(accounts), chosen)


def of_priorities(action_id: str, narrowed: Selection) -> dict[str, Any]:
    """The priority's menu."""
    options = [blocks.option("Any priority", ANY), *(blocks.option(one.value, one.value) for one in Priority)]
    return blocks.select(action_id, "Priority", options, narrowed.priority.value if narrowed.priority else ANY)


def system_options(systems: list[str]) -> list[dict[str, Any]]:
    """The systems that open tickets speak of."""
    fits = [name for name in systems if width(name) <= LONGEST_VALUE]
    return [blocks.option("Any system", ANY), *(blocks.option(name, name) for name in fits)]


def of_systems(action_id: str, narrowed: Selection) -> dict[str, Any]:
    """The system's menu: what there is, is looked up when it is opened."""
    chosen = cut(narrowed.system, LONGEST_VALUE) if narrowed.system else None
    initial = blocks.option(chosen, chosen) if chosen else blocks.option("Any system", ANY)
    placeholder = blocks.plain("System", 150)
    return {"type": "external_select", "action_id": action_id, "placeholder": placeholder, "min_query_length": 0,
            "initial_option": initial}  # fmt: skip
