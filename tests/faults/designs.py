"""Designs that are known to be wrong, as variants of ours: the suite has to see each of them fail."""

import os
from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from bot.domain import job_runs, people, tickets
from bot.domain.invoices import drafting
from bot.slack import delivery, errands
from bot.slack.delivery import Courier


def answering_first(app: Any) -> Any:
    """Slack is told that it is done, and then it is begun."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        if scope.get("path") != "/slack/events":
            return await app(scope, receive, send)
        message = await receive()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

        async def kept() -> Any:
            return message

        async def nobody(_message: Any) -> None:
            pass

        await app(scope, kept, nobody)

    return wrapped


def mark_before_sending() -> None:
    """A post counts as brought before it is sent."""
    bring = Courier._bring

    def marked(self: Courier, errand: errands.Errand) -> Any:
        with self._sessions.begin() as session:
            people.enter_as_system(session)
            session.execute(text("update outbox set done_at = now() where id = :id"), {"id": errand.id})
        return bring(self, errand)

    delivery.Courier._bring = marked


def mark_after_sending() -> None:
    """A post counts as brought when Slack's answer was read; before a second try nobody looks."""
    errands.arrived_before = lambda *_: None


def read_then_update() -> None:
    """A decision is checked on a row that nobody holds."""
    visible_to = tickets.visible_to
    tickets.visible_to = lambda *args, lock=False: visible_to(*args)


def a_number_of_its_own() -> None:
    """An invoice's number is drawn as a database's sequences do: whoever does not come to the end leaves a gap."""

    def drawn(session: Any, series: str) -> int:
        draws = text("insert into invoice_series (name, last_number) values (:name, 1) on conflict (name)"
                     " do update set last_number = invoice_series.last_number + 1 returning last_number")  # fmt: skip
        with session.get_bind().begin() as connection:
            return connection.execute(draws, {"name": series}).scalar_one()

    drafting._next_number = drawn


def every_worker_for_itself() -> None:
    """Each process knows only its own runs of a job."""
    claim = job_runs.claim

    def claimed(session: Any, job: str, period: str, **more: Any) -> int | None:
        return claim(session, job, f"{period} of {os.getpid()}", **more)

    job_runs.claim = claimed


def short_leases() -> None:
    """Not a wrong one: ours, with so little time that whoever stood still has to ask again whether it still may."""
    delivery.LEASE_SECONDS = delivery.HTTP_SECONDS + SOON


SOON = 0.2  # seconds


DESIGNS: dict[str, Callable[[], None]] = {
    "ack first": lambda: None,  # it stands around the app: see `answering_first`
    "mark before sending": mark_before_sending,
    "mark after sending": mark_after_sending,
    "read, then update": read_then_update,
    "a job store each": every_worker_for_itself,
    "a number of its own": a_number_of_its_own,
    "short leases": short_leases,
}
