"""Bringing the database to what the file says: all of it or nothing, and twice is the same as once."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from bot.domain import accounts, agreements, billing, burn, people, provider, rota, setup
from bot.domain.accounts import Account, join
from bot.domain.agreements import AgreementType
from bot.domain.billing import BillingReview, ReviewState
from bot.domain.business_time import add_minutes
from bot.domain.events import Event, Kind
from bot.domain.months import Month
from bot.domain.people import Person
from bot.domain.setup import BadFile
from bot.domain.turns import Duty
from tests import cast
from tests.cast import by_name
from tests.domain.desk import MONDAY, one_waits_for_the_other, person


@pytest.fixture
def apply(session):
    def applied(text: str, now: datetime = MONDAY) -> list[str]:
        changes = setup.apply(session, setup.read(text, "cast.yaml"), now=now)
        session.flush()
        return changes

    return applied


def changed(old: str, new: str) -> str:
    assert cast.SETUP.count(old) == 1, old
    return cast.SETUP.replace(old, new)


def test_an_empty_database_gets_all_of_it_and_says_so(sessions):
    with sessions.begin() as session:
        changes = setup.apply(session, setup.read(cast.SETUP), now=MONDAY)
    assert changes == [
        "Provider set up.", "Staff Bo added.", "Staff Eve added.", "Staff Maya added.", "Staff Sam added.",
        "Account Acme added.", "Acme: contact Ana added.", "Acme: contact Cleo added.", "Acme: contact Nora added.",
        "Acme: agreement added.", "Account Umbrella added.", "Umbrella: contact Rex added.",
        "Umbrella: agreement added.",
    ]  # fmt: skip
    with sessions.begin() as session:
        people.enter_as_system(session)
        event = session.scalars(select(Event)).one()
        assert (event.kind, event.at, event.data) == (Kind.APPLIED, MONDAY, {"changes": changes})
        assert provider.get(session).live_since == by_name(session, "Acme").live_since == MONDAY


def test_what_the_file_says_stands_in_the_records(session, acme):
    firm = provider.get(session)
    assert (firm.team_slack_id, firm.timezone, firm.holidays) == ("T0PROVIDER", "Europe/London", "GB")
    assert firm.triage_channel == "C0TRIAGE"
    bo, cleo = person(session, "Bo"), person(session, "Cleo")
    assert (bo.roles, bo.skills, bo.weekly_minutes, bo.is_staff) == (["engineer"], ["zendesk", "routing"], 1920, True)
    assert (cleo.roles, cleo.account_id) == (["approver", "requester"], acme.id)
    assert (acme.channel_slack_id, acme.arr_amount, acme.arr_currency) == ("C0ACME", Decimal(120000), "EUR")
    assert acme.renews == date(2027, 3, 31)
    bought = agreements.of(session, acme.id, date(2026, 11, 20))
    assert (bought.type, bought.included_minutes, bought.rollover_cap) == (
        AgreementType.RETAINER, 2400, Decimal("0.5"),
    )  # fmt: skip
    assert (bought.rate_amount, bought.rate_currency) == (Decimal(150), "EUR")
    assert (bought.scope, bought.excluded) == (["Zendesk", "Help centre"], ["Salesforce"])
    assert bought.rounding == {"unit": 15, "mode": "up", "scope": "ticket_day"}


def test_applying_the_same_file_again_changes_nothing(apply, everything):
    world = everything()
    assert apply(cast.SETUP) == []
    assert everything() == world


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("timezone: Europe/Berlin", "timezone: Europe/Paris",
         "Account Acme: timezone is now Europe/Paris (was Europe/Berlin)."),
        ("weekly_hours: 32", "weekly_hours: 40", "Staff Bo: weekly_minutes is now 2400 (was 1920)."),
        ("name: Eve,  roles: [engineer]", "name: Eve,  roles: [engineer, lead]",
         "Staff Eve: roles is now engineer, lead (was engineer)."),
        ("included_hours: 40", "included_hours: 50", "Acme: agreement: included_minutes is now 3000 (was 2400)."),
        ("    arr: 120000 EUR\n", "", "Account Acme: arr_amount is now empty (was 120000.00)."),
        ("holidays: GB", "holidays: IE", "Provider: holidays is now IE (was GB)."),
        ("holidays: GB", "holidays: GB\n  hours: 08:30-17:00", "Provider: opens is now 08:30 (was 09:00)."),
        ("holidays: DE", "holidays: DE\n    working_days: [Sun, Mon, Tue, Wed, Thu]",
         "Account Acme: working_days is now Mon, Tue, Wed, Thu, Sun (was Mon, Tue, Wed, Thu, Fri)."),
        ("holidays: DE", "holidays: DE\n    closed: [2026-12-24]",
         "Account Acme: closed is now 2026-12-24 (was empty)."),
        ("accounts:", "rota: {triage: [U0BO, U0EVE]}\naccounts:", "Rota: triage is now Bo, Eve (was empty)."),
        ("name: Cleo", "name: Cleopatra", "Acme: contact Cleopatra: name is now Cleopatra (was Cleo)."),
    ],
)  # fmt: skip
def test_what_differs_is_changed_and_told(apply, old, new, said):
    text = changed(old, new)
    assert said in apply(text)
    assert apply(text) == []


def test_staff_who_are_no_longer_listed_lose_access(session, apply):
    eve = person(session, "Eve")
    text = changed("  - {slack: U0EVE,  name: Eve,  roles: [engineer]}\n", "")
    assert apply(text) == ["Staff Eve: no longer in the file, access ended."]
    assert (eve.active, apply(text)) == (False, [])
    people.enter(session, "U0EVE")
    assert session.scalars(select(Account)).all() == []


def test_staff_who_come_back_have_access_again(session, apply):
    apply(changed("  - {slack: U0EVE,  name: Eve,  roles: [engineer]}\n", ""))
    assert apply(cast.SETUP) == ["Staff Eve: active is now True (was False)."]
    people.enter(session, "U0EVE")
    assert len(session.scalars(select(Account)).all()) == 2


def test_contacts_who_are_not_in_the_file_stay(session, apply, acme):
    newt = join(session, acme, slack_id="U0NEWT", name="Newt", email=None, email_is_vouched=False)
    assert apply(cast.SETUP) == []
    assert newt.active


def test_a_contact_is_switched_off_by_saying_so(session, apply):
    apply(changed("name: Ana, roles: [requester]", "name: Ana, roles: [requester], active: false"))
    people.enter(session, "U0ANA")
    assert session.scalars(select(Account)).all() == []


def test_a_contact_known_by_e_mail_is_the_same_person_once_the_slack_id_is_said(session, apply):
    nora = person(session, "Nora")
    assert apply(changed("{email: nora@acme.example,", "{email: Nora@Acme.example, slack: U0NORA,"))
    assert nora.slack_id == "U0NORA"
    assert len(session.scalars(select(Person).where(Person.name == "Nora")).all()) == 1


def test_a_contact_who_was_recognised_keeps_the_slack_id(session, apply, acme):
    nora = join(session, acme, slack_id="U0NORA", name="N.", email="nora@acme.example", email_is_vouched=True)
    assert apply(cast.SETUP) == []
    assert nora.slack_id == "U0NORA"


def test_an_account_is_the_same_in_any_case_and_is_renamed(session, apply, acme):
    assert apply(changed("- name: Acme\n", "- name: ACME\n")) == ["Account ACME: name is now ACME (was Acme)."]
    assert by_name(session, "ACME") is acme


def test_who_became_a_contact_by_writing_in_a_clients_channel_comes_home_as_staff(session, apply, acme):
    newt = join(session, acme, slack_id="U0NEWT", name="Newt", email=None, email_is_vouched=False)
    sam = "  - {slack: U0SAM,  name: Sam,  roles: [account_manager]}\n"
    text = changed(sam, f"{sam}  - {{slack: U0NEWT, name: Newt, roles: [engineer]}}\n")
    assert any("Staff Newt: account_id" in change for change in apply(text))
    assert (newt.is_staff, newt.roles) == (True, ["engineer"])
    assert people.enter(session, "U0NEWT") is newt
    assert len(session.scalars(select(Account)).all()) == 2
    people.enter_as_system(session)
    assert apply(text) == []


def test_a_contact_who_moves_to_another_account_sees_that_one_only(session, apply):
    text = changed("      - {slack: U0ANA, name: Ana, roles: [requester]}\n", "")
    apply(text.replace("- {slack: U0REX, name: Rex,", "- {slack: U0ANA, name: Ana,"))
    people.enter(session, "U0ANA")
    assert [account.name for account in session.scalars(select(Account))] == ["Umbrella"]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("{slack: U0ANA, name: Ana,", "{slack: U0REX, name: Ana,", "U0REX"),
        ("{slack: U0CLEO, name: Cleo,", "{slack: U0BO, name: Cleo,", "U0BO"),
        ("{slack: U0EVE,  name: Eve,", "{slack: U0BO,  name: Eve,", "U0BO"),
        ("channel: C0UMBRELLA", "channel: C0ACME", "C0ACME"),
    ],
)
def test_the_same_slack_id_in_two_places_is_refused(old, new, named):
    with pytest.raises(BadFile, match=rf"line \d+: .*{named} stands at .* already"):
        setup.read(changed(old, new))


# Known only to the database: the account is new by its name, and its channel is Acme's.
TAKEN = changed("- name: Acme\n", "- name: Acme Holding\n").replace("holidays: GB", "holidays: IE")


def test_a_channel_that_another_account_has_is_named(session):
    with pytest.raises(BadFile, match="C0ACME"):
        setup.apply(session, setup.read(TAKEN), now=MONDAY)


def test_a_mistake_leaves_the_database_as_it_was(cast_sessions):
    """Whatever stood before it in the file is taken back with it."""
    with pytest.raises((BadFile, DBAPIError)), cast_sessions.begin() as session:
        setup.apply(session, setup.read(TAKEN), now=MONDAY)
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        assert provider.get(session).holidays == "GB"
        assert [account.name for account in session.scalars(select(Account))] == ["Acme", "Umbrella"]
        assert len(session.scalars(select(Event)).all()) == 1


def test_a_new_week_reaches_every_target(session, apply, acme):
    apply(changed("holidays: DE", "hours: 08:00-12:00\n    working_days: [Sat, Sun]\n    closed: [2026-11-29]"))
    due = add_minutes(acme.calendar, MONDAY, 5 * 60)
    assert due == datetime.fromisoformat("2026-12-05T09:00:00+01:00")


def test_a_rota_that_the_file_does_not_name_stays_as_it_was_set(session, apply, everything):
    rota.change(session, Duty.TRIAGE, [person(session, "Bo")], by=person(session, "Maya"), now=MONDAY)
    session.flush()
    world = everything()
    assert apply(cast.SETUP) == []
    assert apply(changed("accounts:", "rota: {triage: [U0BO]}\naccounts:")) == []
    assert everything() == world
    assert apply(changed("accounts:", "rota: {triage: []}\naccounts:")) == ["Rota: triage is now empty (was Bo)."]
    assert rota.on_duty(session, Duty.TRIAGE, MONDAY.date()) is None


@pytest.mark.parametrize(
    ("old", "new", "whose"),
    [
        ("holidays: GB", "working_days: [Mon]\n  closed: [{}]", "The provider"),
        ("holidays: DE", "working_days: [Mon]\n    closed: [{}]", "Acme"),
    ],
)
def test_a_year_without_working_days_is_refused_in_a_sentence(session, everything, old, new, whose):
    mondays = ", ".join((date(2026, 11, 23) + timedelta(weeks=number)).isoformat() for number in range(60))
    wanted = setup.read(changed(old, new.format(mondays)))
    world = everything()
    with pytest.raises(BadFile, match=f"{whose} has no working day in the year from 2026-11-23"):
        setup.apply(session, wanted, now=MONDAY)
    session.expire_all()
    assert everything() == world


# --- where billing begins here

AGREED = "    agreement:\n      type: retainer\n      starts: 2026-01-01"
OPENING = "    opening: {billed_through: 2026-10-31, carried_hours: 12}\n" + AGREED


def carried_in(session) -> tuple[date | None, int, int]:
    acme = by_name(session, "Acme")
    bought = agreements.of(session, acme.id, date(2026, 11, 1))
    return acme.billed_through, acme.billed_carry, burn.carry_into(session, acme, Month(2026, 11), bought)


def test_billing_begins_after_the_month_that_was_billed_elsewhere_with_what_it_left_over(session, apply, acme):
    said = apply(changed(AGREED, OPENING))
    assert said == ["Acme: billed_through is now 2026-10-31 (was empty).", "Acme: billed_carry is now 720 (was 0)."]
    assert carried_in(session) == (date(2026, 10, 31), 720, 720)
    assert apply(changed(AGREED, OPENING)) == []
    assert apply(changed(AGREED, OPENING.replace("12}", "11.5}"))) == ["Acme: billed_carry is now 690 (was 720)."]
    assert billing.open_for(session, acme, Month(2026, 10), MONDAY) is None
    with pytest.raises(BadFile, match="October 2026 counts as billed already"):
        apply(changed(AGREED, OPENING.replace("2026-10-31", "2026-09-30")))


def test_once_a_month_is_locked_here_the_opening_is_history(session, apply, acme):
    apply(changed(AGREED, OPENING))
    session.add(BillingReview(account_id=acme.id, month=date(2026, 11, 1), opened_at=MONDAY, state=ReviewState.LOCKED))
    acme.billed_through, acme.billed_carry = date(2026, 11, 30), 60
    assert apply(changed(AGREED, OPENING)) == []
    assert (acme.billed_through, acme.billed_carry) == (date(2026, 11, 30), 60)


def test_a_month_is_over_by_the_clients_own_clock(session, apply, acme):
    """Half past eleven in the evening of 30 November, in UTC, is December in Berlin."""
    late = datetime.fromisoformat("2026-11-30T23:30:00+00:00")
    november = changed(AGREED, OPENING).replace("2026-10-31", "2026-11-30")
    with pytest.raises(BadFile, match="November 2026 is not over"):
        apply(november, late - timedelta(hours=1))
    apply(november, late)
    assert acme.billed_through == date(2026, 11, 30)


def test_a_month_that_is_being_reviewed_here_was_not_billed_elsewhere(session, apply, acme):
    for month in (date(2026, 10, 1), date(2026, 11, 1)):
        session.add(BillingReview(account_id=acme.id, month=month, opened_at=MONDAY))
    with pytest.raises(BadFile, match="October 2026 is being reviewed here already"):
        apply(changed(AGREED, OPENING))
    assert acme.billed_through is None


def test_no_review_of_a_month_is_opened_while_a_file_says_that_it_was_billed_elsewhere(cast_sessions, cast_url):
    def applies(session):
        people.enter_as_system(session)
        return setup.apply(session, setup.read(changed(AGREED, OPENING), "cast.yaml"), now=MONDAY)

    def opens(session):
        people.enter_as_system(session)
        return billing.open_for(session, by_name(session, "Acme"), Month(2026, 10), MONDAY)

    said, review = one_waits_for_the_other(cast_sessions, cast_url, applies, opens)
    assert said[0].startswith("Acme: billed_through")
    assert review is None


@pytest.mark.parametrize(
    ("opening", "said"),
    [
        ("{billed_through: 2026-11-30}", "November 2026 is not over"),
        ("{billed_through: 2026-10-31, carried_amount: 100 EUR}", "nothing of that kind can come over"),
    ],
)
def test_an_opening_that_cannot_be_is_refused(session, apply, acme, opening, said):
    with pytest.raises(BadFile, match=said):
        apply(changed(AGREED, f"    opening: {opening}\n{AGREED}"))
    assert acme.billed_through is None


def test_an_amount_comes_over_into_a_retainer_of_money(session, apply, acme):
    money = "    opening: {billed_through: 2026-10-31, carried_amount: 250.50 EUR}\n" + AGREED
    text = changed(AGREED, money).replace("included_hours: 40\n", "included_amount: 6000 EUR\n", 1)
    assert "included_amount" in text
    with pytest.raises(BadFile, match="nothing of that kind can come over"):  # until October it bought hours
        apply(text.replace("starts: 2026-01-01", "starts: 2026-11-01", 1))
    with pytest.raises(BadFile, match="carried_amount is in another currency"):
        apply(text.replace("250.50 EUR", "250.50 USD"))
    apply(text)
    assert carried_in(session) == (date(2026, 10, 31), 25050, 25050)


def test_hours_come_over_to_the_minute_into_a_retainer_that_begins_the_day_after(session, apply):
    """Umbrella paid by the hour; 4.1 hours are 246 minutes, which a float is a little below."""
    hourly = "    agreement: {type: time_and_materials, starts: 2026-01-01, rate: 15000 JPY}"
    opening = "    opening: {billed_through: 2026-10-31, carried_hours: 4.1}\n"
    with pytest.raises(BadFile, match="nothing of that kind can come over"):
        apply(changed(hourly, opening + hourly))
    apply(changed(hourly, f"{opening}    agreement: {{type: retainer, starts: 2026-11-01, included_hours: 10}}"))
    umbrella = by_name(session, "Umbrella")
    assert (umbrella.billed_through, umbrella.billed_carry) == (date(2026, 10, 31), 246)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (AGREED.replace("2026-01-01", "2026-11-01"), "agreement: Acme is billed up to the end of November 2026"),
        (OPENING, "opening: November 2026 counts as billed already"),
    ],
)
def test_what_the_file_says_waits_for_a_month_that_is_being_locked(cast_sessions, cast_url, text, said):
    def locks(session):
        people.enter_as_system(session)
        accounts.lock(session, by_name(session, "Acme").id).billed_through = date(2026, 11, 30)
        session.flush()

    def applies(session):
        with pytest.raises(BadFile, match=said):
            setup.apply(session, setup.read(changed(AGREED, text), "cast.yaml"), now=MONDAY)

    one_waits_for_the_other(cast_sessions, cast_url, locks, applies)
