"""The queue review and standup, in the triage channel on the provider's working mornings."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain import outbox, reviews
from bot.domain.errors import Refused
from bot.domain.provider import Provider


def run(session: Session, provider: Provider, now: datetime, run_id: int) -> None:
    """Store the figures with the claim; the post is rendered from them, whenever it is delivered."""
    if not provider.triage_channel:
        raise Refused("The digest has nowhere to go: give the provider a triage channel, and apply.")
    snapshot = reviews.daily_queue(session, provider, now)
    outbox.open_thread(
        session, outbox.Subject.JOB_RUN, run_id, outbox.Place.TRIAGE, provider.triage_channel,
        account_id=None, snapshot=snapshot,
    )  # fmt: skip
