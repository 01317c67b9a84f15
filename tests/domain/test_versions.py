"""Which version of an agreement counts: by its start, of two on a day the later made, and none once it has ended."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from bot.domain import accounts, agreements, people
from bot.domain.agreements import Agreement, AgreementType
from bot.domain.errors import Refused
from bot.domain.events import Event, Kind
from tests.cast import by_name
from tests.domain.desk import delivered, pending

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
TODAY, DECEMBER, JANUARY = date(2026, 11, 20), date(2026, 12, 1), date(2027, 1, 1)


def version(session, account="Acme", *, starts, hours=40, **terms):
    made = Agreement(
        account_id=by_name(session, account).id, type=AgreementType.RETAINER, starts=starts,
        included_minutes=hours * 60, **terms,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def counts(session, day, account="Acme"):
    """The included hours on that day, asked in each way there is."""
    account_id = by_name(session, account).id
    told = [
        agreements.of(session, account_id, day),
        agreements.of_several(session, [account_id], day).get(account_id),
        agreements.in_force(agreements.versions(session, account_id), day),
    ]
    hours = {one.included_minutes // 60 if one else None for one in told}
    assert len(hours) == 1, hours
    return hours.pop()


def makes(session, starts, by="Sam", hours=50, **more):
    sam = people.by_slack_id(session, f"U0{by.upper()}")
    return agreements.make(
        session, by_name(session, "Acme"), by=sam, now=NOW, starts=starts, type=AgreementType.RETAINER,
        included_minutes=hours * 60, rate_currency="EUR", **more,
    )  # fmt: skip


def test_the_start_decides_and_not_when_it_was_made(session):
    version(session, starts=JANUARY, hours=60)
    version(session, starts=DECEMBER, hours=50)
    assert [counts(session, day) for day in (TODAY, DECEMBER, date(2026, 12, 31), JANUARY)] == [40, 50, 50, 60]


def test_of_two_on_one_day_the_one_made_later_counts(session):
    version(session, starts=DECEMBER, hours=50)
    version(session, starts=DECEMBER, hours=55)
    assert counts(session, DECEMBER) == 55


@pytest.mark.parametrize(("renews", "after"), [(False, None), (True, 50)])
def test_its_last_day_counts_and_the_next_one_only_where_it_renews(session, renews, after):
    version(session, starts=date(2026, 11, 1), hours=50, ends=TODAY, renews=renews)
    assert (counts(session, TODAY), counts(session, date(2026, 11, 21))) == (50, after)


def test_an_ended_one_does_not_make_way_for_the_one_before(session):
    version(session, starts=date(2026, 11, 1), ends=date(2026, 11, 10), renews=False)
    assert counts(session, TODAY) is None


def test_what_a_contact_brings_along_is_their_own_and_ends_too(cast_sessions):
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        version(session, "Umbrella", starts=date(2026, 11, 1), hours=7, ends=date(2026, 11, 10), renews=False)
        acme = by_name(session, "Acme").id
    with cast_sessions.begin() as session:
        rex = agreements.enter(session, "U0REX")
        assert agreements.of(session, rex.account_id, date(2026, 11, 10)).included_minutes == 7 * 60
        assert agreements.of(session, rex.account_id, TODAY) is None
        assert agreements.of(session, acme, date(2026, 11, 10)) is None, "another account’s is not theirs to see"


def test_whoever_read_another_newest_one_looks_first(session, everything):
    late, early = version(session, starts=JANUARY), version(session, starts=DECEMBER)
    assert agreements.newest_of(agreements.versions(session, by_name(session, "Acme").id)) == early.id > late.id
    before = everything()
    for seen in (0, late.id, early.id + 1):
        with pytest.raises(Refused, match="Somebody else made a version for Acme meanwhile"):
            makes(session, DECEMBER, seen=seen)
    assert everything() == before
    makes(session, DECEMBER, seen=early.id)


def test_the_same_terms_from_that_day_on_are_no_version(session, everything):
    made = makes(session, DECEMBER)
    before = everything()
    for starts in (DECEMBER, JANUARY):
        with pytest.raises(Refused, match="That is what counts from that day on already"):
            makes(session, starts)
    assert everything() == before
    again = makes(session, DECEMBER, hours=60)
    told = session.scalars(select(Event).where(Event.kind == Kind.AGREEMENT_MADE).order_by(Event.id)).all()
    assert (told[-1].data["agreement"], told[-1].data["before"]["included_minutes"]) == (again.id, 50 * 60)
    assert made.included_minutes == 50 * 60


def test_the_billing_channel_reads_of_it(session):
    delivered(session)
    makes(session, DECEMBER)
    assert pending(session) == [("billing", "event")]


@pytest.mark.parametrize(("starts", "told"), [
    (date(2026, 11, 15), "begins with a month"),  # between the first and the last
    (date(2026, 12, 15), "begins with a month"),
    (date(1999, 12, 31), "in this century"),
    (date(2100, 1, 1), "in this century"),
])  # fmt: skip
def test_a_start_that_can_not_be_is_refused_and_nothing_changes(session, everything, starts, told):
    version(session, starts=DECEMBER, hours=50)
    before = everything()
    with pytest.raises(Refused, match=told) as refused:
        makes(session, starts, hours=60)
    assert refused.value.field == "starts"
    assert everything() == before


def test_a_first_version_that_begins_within_a_month_is_put_right_from_that_day_on(session):
    account = accounts.Account(name="Globex")
    session.add(account)
    session.flush()
    version(session, "Globex", starts=date(2026, 11, 15), hours=7)
    agreements.check_start(session, account, date(2026, 11, 15))
    with pytest.raises(Refused, match="begins with a month"):
        agreements.check_start(session, account, date(2026, 11, 16))


@pytest.mark.parametrize(("starts", "may"), [(date(2026, 10, 31), False), (date(2026, 11, 1), True)])
def test_a_first_version_too_starts_after_what_was_billed(session, starts, may):
    account = accounts.Account(name="Globex", billed_through=date(2026, 10, 31))
    session.add(account)
    session.flush()
    if may:
        return agreements.check_start(session, account, starts)
    with pytest.raises(Refused, match="billed up to the end of October 2026"):
        agreements.check_start(session, account, starts)
