"""Looking after the rows: how long they wait, and when they may go."""

from datetime import timedelta

from sqlalchemy import delete, exists, func, or_, select, text
from sqlalchemy.orm import Session, aliased

from bot.domain.outbox.post import Delivery

KEPT = timedelta(days=30)  # to look back at how a post went; what was posted stays in `post`


def oldest_pending_seconds(session: Session) -> float:
    """How long the oldest row that could be delivered has waited; 0 where none does.

    Replies behind a dead card can't be: that card is the dead letter.
    """
    return float(
        session.execute(
            text(
                "select coalesce(extract(epoch from now() - min(waits.created_at)), 0)"
                " from outbox waits join post root on root.id = waits.lane_id"
                " where waits.done_at is null and waits.dead_at is null and (root.ts is not null or exists"
                " (select from outbox card where card.post_id = root.id and card.done_at is null"
                " and card.dead_at is null))"
            )
        ).scalar_one()
    )


def purge(session: Session, *, most: int) -> int:
    """Clear away up to `most` old rows that are settled: brought, let go, or followed by a later one. How many went.

    Oldest first: a later delivery goes after the dead letter whose place it took, or that one would stand again.
    """
    later = aliased(Delivery)
    settled = or_(
        Delivery.done_at < func.now() - KEPT,
        Delivery.let_go_at.is_not(None),
        exists().where(later.post_id == Delivery.post_id, later.id > Delivery.id),
    )
    ended = func.coalesce(Delivery.done_at, Delivery.dead_at)
    old = (
        select(Delivery.id)
        .where(Delivery.created_at < func.now() - KEPT, ended < func.now() - KEPT, settled)
        .order_by(Delivery.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    gone = delete(Delivery).where(Delivery.id.in_(old)).returning(Delivery.id)
    return len(session.scalars(gone, execution_options={"synchronize_session": False}).all())
