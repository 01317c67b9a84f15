"""Invoice files where finance works: chosen in a window, sent as a direct message, once."""

import io
import json
import zipfile
from typing import Any
from urllib.request import urlopen

import pytest
from pypdf import PdfReader

from bot.slack import uploads
from tests.handlers.test_billing_review import finance
from tests.handlers.test_invoices import approved, drafted, invoice, opens
from tests.house import House
from tests.slack.desk import does, leases_run_out, pending, waits_are_over

__all__ = ["drafted", "finance"]
BILLING = {
    "legal_name": "Steward Ltd", "country": "GB", "vat_id": "GB123456789", "endpoint": "0088:5790000435944",
    "xero": {"default": "200"}, "xero_tax": "20% (VAT on Income)",
}  # fmt: skip


@pytest.fixture
def numbered(drafted: House) -> House:
    """Acme’s November is INV-2026-0001, and its window is open before Eve."""
    approved(drafted)
    drafted.delivers()
    return drafted


def direct(house: House, who: str) -> list[Any]:
    """What Steward wrote to a person, in the order it came."""
    places = [one for one in house.slack.workspace.channels.values() if one.id.startswith("D") and who in one.members]
    return [message for place in places for message in place.messages.values() if message.bot and not message.deleted]


def files(house: House, who: str = "U0EVE") -> list[tuple[str, bytes]]:
    """The files that a person has from Steward."""
    known = house.slack.workspace.files
    return [(known[one].name, known[one].data) for message in direct(house, who) for one in message.files]


def windows(house: House) -> int:
    """How often anybody was shown what files there are."""
    return sum("invoice.send_files" in str(call.args) for call in list(house.slack.calls))


def asks(house: House, who: Any, how: str = "PDF", **more: Any) -> Any:
    """From the invoice’s window."""
    return who.clicks("Files").fills({"Format": how, **more}).submits()


def test_finance_gets_the_pdf_as_a_direct_message_that_opens(numbered: House):
    house = numbered
    asks(house, house.eve).sees("as a PDF").sees("as a direct message from Steward")
    house.delivers()
    ((name, content),) = files(house)
    assert name == "INV-2026-0001.pdf"
    assert "INV-2026-0001" in PdfReader(io.BytesIO(content)).pages[0].extract_text()
    (message,) = direct(house, "U0EVE")
    assert message.text == "*INV-2026-0001*: Acme, November 2026, 150.00 EUR, as a PDF."
    file = house.slack.workspace.files[message.files[0]]
    with urlopen(f"{house.slack.url}playground/files/{file.id}") as answer:
        assert answer.read() == content
    assert invoice(house)["state"] == "approved"
    assert house.one("select data from event where kind = 'invoice_file_asked'")["data"]["format"] == "pdf"
    assert pending(house) == []


def test_nobody_else_sees_the_file(numbered: House):
    house = numbered
    asks(house, house.eve)
    house.delivers()
    for who in ("U0SAM", "U0BO", "U0CLEO", "U0REX"):
        assert files(house, who) == []
    (message,) = direct(house, "U0EVE")
    assert all(message.files[0] not in one.files for place in house.slack.workspace.channels.values()
               for one in place.messages.values() if one is not message)  # fmt: skip


def test_it_is_exported_with_it_when_that_is_ticked(numbered: House):
    house = numbered
    asks(house, house.eve, **{"It is on its way with this": True})
    assert invoice(house)["state"] == "exported"
    house.eve.closes()
    house.eve.sees("Exported by Eve")
    house.delivers()
    assert len(files(house)) == 1
    assert house.one("select exported_by_id is not null as by_somebody from invoice")["by_somebody"]
    house.eve.clicks("Files").does_not_see("Mark it as exported")


@pytest.mark.parametrize(
    ("how", "name", "begins"),
    [
        ("QuickBooks", "INV-2026-0001-quickbooks.csv", b"*InvoiceNo,"),
        ("Spreadsheet (CSV)", "INV-2026-0001-csv.csv", b"number,"),
        ("Xero", "INV-2026-0001-xero.csv", b"*ContactName,"),
        ("E-invoice (UBL)", "INV-2026-0001.xml", b"<?xml"),
    ],
)
def test_each_format_is_a_file_of_its_own(drafted: House, how: str, name: str, begins: bytes):
    house = drafted
    does(house, "update provider set billing = cast(:billing as jsonb)", billing=json.dumps(BILLING))
    does(house, "update account set billing = cast(:billing as jsonb) where name = 'Acme'",
         billing=json.dumps({"country": "DE", "endpoint": "0088:4000000000006", "reference": "PO 7"}))  # fmt: skip
    does(house, "update invoice set reference = 'PO 7'")
    approved(house)
    asks(house, house.eve, how)
    house.delivers()
    ((given, content),) = files(house)
    assert given == name
    assert content.startswith(begins)


