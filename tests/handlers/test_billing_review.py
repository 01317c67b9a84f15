"""The monthly billing review in Slack: what is found is put right in place, two sign, and the month is locked."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain import people, tickets
from bot.domain.agreements import AgreementType
from bot.domain.codes import Category, Code
from bot.domain.deciding import decide
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.seats import Verdict
from bot.domain.time import TimeEntry
from tests.cast import by_name
from tests.domain.billed import answers, bought, quoted, worked
from tests.domain.desk import person
from tests.house import House
from tests.slack.desk import does, files

NOVEMBER_IS_OVER = datetime.fromisoformat("2026-12-01T08:00:00+00:00")
DECEMBER_IS_OVER = datetime.fromisoformat("2027-01-04T09:00:00+00:00")
TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)


@pytest.fixture(autouse=True)
def finance(house: House) -> None:
    """Eve is in finance."""
    does(house, "update person set roles = '{finance}' where name = 'Eve'")


def lives(house: House, *what: Any) -> None:
    """Something of the domain happens."""
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        for step in what:
            step(session)


def buys(house: House, **terms: Any) -> None:
    """Acme pays by the hour."""
    lives(house, lambda session: bought(session, type=AgreementType.TIME_AND_MATERIALS, **terms))


def logs(house: House, number: int, minutes: int, day: date = TUESDAY, **told: Any) -> int:
    """An entry of Bo’s, on a ticket; its number."""
    made: list[int] = []

    def step(session: Any) -> None:
        bo = session.scalars(select(Person).where(Person.name == "Bo")).one()
        made.append(worked(session, tickets.visible_to(session, bo, number), minutes, day=day, **told).id)

    lives(house, step)
    return made[0]


def logs_vaguely(house: House) -> None:
    """An entry on no ticket, as they come over from other systems."""

    def step(session: Any) -> None:
        bo = session.scalars(select(Person).where(Person.name == "Bo")).one()
        at = datetime.fromisoformat("2026-11-25T15:00:00+00:00")
        session.add(
            TimeEntry(
                account_id=by_name(session, "Acme").id, person_id=bo.id, work_date=WEDNESDAY, minutes=30,
                category=Category.TICKET_RESOLUTION, code=Code.INCLUDED, created_at=at, note="support",
            )
        )  # fmt: skip

    lives(house, step)


def approves(house: House, number: int, minutes: int) -> None:
    """Cleo approves a quote of so many minutes on a ticket that is outside the scope."""

    def step(session: Any) -> None:
        bo = session.scalars(select(Person).where(Person.name == "Bo")).one()
        ticket = tickets.visible_to(session, bo, number, lock=True)
        answers(session, quoted(session, ticket, minutes))

    does(house, "update ticket set assignee_id = (select id from person where name = 'Bo'), status = 'Triage' "
         "where id = :id", id=number)  # fmt: skip
    lives(house, step)


def november_is_over(house: House) -> None:
    house.now = NOVEMBER_IS_OVER
    house.ticks()


def opens(house: House, who: Any) -> Any:
    """Acme’s November in its window."""
    return who.opens("/review billing").clicks("Open", on="Acme, November 2026")


def a_review(house: House) -> int:
    """An hour on a ticket, and the month over."""
    buys(house)
    number = files(house)
    logs(house, number, 60)
    november_is_over(house)
    return number


def both_sign(house: House) -> None:
    for who in (house.sam, house.eve):
        opens(house, who).clicks("Sign").closes().closes()
    house.delivers()


def review(house: House) -> dict[str, Any]:
    return house.one("select * from billing_review where account_id = (select id from account where name = 'Acme')")


def test_a_month_is_lived_through_from_the_hours_to_the_credit_note(house: House):
    buys(house, tax_rate=Decimal("0.19"), excluded=["Salesforce"])
    search, export = files(house), files(house, "Salesforce export breaks")
    does(house, "update ticket set related_system = 'Salesforce' where id = :id", id=export)
    logs(house, search, 125, note="rebuilt the search index")
    logs(house, search, 125, note="rebuilt the search index again")  # the same again
    logs(house, search, 45, day=WEDNESDAY, code=Code.INTERNAL)  # the client’s work, charged to nobody
    long = logs(house, search, 500, day=date(2026, 11, 26), note="the night of the migration")
    logs_vaguely(house)
    approves(house, export, 120)
    logs(house, export, 120, code=Code.OUT_OF_SCOPE)
    logs(house, export, 30, day=WEDNESDAY, code=Code.OUT_OF_SCOPE)  # beyond what was approved
    november_is_over(house)
    house.sam.looks_at("C0BILLING").sees("4 things hold it up")

    sam = opens(house, house.sam).sees("4 things hold it up").sees("Logged twice?: 1").sees("Not approved: 1")
    sam.clicks("Write off", on="rebuilt the search index again").fills({"Why": "Entered twice"}).submits()
    sam.clicks("Recode", on="45m").fills({"Billing code": "Included"}).submits()
    sam.sees("2 things hold it up")
    sam.clicks("It is right", on="the night of the migration").fills({"Why": "We were all there"}).submits()
    sam.clicks("Put on a ticket", on="“support”").fills({"Ticket": f"T-{search}"}).submits()
    sam.sees("Nothing holds it up: it waits for an account manager and somebody in finance")
    sam.sees("Settled: 2").sees("Written off: “Entered twice” (Sam)").sees("It is right: “We were all there” (Sam)")
    sam.sees("approved by the client")
    sam.clicks("Sign").sees("Signed by Sam for the account").sees("it waits for somebody in finance")
    house.delivers()
    house.sam.sees("signed for the account")

    house.eve.opens_home().sees("Waits for your decision: 1").sees("your signature is missing")
    eve = opens(house, house.eve).clicks("Sign").sees("Locked").sees("Draft")
    house.delivers()
    house.eve.sees("Both have signed, so November is locked")
    assert review(house)["state"] == "locked"
    assert house.one("select billed_through::text as day from account where name = 'Acme'")["day"] == "2026-11-30"

    eve.clicks("Open", on="Draft").sees("Out-of-scope support*: 2 hours at 150.00 EUR = *300.00 EUR*")
    eve.sees("Drafted by Steward")  # not by whoever happened to sign last
    eve.clicks("Reviewed").clicks("Approve").sees("INV-2026-0001").clicks("Mark exported").sees("Exported by Eve")
    invoice = house.one("select * from invoice")
    assert invoice["state"] == "exported"
    assert invoice["total"] == invoice["net"] + (invoice["net"] * Decimal("0.19")).quantize(Decimal("0.01"))
    house.delivers()
    house.sam.closes().closes().looks_at("C0BILLING").sees("exported it").sees("INV-2026-0001")

    # Bo puts right in December what November charged: it is given back in December’s review.
    house.now = datetime.fromisoformat("2026-12-10T10:00:00+00:00")
    lives(house, lambda session: session.add(_correction(session, long)))
    house.now = DECEMBER_IS_OVER
    house.ticks()
    for who in (house.sam, house.eve):
        who.opens("/review billing").clicks("Open", on="Acme, December 2026").sees("Credit notes")
        who.sees("0m; 8h 20m of earlier months taken back")
        who.clicks("Sign")
    note = house.one("select * from invoice where kind = 'credit_note'")
    assert note["credits_id"] == invoice["id"]
    assert note["net"] > 0


def _correction(session: Any, number: int) -> TimeEntry:
    """An entry taken back."""
    entry = session.scalars(select(TimeEntry).where(TimeEntry.id == number)).one()
    return TimeEntry(
        account_id=entry.account_id, person_id=entry.person_id, ticket_id=entry.ticket_id, work_date=entry.work_date,
        minutes=-entry.minutes, category=entry.category, code=entry.code, note=entry.note, reverses_id=entry.id,
        created_at=datetime.fromisoformat("2026-12-10T10:00:00+00:00"), reason="charged by mistake",
    )  # fmt: skip


def test_what_is_missing_is_said_and_a_vague_entry_gets_its_words(house: House):
    buys(house)
    logs_vaguely(house)
    november_is_over(house)
    sam = opens(house, house.sam).sees("Says too little: 1").sees("1 thing holds it up")
    sam.clicks("Say what was done").fills({"What was done": "Moved the macros to the new brand"}).submits()
    sam.sees("Nothing holds it up").sees("On no ticket: 1").sees("Moved the macros to the new brand")
    rows = house.rows("select minutes, note from time_entry order by id")
    assert [row["minutes"] for row in rows] == [30, -30, 30]


def test_a_signature_is_void_once_something_changes_and_the_card_says_so(house: House):
    number = a_review(house)
    opens(house, house.sam).clicks("Sign").closes().closes()
    logs(house, number, 60, day=WEDNESDAY)
    logs(house, number, 60, day=WEDNESDAY, note="the same once more")
    eve = opens(house, house.eve).sees("something changed since, so that counts no more")
    eve.clicks("Write off", on="the same once more").fills({"Why": "Entered twice"}).submits()
    eve.sees("it waits for an account manager and somebody in finance").clicks("Sign").closes().closes()
    house.delivers()
    house.sam.looks_at("C0BILLING").sees("Signed by Eve")
    assert review(house)["state"] == "open"
    opens(house, house.sam).clicks("Sign").sees("Locked")


def test_nobody_signs_what_they_were_not_shown(house: House):
    number = a_review(house)
    opens(house, house.sam)
    logs(house, number, 60, day=WEDNESDAY)
    before = house.state_of_the_world()
    house.sam.clicks("Sign").sees("Something changed since you saw it")
    assert house.state_of_the_world() == before


def test_one_person_signs_once_and_sees_who_is_missing(house: House):
    a_review(house)
    does(house, "update person set roles = '{account_manager,finance}' where name = 'Sam'")
    opens(house, house.sam).clicks("Sign").sees("it waits for somebody in finance")
    forged = house.last_sent("block_actions")
    before = house.state_of_the_world()
    assert house.sends_payload(forged)[0] == 200
    assert house.state_of_the_world() == before


def test_a_month_that_is_not_over_is_looked_at_and_not_signed(house: House):
    a_review(house)
    house.now = datetime.fromisoformat("2026-11-27T10:00:00+00:00")
    opens(house, house.sam).sees("November is not over yet: it is signed from Tue 1 Dec on").does_not_see("Sign it?")
    before = house.state_of_the_world()
    house.sam.closes().closes().looks_at("C0BILLING").clicks("Sign", on="Acme, November 2026").sees("not over yet")
    assert house.state_of_the_world() == before


def test_who_may_not_review_reads_who_may(house: House):
    a_review(house)
    before = house.state_of_the_world()
    house.bo.opens("/review billing").sees("Only").sees("may review a month before it is billed")
    for who in (house.ana, house.cleo, house.rex):
        who.opens("/review billing").sees("/review is for our team. Ask your account manager")
    assert house.state_of_the_world() == before


def test_a_lead_sees_everything_and_is_told_who_signs(house: House):
    a_review(house)
    opens(house, house.maya).sees("150.00 EUR").closes().closes()
    before = house.state_of_the_world()
    house.maya.looks_at("C0BILLING").clicks("Sign", on="Acme, November 2026").sees("This waits for")
    assert house.state_of_the_world() == before


FORGED = ("", "x", "9" * 30, "1:vague:1", "1:", "list:99999999", "list:x", "write_off:1:entry:1", "recode:1:entry:x",
          "charge:9:off:1", "recode:x:entry:1", "1:0:person:x", "1:0:code", "1:x:all")  # fmt: skip


def test_forged_buttons_change_nothing_whoever_sends_them(house: House):
    buys(house)
    number = files(house)
    logs(house, number, 500)
    november_is_over(house)
    opens(house, house.sam).clicks("It is right", on="8h 20m").closes()
    forged = house.last_sent("block_actions")
    before = house.state_of_the_world()
    for who in ("U0BO", "U0REX", "U0CLEO", "U0SAM"):
        forged["user"]["id"] = who
        for action in ("billing.sign", "billing.open", "billing.fix.recode", "billing.fix.waive", "billing.page.on",
                       "billing.pick", "billing.entries", "billing.fix.x", "billing.list.on", "billing.list.account",
                       "billing.list.month"):  # fmt: skip
            for value in FORGED:
                forged["actions"][0] |= {"action_id": action, "value": value}
                assert house.sends_payload(forged)[0] == 200, (who, action, value)
    assert house.state_of_the_world() == before


def test_a_fix_needs_its_reason_and_comes_once(house: House):
    buys(house)
    entry = logs(house, files(house), 500)
    november_is_over(house)
    sam = opens(house, house.sam).clicks("It is right", on="8h 20m").fills({"Why": "x"})
    before = house.state_of_the_world()
    sam.submits(refused="Say why, in a few words")
    assert house.state_of_the_world() == before
    sam.fills({"Why": "The night of the migration"}).submits()
    sent = house.last_sent("view_submission")
    before = house.state_of_the_world()
    assert house.sends_payload(sent)[0] == 200
    assert house.state_of_the_world() == before
    assert house.one("select finding, reason from waived_finding") == {
        "finding": f"long_entry:{entry}", "reason": "The night of the migration",
    }  # fmt: skip


def test_somebody_elses_fix_is_met_kindly(house: House):
    buys(house)
    logs(house, files(house), 500)
    november_is_over(house)
    opens(house, house.sam).clicks("It is right", on="8h 20m").fills({"Why": "It was a long night"})
    opens(house, house.maya).clicks("Write off", on="8h 20m").fills({"Why": "Our own fault"}).submits()
    before = house.state_of_the_world()
    house.sam.submits(refused="That is settled already")
    assert house.state_of_the_world() == before


def test_a_locked_month_is_not_put_right_any_more(house: House):
    number = a_review(house)
    logs(house, number, 30, day=WEDNESDAY, code=Code.OUT_OF_SCOPE)
    opens(house, house.sam)
    house.maya.opens("/review billing")
    both = [house.sam, house.eve]
    house.sam.closes().closes()
    for who in both:
        opens(house, who).clicks("Sign").closes().closes()
    forged = house.last_sent("block_actions")
    forged["actions"][0] |= {"action_id": "billing.fix.write_off", "value": f"{review(house)['id']}:waiting:2"}
    before = house.state_of_the_world()
    assert house.sends_payload(forged)[0] == 200
    assert house.state_of_the_world() == before
    opens(house, house.sam).sees("Locked").sees("Draft").does_not_see("Write off")


def test_months_are_signed_in_their_order(house: House):
    number = a_review(house)
    house.now = datetime.fromisoformat("2026-12-10T10:00:00+00:00")
    logs(house, number, 60, day=date(2026, 12, 10))
    house.now = DECEMBER_IS_OVER
    house.ticks()
    sam = house.sam.opens("/review billing").clicks("Open", on="Acme, December 2026")
    sam.sees("November 2026 is open still and comes first")
    assert "Sign" not in sam.buttons()
    forged = house.last_sent("block_actions")
    december = forged["actions"][0]["value"]
    forged["actions"][0] |= {"action_id": "billing.sign", "value": f"{december}:"}
    before = house.state_of_the_world()
    assert house.sends_payload(forged)[0] == 200
    assert house.state_of_the_world() == before
    sam.closes().closes()
    house.delivers()
    waiting = house.sam.text().count("comes first")  # Acme's and Umbrella's December
    for who in (house.sam, house.eve):
        opens(house, who).clicks("Sign").closes().closes()
    house.delivers()
    assert (waiting, house.sam.text().count("comes first")) == (2, 1)


def test_approve_pressed_elsewhere_leads_to_the_review(house: House):
    a_review(house)
    opens(house, house.sam).clicks("Sign").closes().closes()
    number = house.one("select id from approval where purpose = 'billing_review'")["id"]
    house.eve.opens_home().sees("Waits for your decision: 1").sees("Acme, November 2026")
    house.eve.clicks("Open", on="your signature is missing").sees("it waits for somebody in finance").closes()
    forged = house.last_sent("block_actions")
    before = house.state_of_the_world()
    for action in ("approval.approve", "approval.reject"):
        forged["actions"][0] |= {"action_id": action, "value": str(number)}
        assert house.sends_payload(forged)[0] == 200
    assert house.state_of_the_world() == before
    with pytest.raises(Refused, match="A month is signed beside its figures"):
        lives(house, lambda session: decide(session, person(session, "Eve"), number, Verdict.APPROVE, now=house.now))
    assert house.state_of_the_world() == before


def test_whoever_has_yet_to_sign_is_reminded_in_the_thread(house: House):
    a_review(house)
    opens(house, house.sam).clicks("Sign").closes().closes()
    house.now = NOVEMBER_IS_OVER + timedelta(days=2)
    house.ticks()
    house.eve.looks_at("C0BILLING").sees("one signature is there, yours is missing")


def test_many_findings_are_turned_page_by_page(house: House):
    buys(house)
    number = files(house)
    for minutes in range(481, 481 + 35):
        logs(house, number, minutes, day=date(2026, 11, 2) + timedelta(days=minutes % 28))
    november_is_over(house)
    opens(house, house.sam).sees("More than 8 hours in one entry: 35").clicks("Next").clicks("Previous")
    assert len(house.sam.modal()["blocks"]) <= 100


def test_any_entry_is_put_right_and_a_write_off_is_taken_back(house: House):
    buys(house)
    number = files(house, "The till is slow")
    for minutes in (60, 45):
        logs(house, number, minutes, note=f"worked on it for {minutes} minutes")
    november_is_over(house)
    sam = opens(house, house.sam).sees("Nothing holds it up").clicks("All entries")
    sam.sees("Acme, November 2026: entries").sees("1h").sees("45m").sees("Ticket resolution, Included")
    sam.chooses("More", "Recode", on="for 45 minutes").fills({"Billing code": "Advisory"}).submits()
    sam.sees("Ticket resolution, Advisory").sees("for 60 minutes")
    sam.chooses("Which", "Advisory: 45m").sees("for 45 minutes").does_not_see("for 60 minutes")
    sam.chooses("More", "Write off", on="for 45 minutes").fills({"Why": "A favour"}).submits()
    sam.sees("written off").does_not_see("for 60 minutes")  # still narrowed
    sam.clicks("Back to the review").sees("Settled: 1").sees("A favour").clicks("All entries")
    sam.chooses("Which", "Written off: 45m")
    sam.chooses("More", "Charge after all").fills({"Why": "By mistake"}).submits().sees("Nothing is here any more")
    sam.chooses("Which", "All entries: 1h 45m").sees("for 45 minutes").does_not_see("written off")
    sam.clicks("Back to the review").does_not_see("Settled")


def test_of_a_locked_month_entries_are_looked_at_only(house: House):
    a_review(house)
    both_sign(house)
    opens(house, house.sam).clicks("All entries").sees("The month is locked, so these stay as they are").sees("1h")
    assert house.sam.buttons() == {"Back to the review"}


def test_many_entries_are_turned_page_by_page(house: House):
    buys(house)
    number = files(house)
    for minutes in range(1, 46):
        logs(
            house, number, minutes, day=date(2026, 11, 2) + timedelta(days=minutes % 28), note=f"item {minutes} of them"
        )
    november_is_over(house)
    sam = opens(house, house.sam).clicks("All entries").clicks("Next")
    assert house.sam.buttons() == {"Back to the review", "Previous"}
    sam.chooses("Which", "Bo: 17h 15m").clicks("Next").clicks("Previous")
    assert len(house.sam.modal()["blocks"]) <= 100


def test_before_the_first_month_the_list_says_when_there_is_one(house: House):
    house.sam.opens("/review billing").sees("There are no billing reviews yet.")


def test_the_list_is_narrowed_to_a_client_or_a_month_and_turned_page_by_page(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    a_review(house)
    sam = house.sam.opens("/review billing").sees("Acme, November 2026").sees("Umbrella, November 2026")
    sam.chooses("Account", "Acme").sees("Acme, November 2026")
    assert "Umbrella, November" not in house.sam.modal_text()
    sam.chooses("Month", "November 2026").sees("Acme, November 2026").closes()
    house.sam.opens("/review billing umbr").sees("Umbrella, November 2026").clicks("Open").closes().closes()
    house.sam.opens("/review billing 2026-10").sees("No review is like that").closes()
    house.sam.opens("/review billing Initech").sees("I know no account called “Initech”.")
    monkeypatch.setattr("bot.messages.billing.PER_PAGE", 1)
    sam = house.sam.opens("/review billing").sees("Acme, November 2026").clicks("Next")
    assert house.sam.buttons() == {"Open", "Previous"}
    sam.clicks("Previous")
    assert house.sam.buttons() == {"Open", "Next"}


def test_the_home_shows_what_is_to_be_signed(house: House):
    house.sam.opens_home().sees("Every month that is over is signed")
    a_review(house)
    house.sam.opens_home().sees("Billing reviews to sign").clicks("All reviews")
    house.sam.clicks("Open", on="Acme, November 2026").sees("Nothing holds it up")


def test_what_is_written_off_takes_nothing_of_the_allowance(house: House):
    lives(house, lambda session: bought(session, included_minutes=120, overage_amount=Decimal(200)))
    number = files(house)
    logs(house, number, 90)
    logs(house, number, 90, note="the same once more")
    november_is_over(house)
    sam = opens(house, house.sam).sees("3h of 2h, 1h beyond").sees("200.00 EUR")
    sam.clicks("Write off", on="the same once more").fills({"Why": "Entered twice"}).submits()
    sam.sees("1h 30m of 2h").does_not_see("Hours beyond the allowance")
