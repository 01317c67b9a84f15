"""Who may sit where: each seat's holders, and for whom a person may answer."""

from collections.abc import Collection
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from sqlalchemy.orm import Session

from bot.domain import people, provider, rota
from bot.domain.approvals.delegates import Lent, lent
from bot.domain.people import Person
from bot.domain.roles import ContactRole, Permission, Role
from bot.domain.seats import Seat
from bot.domain.turns import Duty

WITH_ROLE = {
    Seat.LEAD: Role.LEAD,
    Seat.SERVICE_OWNER: Role.SERVICE_OWNER,
    Seat.RELEASE_APPROVER: Role.APPROVER,
    Seat.ACCOUNT: Role.ACCOUNT_MANAGER,
    Seat.FINANCE: Role.FINANCE,
}


class Chair(NamedTuple):
    """A seat that a person may decide from, and whose it is: their own, or that of who named them."""

    seat: Seat
    authority: Person


class Hall:
    """Who sits where at one moment, read once however many approvals are looked at."""

    def __init__(self, session: Session, now: datetime):
        self._session, self.now = session, now
        self._clients: dict[int, list[Person]] = {}

    @cached_property
    def _staff(self) -> list[Person]:
        return people.staff(self._session)

    @cached_property
    def _on_call(self) -> list[Person]:
        """Whoever is on call, if a lead."""
        today = provider.get(self._session).calendar.local_date(self.now)
        on_duty = rota.on_duty(self._session, Duty.ON_CALL, today)
        return [on_duty] if on_duty and on_duty.may(Permission.LEAD_QUEUE) else []

    @cached_property
    def _lent(self) -> list[Lent]:
        return lent(self._session, provider.get(self._session).calendar.local_date(self.now))

    def _client(self, account_id: int | None) -> list[Person]:
        if account_id is not None and account_id not in self._clients:
            known = people.contacts(self._session, account_id)
            self._clients[account_id] = [person for person in known if ContactRole.APPROVER in person.roles]
        return self._clients.get(account_id or 0, [])

    def holders(self, seat: Seat, account_id: int | None, barred: Collection[int] = ()) -> list[Person]:
        """Who has that seat and may decide. Where nobody on call may, any lead does."""
        if seat is Seat.CLIENT:
            found = self._client(account_id)
        elif seat is Seat.PEER:
            found = [person for person in self._staff if person.may(Permission.WORK)]
        elif seat is Seat.ONCALL_LEAD:
            found = [one for one in self._on_call if one.id not in barred] or self.holders(Seat.LEAD, None, barred)
        else:
            found = [person for person in self._staff if WITH_ROLE[seat] in person.roles]
        return [person for person in found if person.id not in barred]

    def delegates(self, holders: Collection[Person], asked_at: datetime, barred: Collection[int] = ()) -> set[int]:
        """Who may answer for one of them. Named after it was asked does not count: nobody picks a judge."""
        ids = {person.id for person in holders}
        return {
            one.delegate_id for one in self._lent
            if one.person_id in ids and one.named_at <= asked_at and one.delegate_id not in barred
        }  # fmt: skip

    def chairs(
        self, seats: Collection[Seat], person: Person, *, account_id: int | None, asked_at: datetime,
        barred: Collection[int],
    ) -> list[Chair]:  # fmt: skip
        """The seats this person may decide from: their own first, then those they answer for."""
        if person.id in barred or not person.active:
            return []
        own, for_others = [], []
        for seat in dict.fromkeys(seats):
            if (seat is Seat.CLIENT) is person.is_staff:
                continue  # each side answers only for its own
            holders = {one.id: one for one in self.holders(seat, account_id, barred)}
            if person.id in holders:
                own.append(Chair(seat, person))
            for_others += [
                Chair(seat, holders[one.person_id]) for one in self._lent
                if one.delegate_id == person.id and one.person_id in holders and one.named_at <= asked_at
            ]  # fmt: skip
        return own + for_others