def test_what_a_format_needs_is_told_before_anything_is_sent(numbered: House):
    house = numbered
    before = house.state_of_the_world()
    window = house.eve.clicks("Files")
    window.sees("*Xero* needs an account for the code").sees("*E-invoice (UBL)* needs the seller’s")
    window.sees("steward apply")
    with pytest.raises(AssertionError, match="not offered"):
        window.fills({"Format": "Xero"})
    assert house.state_of_the_world() == before


def test_what_went_missing_while_the_window_stood_open_is_said_beside_the_format(drafted: House):
    house = drafted
    does(house, "update provider set billing = cast(:billing as jsonb)", billing=json.dumps(BILLING))
    approved(house).clicks("Files").fills({"Format": "Xero"})
    does(house, "update provider set billing = billing - 'xero'")
    before = house.state_of_the_world()
    house.eve.submits(refused="That file can’t be made yet.")
    assert house.state_of_the_world() == before


def test_what_went_missing_after_it_was_asked_for_is_said_instead_of_the_file(drafted: House):
    house = drafted
    does(house, "update provider set billing = cast(:billing as jsonb)", billing=json.dumps(BILLING))
    asks(house, approved(house), "Xero")
    does(house, "update provider set billing = billing - 'xero'")
    house.delivers()
    (message,) = direct(house, "U0EVE")
    assert "can’t be made any more" in message.text
    assert (files(house), pending(house)) == ([], [])


def test_a_draft_is_sent_as_a_pdf_that_says_so_and_in_no_other_format(drafted: House):
    house = drafted
    window = opens(house, house.eve).clicks("Files")
    for how in ("Xero", "QuickBooks", "E-invoice (UBL)", "Spreadsheet (CSV)"):
        with pytest.raises(AssertionError, match="not offered"):
            window.fills({"Format": how})
    window.does_not_see("Mark it as exported").sees("The other formats come with its number.")
    window.sees("*E-invoice (UBL)* needs the seller’s").does_not_see("approve it first").submits()
    house.delivers()
    ((name, content),) = files(house)
    assert name.startswith("Draft-")
    assert "draft" in PdfReader(io.BytesIO(content)).pages[0].extract_text().lower()
    assert "It is a draft" in direct(house, "U0EVE")[0].text
    sent = house.last_sent("view_submission")
    sent["view"]["id"] = "V0FORGED"
    sent["view"]["state"]["values"]["how"]["how"]["selected_option"]["value"] = "ubl"
    before = house.state_of_the_world()
    assert "A draft goes to nobody else yet" in house.sends_payload(sent)[1]
    assert house.state_of_the_world() == before


def test_who_sees_money_gets_files_and_exports_nothing(numbered: House):
    house = numbered
    opens(house, house.sam, on="INV-2026-0001").clicks("Files").does_not_see("Mark it as exported").submits()
    sent = house.last_sent("view_submission")
    house.delivers()
    assert [name for name, _ in files(house, "U0SAM")] == ["INV-2026-0001.pdf"]
    sent["view"]["id"] = "V0FORGED"
    ticked = {"type": "checkboxes", "selected_options": [{"value": "yes"}]}
    sent["view"]["state"]["values"]["marks"] = {"marks": ticked}
    before = house.state_of_the_world()
    assert house.sends_payload(sent)[0] == 200
    assert house.state_of_the_world() == before


def test_who_may_not_see_money_gets_none_whatever_they_send(numbered: House):
    house = numbered
    asks(house, house.eve)
    house.delivers()
    opened, sent = house.last_sent("block_actions"), house.last_sent("view_submission")
    assert opened["actions"][0]["action_id"] == "invoice.files"
    before, shown = house.state_of_the_world(), windows(house)
    for who in ("U0BO", "U0ANA", "U0CLEO", "U0REX"):
        opened["user"]["id"] = sent["user"]["id"] = who
        sent["view"]["id"] = f"V0{who}"
        assert house.sends_payload(opened)[0] == 200
        assert house.sends_payload(sent)[0] == 200
        for value in ("", "x", "2026-11", "2026-13", "9" * 30):
            for action in ("files", "months_files"):
                opened["actions"][0] |= {"action_id": f"invoice.{action}", "value": value}
                assert house.sends_payload(opened)[0] == 200
    house.delivers()
    assert (house.state_of_the_world(), windows(house)) == (before, shown)


def test_whoever_lost_their_role_meanwhile_gets_no_file(numbered: House):
    house = numbered
    asks(house, house.eve)
    does(house, "update person set roles = '{engineer}' where name = 'Eve'")
    house.delivers()
    assert files(house) == []
    assert "may see rates and invoices" in direct(house, "U0EVE")[0].text


def test_a_form_that_arrives_twice_is_one_file(numbered: House):
    house = numbered
    asks(house, house.eve)
    assert house.sends_payload(house.last_sent("view_submission"))[0] == 200
    house.delivers()
    assert len(files(house)) == 1


# --- a month


