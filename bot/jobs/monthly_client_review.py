"""What a client reads of its month in its own channel, and what we read of it in ours."""

from sqlalchemy.orm import Session

from bot.domain import events, outbox, reviews
from bot.domain.errors import Refused
from bot.domain.months import Month
from bot.domain.outbox import Place, Subject
from bot.jobs.job import Run


def run(session: Session, run: Run) -> None:
    """Store one snapshot's two cuts with the claim: each post holds only what its readers may know."""
    account, ours = run.account, run.provider.leadership_channel
    if account is None or not account.channel_slack_id:
        name = account.name if account else "This account"
        raise Refused(f"{name}'s review has nowhere to go: give {name} a channel, and apply.")
    if not ours:
        raise Refused("Our half of the review has nowhere to go: give the provider a leadership channel, and apply.")
    snapshot = reviews.monthly(session, account, Month.named(run.period), run=run.id)
    told = {"job": "monthly-client-review", "period": run.period}
    event = events.record(session, events.Kind.REVIEWED, account_id=account.id, at=run.now, data=told)
    for_client = reviews.cut(snapshot, Place.CLIENT)
    post = outbox.open_thread(
        session, Subject.JOB_RUN, run.id, Place.CLIENT, account.channel_slack_id,
        account_id=account.id, snapshot=for_client,
    )  # fmt: skip
    if reviews.has_more(for_client):
        longer = {"kind": "monthly_closed"} | {name: for_client[name] for name in ("month", "closed")}
        outbox.reply(session, post, event.id, snapshot=longer)
    # No account of its own: a post that carries one can be seen by that account's people.
    outbox.open_thread(
        session, Subject.JOB_RUN, run.id, Place.LEADERSHIP, ours,
        account_id=None, snapshot=reviews.cut(snapshot, Place.LEADERSHIP),
    )  # fmt: skip
