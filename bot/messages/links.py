"""Where things stand in Slack, as links that open there."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from bot.domain import outbox, provider
from bot.domain.people import Person
from bot.domain.provider import Provider


def permalink(firm: Provider | None, post: outbox.Post | None) -> str | None:
    """The link to a post, once it is delivered and the workspace's address is known."""
    if not firm or not firm.workspace_url or not post or not post.ts:
        return None
    return f"{firm.workspace_url.rstrip('/')}/archives/{post.channel_slack_id}/p{post.ts.replace('.', '')}"


def to_message(firm: Provider | None, post: outbox.Post | None) -> str | None:
    """The link to the message that a ticket was made of, where others than its author can open it."""
    if not firm or not firm.workspace_url or not post or not post.ts or not post.snapshot or post.snapshot["private"]:
        return None
    ts = str(post.snapshot["ts"])
    in_thread = f"?thread_ts={post.ts}&cid={post.channel_slack_id}" if ts != post.ts else ""
    return f"{firm.workspace_url.rstrip('/')}/archives/{post.channel_slack_id}/p{ts.replace('.', '')}{in_thread}"


def place_for(reader: Person | None) -> outbox.Place:
    """Which of a ticket's two cards a person is shown: clients never the triage one."""
    return outbox.Place.TRIAGE if reader is None or reader.is_staff else outbox.Place.CLIENT


def by_place(session: Session, ids: list[int]) -> dict[outbox.Place, dict[int, str | None]]:
    """For each audience, the tickets that have a card there, with its link where it is delivered."""
    if not ids:
        return {place: {} for place in outbox.Place}
    firm = provider.find(session)
    posts = {place: outbox.roots_of_many(session, outbox.Subject.TICKET, ids, place) for place in outbox.Place}
    return {place: {number: permalink(firm, post) for number, post in found.items()} for place, found in posts.items()}


def to_tickets(session: Session, ids: Iterable[int], reader: Person | None = None) -> dict[int, str | None]:
    """The link to each ticket's card, as this reader may open it."""
    return to_cards(session, ids, place_for(reader))


def to_cards(session: Session, ids: Iterable[int], place: outbox.Place) -> dict[int, str | None]:
    """The link to each ticket's card in that place."""
    firm = provider.find(session)
    wanted = list(dict.fromkeys(ids))
    posts = outbox.roots_of_many(session, outbox.Subject.TICKET, wanted, place)
    return {number: permalink(firm, posts.get(number)) for number in wanted}