def test_a_months_files_come_in_one_and_are_exported_together(numbered: House):
    house = numbered
    house.eve.clicks("Credit").fills({"Why": "Half of it was ours", "Support, 150.00 EUR": "75"}).submits()
    house.eve.clicks("Reviewed").clicks("Approve").closes().closes()
    window = house.eve.opens("/review invoices 2026-11").clicks("Files of that month")
    window.sees("2 invoices and credit notes with a number")
    window.fills({"Format": "PDF", "It is on its way with this": True}).submits()
    house.delivers()
    ((name, content),) = files(house)
    assert name == "2026-11-pdf.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["INV-2026-0001.pdf", "INV-2026-0002.pdf"]
    assert [row["state"] for row in house.rows("select state from invoice where number is not null")] == [
        "exported"
    ] * 2


def test_many_invoices_come_in_parts(numbered: House, monkeypatch: pytest.MonkeyPatch):
    house = numbered
    monkeypatch.setattr("bot.domain.exports.sending.MOST", 1)
    house.eve.clicks("Credit").fills({"Why": "Half of it was ours", "Support, 150.00 EUR": "75"}).submits()
    house.eve.clicks("Reviewed").clicks("Approve").closes().closes()
    house.eve.opens("/review invoices 2026-11").clicks("Files of that month").submits().sees("in 2 parts")
    house.delivers()
    assert [name for name, _ in files(house)] == ["2026-11-1.pdf", "2026-11-2.pdf"]
    assert "Part 2 of 2." in direct(house, "U0EVE")[1].text


def test_a_month_of_drafts_has_no_files_yet(drafted: House):
    house = drafted
    before = house.state_of_the_world()
    house.eve.opens("/review invoices 2026-11").clicks("Files of that month").sees("has a number yet")
    assert house.state_of_the_world() == before


# --- nothing lost, nothing twice


UPLOADS = ["files.getUploadURLExternal", "files.completeUploadExternal"]


@pytest.mark.parametrize("method", UPLOADS)
@pytest.mark.parametrize("what", ["lost", "internal_error", 503])
def test_whatever_goes_wrong_on_the_way_it_comes_once(numbered: House, method: str, what: str | int):
    house = numbered
    asks(house, house.eve)
    house.slack.fail_next(method, what)
    house.delivers()
    waits_are_over(house)
    house.delivers()
    assert [name for name, _ in files(house)] == ["INV-2026-0001.pdf"]
    assert pending(house) == []


def test_a_file_whose_answer_was_lost_is_looked_for_and_not_uploaded_again(numbered: House):
    house = numbered
    asks(house, house.eve)
    house.slack.fail_next("files.completeUploadExternal", "lost")
    house.delivers()
    assert (len(files(house)), len(pending(house))) == (1, 1)
    waits_are_over(house)
    house.delivers()
    assert [len(house.slack.calls_to(method)) for method in UPLOADS] == [1, 1]
    assert house.one("select ts from post where subject = 'invoice_file'")["ts"] == direct(house, "U0EVE")[0].ts


def test_a_file_that_slack_has_and_did_not_share_yet_is_waited_for(numbered: House):
    house = numbered
    asks(house, house.eve)
    house.slack.fail_next("files.completeUploadExternal", "lost")
    house.delivers()
    (message,) = direct(house, "U0EVE")
    held, message.files = message.files, []
    waits_are_over(house)
    house.delivers()
    (row,) = pending(house)
    assert row["last_error"] == "no answer: NotSharedYet"
    message.files = held
    waits_are_over(house)
    house.delivers()
    assert (len(files(house)), pending(house)) == (1, [])


def test_a_file_that_slack_never_shares_is_sent_anew_in_the_end(numbered: House):
    house = numbered
    asks(house, house.eve)
    house.slack.fail_next("files.completeUploadExternal", "lost")
    house.delivers()
    direct(house, "U0EVE")[0].files = []
    for _ in range(10):
        waits_are_over(house)
        house.delivers()
    assert (len(files(house)), pending(house)) == (1, [])


def test_a_worker_that_was_overtaken_completes_nothing(numbered: House, monkeypatch: pytest.MonkeyPatch):
    house = numbered
    asks(house, house.eve)
    bring, first = uploads.bring, [True]

    def stands_still(*told: Any) -> str:
        upload = bring(*told)
        if first:
            first.clear()
            leases_run_out(house)
            house.delivers()
        return upload

    monkeypatch.setattr(uploads, "bring", stands_still)
    house.delivers()
    assert (len(files(house)), pending(house)) == (1, [])
    assert len(house.slack.calls_to("files.completeUploadExternal")) == 1


def test_a_person_whom_slack_refuses_is_a_dead_letter_that_says_what(numbered: House):
    house = numbered
    asks(house, house.eve)
    house.slack.fail_next("files.completeUploadExternal", "channel_not_found")
    house.delivers()
    assert house.one("select last_error from outbox where dead_at is not null")["last_error"] == "channel_not_found"
    house.maya.opens_home().sees("Invoice file").clicks("Try again", on="Invoice file")
    house.delivers()
    assert len(files(house)) == 1
