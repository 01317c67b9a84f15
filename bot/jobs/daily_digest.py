"""The queue review and standup, in the triage channel on the provider's working mornings."""

from sqlalchemy.orm import Session

from bot.domain import away, outbox, reviews
from bot.domain.errors import Refused
from bot.jobs.job import Run


def run(session: Session, run: Run) -> None:
    """Store the figures with the claim; the post is rendered from them, whenever it is delivered."""
    channel = run.provider.triage_channel
    if not channel:
        raise Refused("The digest has nowhere to go: give the provider a triage channel, and apply.")
    away.redraw_cards(session, run.provider.calendar, run.now)
    snapshot = reviews.daily_queue(session, run.provider, run.now)
    outbox.open_thread(
        session, outbox.Subject.JOB_RUN, run.id, outbox.Place.TRIAGE, channel, account_id=None, snapshot=snapshot
    )
