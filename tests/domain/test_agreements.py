"""Whether a request may cost extra, from what the account has bought."""

from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import DBAPIError

from bot.domain import accounts, agreements, people
from bot.domain.accounts import Account
from bot.domain.agreements import Agreement, AgreementType
from bot.domain.codes import Code
from bot.domain.errors import Refused
from bot.domain.events import Event, Kind
from bot.domain.months import Month
from tests.cast import by_name
from tests.domain.desk import one_waits_for_the_other

TODAY = date(2026, 11, 20)


def bought(type_: str = "retainer", **more) -> Agreement:
    return Agreement(account_id=1, type=AgreementType(type_), starts=date(2026, 1, 1), **more)


@pytest.mark.parametrize(
    ("agreement", "system", "extra"),
    [
        (bought("time_and_materials"), None, True),
        (bought("time_and_materials", scope=["Zendesk"]), "Zendesk", True),
        (bought(scope=["Zendesk"]), None, False),
        (bought(scope=["Zendesk"]), "", False),
        (bought(scope=["Zendesk"]), "our ZENDESK instance", False),
        (bought(scope=["Zendesk"]), "Shopify", True),
        (bought(scope=[]), "Shopify", False),
        (bought("fixed", excluded=["Salesforce"]), "salesforce reports", True),
        (bought(scope=["Zendesk"], excluded=["Zendesk Sell"]), "Zendesk Sell", True),
    ],
)
def test_a_request_may_cost_extra_where_hours_are_charged_or_it_stands_outside(agreement, system, extra):
    assert agreement.may_be_billable(system) is extra


def test_an_account_has_its_own_agreement_or_none(session):
    bare = Account(name="Bare")
    session.add(bare)
    session.flush()
    assert agreements.of(session, by_name(session, "Umbrella").id, TODAY).type is AgreementType.TIME_AND_MATERIALS
    assert agreements.of(session, bare.id, TODAY) is None


def test_a_contact_brings_their_account_and_agreement_along(cast_sessions):
    with cast_sessions.begin() as session, counting(session) as asked:
        assert agreements.enter(session, "U0REX").name == "Rex"
        account = accounts.by_id(session, session.info["came along"][0].id)
        assert account.name == "Umbrella"
        assert agreements.of(session, account.id, TODAY).type is AgreementType.TIME_AND_MATERIALS
    assert len(asked) == 1, asked


@pytest.mark.parametrize("slack_id", ["U0BO", "U0NOBODY"])
def test_nobody_else_brings_one(cast_sessions, slack_id):
    with cast_sessions.begin() as session:
        person = agreements.enter(session, slack_id)
        assert (person is None) == (slack_id == "U0NOBODY")
        assert [one for one in session.info.get("came along", ()) if one is not None] == []


def test_whose_access_has_ended_brings_none(cast_sessions):
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        people.by_slack_id(session, "U0REX").active = False
    with cast_sessions.begin() as session:
        assert agreements.enter(session, "U0REX").active is False
        assert session.info["came along"] == [None, None]


