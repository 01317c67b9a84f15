"""Invoices in Slack: from a draft to its number, on its way, and back by a credit note; finance alone moves them."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot import cli
from bot.modals.invoices import read_amount
from tests.handlers.test_billing_review import (
    a_review,
    both_sign,
    buys,
    files,
    finance,
    logs,
    november_is_over,
)
from tests.house import House
from tests.slack.desk import does

__all__ = ["finance"]  # Eve is in finance here too


@pytest.fixture
def drafted(house: House) -> House:
    """Acme’s November is signed: an hour at 150 EUR."""
    a_review(house)
    both_sign(house)
    return house


def opens(house: House, who: Any, on: str = "Acme, November 2026") -> Any:
    return who.opens("/review invoices").clicks("Open", on=on)


def invoice(house: House, kind: str = "invoice") -> dict[str, Any]:
    return house.one("select * from invoice where kind = :kind and net > 0", kind=kind)


def approved(house: House) -> Any:
    return opens(house, house.eve).clicks("Reviewed").clicks("Approve")


def test_finance_takes_it_from_draft_to_exported_and_its_card_goes_along(drafted: House):
    house = drafted
    eve = opens(house, house.eve).sees("150.00 EUR").sees("Support*: 1 hour at 150.00 EUR").sees("T-101")
    eve.clicks("Reviewed").sees("Reviewed by Eve").clicks("Back to draft").clicks("Reviewed").clicks("Approve")
    eve.sees("INV-2026-0001").sees("Issued").sees("Tue 15 Dec").clicks("Mark exported").sees("Exported by Eve")
    house.delivers()
    house.sam.looks_at("C0BILLING").sees("*INV-2026-0001* · Acme, November 2026").sees("exported it")
    assert [row["kind"] for row in house.rows("select kind from event where kind = 'invoice_moved'")] == [
        "invoice_moved"
    ] * 5


def test_the_card_in_the_channel_has_the_same_buttons(drafted: House):
    house = drafted
    house.eve.looks_at("C0BILLING").clicks("Reviewed", on="Acme, November 2026")
    house.delivers()
    house.eve.clicks("Approve", on="Acme, November 2026", channel="C0BILLING")
    house.delivers()
    assert invoice(house)["number"] == "INV-2026-0001"


def test_who_sees_money_reads_it_and_does_nothing_else(drafted: House):
    house = drafted
    for who in (house.sam, house.maya):
        opens(house, who).sees("150.00 EUR").sees("Finance reviews, approves and exports it.")
        assert "[Reviewed]" not in who.modal_text()
        who.closes().closes()
    before = house.state_of_the_world()
    house.sam.looks_at("C0BILLING").clicks("Reviewed", on="Acme, November 2026").sees(
        "Only somebody in finance may approve"
    )
    assert house.state_of_the_world() == before


def test_engineers_and_contacts_are_told_who_may(drafted: House):
    house = drafted
    before = house.state_of_the_world()
    house.bo.opens("/review invoices").sees("may see rates and invoices").does_not_see("150.00")
    for who in (house.ana, house.cleo, house.rex):
        who.opens("/review invoices").sees("/review is for our team.").does_not_see("150.00")
    assert house.state_of_the_world() == before


def test_the_second_to_press_reads_that_it_moved(drafted: House):
    house = drafted
    does(house, "update person set roles = '{finance}' where name = 'Maya'")
    opens(house, house.maya)
    opens(house, house.eve).clicks("Reviewed")
    before = house.state_of_the_world()
    house.maya.clicks("Reviewed").sees("changed meanwhile. Open it again")
    assert house.state_of_the_world() == before


def test_a_credit_note_gives_some_of_it_back_with_its_reason(drafted: House):
    house = drafted
    approved(house).clicks("Credit").fills({"Why": "Half of it was our mistake", "Support, 150.00 EUR": "75,00"})
    house.eve.submits().sees("Credit note").sees("Given back: 75.00 EUR").sees("Half of it was our mistake")
    note = invoice(house, "credit_note")
    assert (note["net"], note["state"], note["credits_id"]) == (Decimal(75), "draft", invoice(house)["id"])
    house.eve.clicks("Reviewed").clicks("Approve").sees("INV-2026-0002")
    assert invoice(house)["state"] == "approved"


def test_a_credit_note_by_mistake_is_discarded_where_it_stands(drafted: House):
    house = drafted
    approved(house).clicks("Credit").fills({"Why": "The wrong invoice", "Support, 150.00 EUR": "150"}).submits()
    house.eve.clicks("Discard").sees("discarded").sees("Nothing comes of it.")
    assert not [block for block in house.eve.modal()["blocks"] if block["type"] == "actions"]
    house.eve.closes().closes()
    opens(house, house.eve, on="INV-2026-0001").does_not_see("Credited by").sees("[Credit]")
    assert invoice(house, "credit_note")["state"] == "discarded"


def test_all_of_it_given_back_is_credited(drafted: House):
    house = drafted
    approved(house).clicks("Credit").fills({"Why": "The wrong month", "Support, 150.00 EUR": "150"}).submits()
    house.eve.clicks("Reviewed").clicks("Approve")
    assert invoice(house)["state"] == "credited"
    house.eve.closes().closes()
    opens(house, house.eve, on="INV-2026-0001").sees("Credited by INV-2026-0002").does_not_see("[Credit]")


@pytest.mark.parametrize(
    ("filled", "told"),
    [
        ({"Why": "Too much", "Support, 150.00 EUR": "150.01"}, "At most 150.00 EUR"),
        ({"Why": "Too little", "Support, 150.00 EUR": "0"}, "Write what is given back"),
        ({"Why": "No number", "Support, 150.00 EUR": "half"}, "read that as an amount"),
        ({"Why": "Below", "Support, 150.00 EUR": "-5"}, "read that as an amount"),
        ({"Why": "Nothing at all"}, "Write what is given back"),
        ({"Why": "x", "Support, 150.00 EUR": "10"}, "Say why"),
    ],
)
def test_what_can_not_be_credited_is_told_beside_its_field(drafted: House, filled, told):
    house = drafted
    approved(house).clicks("Credit").fills(filled)
    before = house.state_of_the_world()
    house.eve.submits(refused=told)
    assert house.state_of_the_world() == before


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("150", "150"), ("150.5", "150.5"), ("150,50", "150.50"), ("1,234.50", "1234.50"), ("1,234", "1234"),
        ("12 000", "12000"), ("", None), ("1e5", None), ("-3", None), ("NaN", None), ("9" * 20, None), ("٣", None),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(typed, amount):
    assert read_amount(typed) == (None if amount is None else Decimal(amount))


def test_forged_buttons_change_nothing_whoever_sends_them(drafted: House):
    house = drafted
    opens(house, house.eve)
    forged = house.last_sent("block_actions")
    number = invoice(house)["id"]
    before = house.state_of_the_world()
    for who in ("U0BO", "U0REX", "U0CLEO", "U0SAM", "U0EVE"):
        forged["user"]["id"] = who
        for action in ("review", "approve", "export", "back", "discard", "credit", "open", "month"):
            for value in ("", "x", "9" * 30, "1:x", f"{number}:99", f"{number + 99}:1"):
                forged["actions"][0] |= {"action_id": f"invoice.{action}", "value": value}
                assert house.sends_payload(forged)[0] == 200, (who, action, value)
    assert house.state_of_the_world() == before


def test_an_approved_invoice_is_not_approved_twice(drafted: House):
    house = drafted
    approved(house)
    sent = house.last_sent("block_actions")
    before = house.state_of_the_world()
    assert house.sends_payload(sent)[0] == 200
    assert house.state_of_the_world() == before


def test_the_list_is_narrowed_to_a_month(house: House):
    house.sam.opens("/review invoices").sees("There are no invoices yet.").closes()
    a_review(house)
    both_sign(house)
    house.sam.opens("/review invoices 2026-11").sees("Acme, November 2026").closes()
    house.sam.opens("/review invoices 2026-10").sees("No invoice is like that").closes()
    before = house.state_of_the_world()
    house.sam.opens("/review invoices soon").sees(
        "I know no account called “soon”. Write it as /review invoices Acme 2026-11, or with only one of them."
    )
    for never in ("0000-01", "9999-12"):
        house.sam.opens(f"/review invoices {never}").sees(f"I know no account called “{never}”.")
    assert house.state_of_the_world() == before
    sam = house.sam.opens("/review invoices").chooses("Month", "November 2026").sees("Acme, November 2026")
    sam.chooses("Account", "Umbrella").sees("No invoice is like that")
    sam.chooses("Account", "Acme").clicks("Open").closes()
    sam.chooses("Month", "Every month").sees("Acme, November 2026").closes()
    house.sam.opens("/review invoices acme 2026-11").sees("Acme, November 2026").closes()
    house.sam.opens("/review invoices Umbrella").sees("No invoice is like that")


def test_a_long_list_is_turned_page_by_page(house: House, monkeypatch: pytest.MonkeyPatch):
    a_review(house)
    both_sign(house)
    opens(house, house.eve, on="Draft").clicks("Reviewed").clicks("Approve").clicks("Credit")
    house.eve.fills({"Why": "A favour", "Support, 150.00 EUR": "10"}).submits().closes().closes()
    monkeypatch.setattr("bot.messages.invoices.PER_PAGE", 1)
    eve = house.eve.opens("/review invoices")
    assert "Credit note of" in house.eve.modal_text()
    assert house.eve.buttons() == {"Open", "Next"}
    eve.clicks("Next")
    assert "Invoice of" in house.eve.modal_text()
    assert house.eve.buttons() == {"Open", "Previous"}
    eve.clicks("Previous")
    assert "Credit note of" in house.eve.modal_text()


def test_without_a_billing_channel_the_card_names_no_amount(house: House):
    does(house, """update provider set channels = '{"triage": "C0TRIAGE"}'""")
    buys(house)
    logs(house, files(house), 60)
    november_is_over(house)
    both_sign(house)
    house.bo.sees("*Draft").sees("Acme, November 2026").does_not_see("150.00")


# --- steward export invoices


@pytest.fixture
def at_the_command_line(drafted: House, house_url: str, monkeypatch: pytest.MonkeyPatch) -> House:
    approved(drafted)
    monkeypatch.setenv("DATABASE_URL", house_url)
    return drafted


def test_steward_export_writes_an_invoices_files_and_marks_it_when_asked(
    at_the_command_line: House, tmp_path: Path, capsys
):
    house = at_the_command_line
    before = house.state_of_the_world()
    export = ["export", "invoices", "--period", "2026-11", "--to", str(tmp_path / "out")]
    assert cli.main(export) == 0
    assert cli.main([*export, "--format", "pdf"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        str(tmp_path / "out" / name) for name in ("invoices.csv", "INV-2026-0001.pdf")
    ]
    assert b"INV-2026-0001" in (tmp_path / "out" / "invoices.csv").read_bytes()
    assert (tmp_path / "out" / "INV-2026-0001.pdf").read_bytes().startswith(b"%PDF")
    assert house.state_of_the_world() == before
    assert cli.main([*export, "--mark"]) == 0
    assert invoice(house)["state"] == "exported"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--format", "ubl"], "can’t be written yet"),
        (["--period", "2026-10"], "no invoice with a number yet"),
        (["--account", "Initech"], "There is no account “Initech”"),
        (["--to", "/proc/nowhere", "--mark"], "Choose another directory"),
    ],
)
def test_what_can_not_be_exported_is_said_and_nothing_is_marked(at_the_command_line: House, arguments, told, capsys):
    before = at_the_command_line.state_of_the_world()
    assert cli.main(["export", "invoices", *arguments]) == 1
    assert told in capsys.readouterr().err
    assert at_the_command_line.state_of_the_world() == before
