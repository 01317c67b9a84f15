"""The provider's own row: its workspace, zone and channels, and who the bot is there."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.base import Base, Id
from bot.domain.errors import Refused
from bot.domain.hours import KeepsHours


class Provider(KeepsHours, Base):
    """One row: the firm that runs Steward."""

    __tablename__ = "provider"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), CheckConstraint("opens < closes", name="opens_first"))

    id: Mapped[Id] = mapped_column(default=1, kw_only=True)
    team_slack_id: Mapped[str]
    channels: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    live_since: Mapped[datetime | None] = mapped_column(default=None)  # nothing scheduled before it is caught up
    # Learned from auth.test, so that web can answer while Slack is down.
    bot_user_slack_id: Mapped[str | None] = mapped_column(default=None)
    workspace_url: Mapped[str | None] = mapped_column(default=None)
    billing: Mapped[dict[str, Any]] = mapped_column(default_factory=dict, server_default="{}")  # as invoices name it

    @property
    def triage_channel(self) -> str | None:
        """Where cards stand and digests go."""
        return self.channels.get("triage")

    @property
    def releases_channel(self) -> str | None:
        """Where changes and releases are put before their approvers; triage, if there is none."""
        return self.channels.get("releases") or self.triage_channel

    @property
    def billing_channel(self) -> str | None:
        """Where billing reviews and invoices are put before those who sign them; triage, if there is none."""
        return self.channels.get("billing") or self.triage_channel

    @property
    def leadership_channel(self) -> str | None:
        """Where reviews for our own eyes go; triage, if there is none."""
        return self.channels.get("leadership") or self.triage_channel


def find(session: Session) -> Provider | None:
    """The provider, unless nothing has been applied yet; read once a transaction."""
    if "provider" not in session.info:
        keep(session, session.scalar(select(Provider)))
    return session.info.get("provider")


def keep(session: Session, firm: Provider | None) -> None:
    """It was read along with something else. One that is not there yet may come."""
    if firm is not None:
        session.info["provider"] = firm


def get(session: Session) -> Provider:
    """The provider, or a sentence for whoever comes before `steward apply`."""
    provider = find(session)
    if provider is None:
        raise Refused("Steward is not set up yet. An admin runs `steward apply` with the provider's file first.")
    return provider


def lock(session: Session) -> None:
    """Whoever else changes what there is once waits until this transaction is over."""
    session.execute(select(Provider.id).with_for_update())
