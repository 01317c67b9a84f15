"""The queue shows each person what they may see, the most urgent and longest standing first."""

from datetime import timedelta

import pytest

from bot.domain import tickets
from bot.domain.priority import Priority
from bot.domain.tickets import QueueFilter
from bot.domain.tickets.queue import PAGE
from bot.domain.workflow import Status
from tests.domain.desk import MONDAY

LONG_AGO = MONDAY - timedelta(days=9)
SINCE = MONDAY - timedelta(days=4)


@pytest.fixture
def keys(session, who):
    def shown(chosen: QueueFilter = QueueFilter.ALL, *, to: str = "Bo", number: int = 0) -> list[int]:
        found = tickets.page(session, who(to), chosen, stalled_since=SINCE, number=number)
        return [ticket.id for ticket in found.tickets]

    return shown


def test_the_most_urgent_comes_first_and_then_what_has_stood_longest(a_ticket, keys):
    new = a_ticket(priority=Priority.P3)
    old = a_ticket(priority=Priority.P3, status_since=LONG_AGO)
    urgent = a_ticket(priority=Priority.P1)
    assert keys() == [urgent.id, old.id, new.id]


def test_what_is_closed_is_in_no_list(a_ticket, keys, who):
    a_ticket(status=Status.CLOSED, status_since=LONG_AGO, assignee_id=who("Bo"))
    assert [keys(chosen) for chosen in QueueFilter] == [[]] * len(QueueFilter)


def test_each_list_holds_what_its_name_says(a_ticket, keys, who):
    bo, eve = who("Bo"), who("Eve")
    unowned = a_ticket().id
    waiting = a_ticket(status=Status.WAITING, assignee_id=eve, status_since=LONG_AGO).id
    confirming = a_ticket(status=Status.CLIENT_REVIEW, assignee_id=bo, status_since=LONG_AGO).id
    planned = a_ticket(status=Status.SCHEDULED, assignee_id=eve, status_since=LONG_AGO).id
    stalled = a_ticket(status=Status.IN_PROGRESS, assignee_id=bo, status_since=LONG_AGO).id
    checking = a_ticket(status=Status.INTERNAL_REVIEW, assignee_id=eve).id
    assert set(keys()) == {unowned, waiting, confirming, planned, stalled, checking}
    assert set(keys(QueueFilter.MINE)) == {confirming, stalled}
    assert keys(QueueFilter.UNOWNED) == [unowned]
    assert set(keys(QueueFilter.WAITING)) == {waiting, confirming}
    assert keys(QueueFilter.STALLED) == [stalled]
    assert keys(QueueFilter.REVIEW) == [checking]


def test_a_contact_sees_its_own_accounts_and_mine_are_those_it_asked_for(a_ticket, keys):
    asked, colleagues = a_ticket().id, a_ticket(by="Cleo").id
    theirs = a_ticket(account="Umbrella", by="Rex").id
    assert set(keys(to="Ana")) == {asked, colleagues}
    assert keys(QueueFilter.MINE, to="Ana") == [asked]
    assert keys(to="Rex") == [theirs]
    assert set(keys(to="Sam")) == {asked, colleagues, theirs}


def test_a_long_list_comes_page_by_page(session, a_ticket, keys, who):
    made = [a_ticket().id for _ in range(PAGE + 1)]
    first, second = (
        tickets.page(session, who("Bo"), QueueFilter.ALL, stalled_since=SINCE, number=number) for number in (0, 1)
    )
    assert [ticket.id for ticket in first.tickets + second.tickets] == made
    assert (first.total, first.has_next, second.total, second.has_next) == (PAGE + 1, True, PAGE + 1, False)
    assert keys(number=2) == keys(number=1)  # a page that is gone is the last one there is


def test_a_full_last_page_has_no_next(session, a_ticket, who):
    for _ in range(PAGE):
        a_ticket()
    assert not tickets.page(session, who("Bo"), QueueFilter.ALL, stalled_since=SINCE).has_next


def test_a_picker_offers_ones_own_first_and_then_the_newest(session, a_ticket, who):
    mine, old, new = a_ticket(assignee_id=who("Bo")).id, a_ticket(assignee_id=who("Eve")).id, a_ticket().id
    a_ticket(status=Status.CLOSED)
    assert [ticket.id for ticket in tickets.possibilities(session, who("Bo"), "")] == [mine, new, old]
    assert len(tickets.possibilities(session, who("Bo"), "", limit=2)) == 2


@pytest.mark.parametrize("typed", ["checkout", "CHECKOUT", " 50% ", "_off", "T-{id}", "t-{id}", "{id}"])
def test_a_picker_finds_by_title_or_key(session, a_ticket, who, typed):
    a_ticket()
    wanted = a_ticket(title="Checkout: 50% _off is gone")
    found = tickets.possibilities(session, who("Bo"), typed.format(id=wanted.id))
    assert [ticket.id for ticket in found] == [wanted.id]


@pytest.mark.parametrize("typed", ["%", "_", "\\", "T-", "²", "9999999999999999999", "-1", "'"])
def test_what_is_typed_is_no_pattern_and_never_an_error(session, a_ticket, who, typed):
    a_ticket(title="Nothing odd here")
    found = tickets.possibilities(session, who("Bo"), typed)
    assert [ticket.title for ticket in found] == []


def test_a_picker_offers_a_contact_nothing_of_another_account(session, a_ticket, who):
    theirs = a_ticket(account="Umbrella", by="Rex")
    assert tickets.possibilities(session, who("Ana"), str(theirs.id)) == []


def test_every_list_has_a_label():
    assert len({chosen.label for chosen in QueueFilter}) == len(QueueFilter)
