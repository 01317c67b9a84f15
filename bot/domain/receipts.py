"""What was already done: a receipt commits with its effect and keeps the answer that was given."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.connection import NOBODY_WAITS
from bot.domain.base import Base

# Slack repeats an event for a day, and a person a form for as long as its window stays open.
KEPT = timedelta(days=30)
FOR_EVER = "asked:"  # a channel is asked once whose it is, however long ago


class Receipt(Base):
    """One arrival. `key` names the payload as its kind asks (docs/decisions), `digest` its content."""

    __tablename__ = "receipt"

    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    answer: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    at: Mapped[datetime] = mapped_column(server_default=func.now(), init=False)


@dataclass(frozen=True)
class Earlier:
    """The same key arrived before: with the same content, or with another."""

    same: bool
    answer: dict[str, Any] | None


def digest_of(content: str) -> str:
    """A fingerprint of the input; the input itself is not kept."""
    return hashlib.sha256(content.encode()).hexdigest()


def claim(session: Session, key: str, content: str, *, account_id: int | None) -> Earlier | None:
    """Claim the key in this transaction; None means it is ours and new.

    A second transaction with the same key waits here until the first has committed or gone.
    """
    claimed = session.execute(
        insert(Receipt)
        .values(key=key, digest=digest_of(content), account_id=account_id)
        .on_conflict_do_nothing()
        .returning(Receipt.key)
    ).scalar_one_or_none()
    return None if claimed else earlier(session, key, content)


def claim_along(session: Session, key: str, content: str, *, account_id: int | None) -> None:
    """The same without waiting: whatever is sent next meets `is_taken` where the key is another's."""
    mine = {"key": key, "digest": digest_of(content), "account_id": account_id}
    session.execute(_CLAIM, mine, execution_options=NOBODY_WAITS)


_CLAIM = insert(Receipt.__table__).inline()  # pyright: ignore[reportArgumentType]


def is_taken(error: IntegrityError) -> bool:
    """Whether that is what was met."""
    return getattr(getattr(error.orig, "diag", None), "constraint_name", None) == "pk_receipt"


def earlier(session: Session, key: str, content: str) -> Earlier:
    """What is known of a key that was claimed before."""
    row = session.execute(select(Receipt.digest, Receipt.answer).where(Receipt.key == key)).one_or_none()
    # Another person's receipt is hidden by row security: the key is taken, and nothing is told.
    return Earlier(same=row is not None and row[0] == digest_of(content), answer=row[1] if row else None)


def known(session: Session, key: str) -> bool:
    """Whether that was done already, as far as this session may see."""
    return session.scalar(select(Receipt.key).where(Receipt.key == key)) is not None


def keep_answer(session: Session, key: str, answer: dict[str, Any]) -> None:
    """What a repeat of the same input is answered with."""
    kept = update(Receipt).where(Receipt.key == key).values(answer=answer)
    session.execute(kept, execution_options={"synchronize_session": False, **NOBODY_WAITS})


def purge(session: Session, *, most: int) -> int:
    """Clear away up to `most` receipts that no repeat needs any more; how many went."""
    old = (
        select(Receipt.key)
        .where(Receipt.at < func.now() - KEPT, ~Receipt.key.startswith(FOR_EVER))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    gone = delete(Receipt).where(Receipt.key.in_(old)).returning(Receipt.key)
    return len(session.scalars(gone, execution_options={"synchronize_session": False}).all())
