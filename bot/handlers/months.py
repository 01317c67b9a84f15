"""What narrows a list of months, and turns its pages: typed after the command, or pressed in its window."""

from sqlalchemy.orm import Session

from bot.domain import accounts
from bot.domain.errors import NotFound, Refused
from bot.domain.months import Month
from bot.handlers.call import Call
from bot.handlers.naming import month_and_name, the_one
from bot.messages.months import ANY, Controls, Wanted


def wanted_of(session: Session, call: Call, example: str) -> Wanted:
    """`Acme`, `2026-11`, both or neither."""
    if call.kind != "command" or not call.rest:
        return Wanted()
    month, name = month_and_name(call.rest)
    otherwise = f"Write it as {example}, or with only one of them."
    account = the_one(accounts.all_of_them(session), name, otherwise) if name else None
    return Wanted(account=account.id if account else None, month=str(month) if month else None)


def pressed(names: Controls, call: Call) -> Wanted:
    """What the list shows next."""
    before, value = Wanted.model_validate_json(call.metadata), call.value
    if call.action["action_id"] == names.account:
        return Wanted(account=None if value == ANY else _number(value), month=before.month)
    if call.action["action_id"] == names.month:
        return Wanted(account=before.account, month=None if value == ANY else str(month_of(value)))
    return before.model_copy(update={"page": _number(value)})


def _number(text: str) -> int:
    if not (text.isdecimal() and len(text) < 13):
        raise NotFound("That button is from an older version. Open the list again.")
    return int(text)


def month_of(text: str) -> Month:
    """The one that a menu or button carries."""
    try:
        return Month.named(text)
    except ValueError:
        raise Refused("That month is from an older version. Open the list again.") from None