@contextmanager
def counting(session):
    asked = []
    engine = session.get_bind()
    note = lambda *args: asked.append(args[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def test_versions_count_from_a_date_on_and_of_two_on_one_day_the_later_is_meant(session):
    acme = by_name(session, "Acme")
    for starts, hours in [(date(2026, 12, 1), 50), (date(2027, 1, 1), 60), (date(2027, 1, 1), 65)]:
        session.add(
            Agreement(account_id=acme.id, type=AgreementType.RETAINER, starts=starts, included_minutes=hours * 60)
        )
        session.flush()
    told = {day: agreements.of(session, acme.id, day).included_minutes // 60
            for day in (date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31), date(2027, 5, 5))}  # fmt: skip
    assert list(told.values()) == [40, 50, 50, 65]
    assert [one.starts.month for one in agreements.versions(session, acme.id)] == [1, 12, 1]
    assert agreements.of_several(session, [acme.id], date(2026, 12, 8))[acme.id].included_minutes == 50 * 60
    assert agreements.of(session, acme.id, date(2025, 12, 31)) is None


def test_who_comes_before_the_newest_version_starts_is_read_the_one_before(cast_sessions):
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        rex = by_name(session, "Umbrella")
        session.add(Agreement(account_id=rex.id, type=AgreementType.FIXED, starts=date(2027, 1, 1)))
    with cast_sessions.begin() as session:
        account_id = agreements.enter(session, "U0REX").account_id
        assert agreements.of(session, account_id, TODAY).type is AgreementType.TIME_AND_MATERIALS
        assert agreements.of(session, account_id, date(2027, 1, 1)).type is AgreementType.FIXED


def test_the_database_lets_no_version_be_changed(session):
    acme = agreements.of(session, by_name(session, "Acme").id, TODAY)
    acme.included_minutes = 1
    with pytest.raises(DBAPIError, match="append-only"):
        session.flush()


@pytest.mark.parametrize(
    ("starts", "billed", "refusal"),
    [
        (date(2026, 12, 1), None, None),
        (date(2026, 12, 15), None, "begins with a month"),
        (date(2026, 10, 1), date(2026, 10, 31), "billed up to the end of October"),
        (date(2026, 11, 1), date(2026, 10, 31), None),
        (date(2025, 12, 15), None, None),
    ],
)
def test_a_version_splits_no_month_and_changes_nothing_that_was_billed(session, starts, billed, refusal):
    account = by_name(session, "Acme")
    account.billed_through = billed
    session.flush()
    if refusal is None:
        return agreements.check_start(session, account, starts)
    with pytest.raises(Refused, match=refusal):
        agreements.check_start(session, account, starts)


@pytest.mark.parametrize(
    ("starts", "ends", "renews", "hours", "fee"),
    [
        (date(2026, 1, 1), None, True, 40, "3000.00"),
        (date(2026, 11, 16), None, True, 20, "1500.00"),
        (date(2026, 1, 1), date(2026, 11, 15), False, 20, "1500.00"),
        (date(2026, 1, 1), date(2026, 11, 15), True, 40, "3000.00"),
        (date(2026, 1, 1), date(2026, 10, 31), False, 0, "0.00"),
    ],
)
def test_a_month_that_is_covered_in_part_gives_and_costs_its_share(starts, ends, renews, hours, fee):
    one = Agreement(
        account_id=1, type=AgreementType.RETAINER, starts=starts, ends=ends, renews=renews,
        included_minutes=40 * 60, fee_amount=Decimal(3000), rate_currency="EUR",
    )  # fmt: skip
    assert one.allowance(Month(2026, 11)) == hours * 60
    assert str(one.fee(Month(2026, 11)).amount) == fee


def test_rates_by_code_and_by_who_works():
    rates = [
        {"code": "advisory", "role": None, "amount": "210"},
        {"code": "out_of_scope", "role": "lead", "amount": "190.50"},
        {"code": "out_of_scope", "role": "engineer", "amount": "170"},
    ]
    one = Agreement(account_id=1, type=AgreementType.RETAINER, starts=TODAY, rate_amount=Decimal(150), rates=rates)
    lead = frozenset({"lead", "engineer"})
    assert one.rate(Code.ADVISORY, lead) == 210
    assert one.rate(Code.OUT_OF_SCOPE, lead) == Decimal("190.50")
    assert one.rate(Code.OUT_OF_SCOPE) == 150
    assert one.rate(Code.PROJECT, lead) == 150
    assert one.overage_rate == 150


# --- making one

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
TERMS = {"type": AgreementType.RETAINER, "included_minutes": 50 * 60, "rate_currency": "EUR"}


def test_only_who_may_makes_one_and_a_refusal_changes_nothing(session, acme, who, everything):
    before = everything()
    for name in ("Bo", "Maya", "Ana", "Rex"):
        with pytest.raises(Refused, match="may make agreements"):
            agreements.make(session, acme, by=who(name), now=NOW, starts=date(2026, 12, 1), **TERMS)
    assert everything() == before


def test_a_version_is_kept_with_who_made_it_when_and_what_changed(session, acme, who):
    made = agreements.make(session, acme, by=who("Sam"), now=NOW, starts=date(2026, 12, 1), **TERMS)
    assert (made.made_by_id, made.made_at) == (who("Sam").id, NOW)
    told = session.scalars(select(Event).where(Event.kind == Kind.AGREEMENT_MADE)).one()
    assert (told.actor_id, told.at, told.data["starts"]) == (who("Sam").id, NOW, "2026-12-01")
    assert [told.data[side]["included_minutes"] for side in ("before", "after")] == [2400, 3000]
    assert agreements.of(session, acme.id, date(2026, 11, 30)).included_minutes == 2400


def test_a_version_waits_for_a_month_that_is_being_locked(cast_sessions, cast_url):
    def locks(session):
        people.enter_as_system(session)
        accounts.lock(session, by_name(session, "Acme").id).billed_through = date(2026, 11, 30)
        session.flush()

    def makes(session):
        people.enter_as_system(session)
        sam = people.by_slack_id(session, "U0SAM")
        try:
            agreements.make(
                session, by_name(session, "Acme"), by=sam, now=NOW, starts=date(2026, 11, 1), seen=None, **TERMS
            )
        except Refused as refused:
            return str(refused)

    _, told = one_waits_for_the_other(cast_sessions, cast_url, locks, makes)
    assert told.startswith("Acme is billed up to the end of November 2026")
