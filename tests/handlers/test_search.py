"""`/ticket search`, its button and its shortcut: what was done before is found, by those who may know of it."""

from dataclasses import replace

import pytest

from bot.domain.workflow import Action, CloseReason
from tests.domain.desk import NOTE
from tests.driver import Person
from tests.house import House
from tests.slack.desk import does, files, moves

INVOICES = "Invoice export is empty since Monday"
SEARCH = "Help centre search shows no articles"
HOSTILE = [
    "the of and", "&|!:*", "' or 1=1 --", '"unclosed', "\x00", "a\\b '' \\'", "((((", "🔥", "%_%", "<b>&amp;",
    "x" * 10_000, "word " * 2_500, "-", "~abc ^title @1", "'; drop table ticket_text; --", "\ufeff\u200b",
]  # fmt: skip


def closes(house: House, number: int, summary: str, **note: str) -> None:
    """Bo does the work and writes it down; Ana says that it is right."""
    moves(house, number, Action.TAKE)
    ready = "status = 'In progress', code = 'included', request_type = 'question'"
    does(house, f"update ticket set {ready} where id = :id", id=number)
    moves(house, number, Action.SEND_TO_CLIENT, note=replace(NOTE, summary=summary, **note))
    moves(house, number, Action.CLOSE, by="Ana")


@pytest.fixture
def memory(house: House) -> House:
    """What Acme asked before, and Umbrella's."""
    closes(house, files(house, INVOICES), "Gave the export job its rights back", actions="Rotated the ledger token")
    files(house, SEARCH)
    files(house, "Invoice export of Umbrella is slow", account="Umbrella", by="Rex")
    house.delivers()
    return house


def looks_for(who: Person, words: str) -> Person:
    return who.fills({"Look for": words})


def test_words_find_the_ticket_and_say_what_was_done(memory: House):
    memory.bo.opens("/ticket search invoice export")
    memory.bo.sees("2 found").sees(INVOICES).sees("Gave the export job its rights back").sees("Included").sees("Acme")
    memory.bo.clicks("Open", on=INVOICES).sees("Rotated the ledger token")


def test_the_closing_note_is_searched_too(memory: House):
    memory.ana.opens("/ticket search rotated ledger").sees("1 found").sees(INVOICES)


def test_what_is_closed_comes_first(memory: House):
    files(memory, "Invoice export, invoice export, invoice export")
    memory.bo.opens("/ticket search invoice export")
    text = memory.bo.modal_text()
    assert text.index(INVOICES) < text.index("Invoice export, invoice export")


def test_an_outsider_finds_neither_another_clients_tickets_nor_their_number(memory: House):
    memory.rex.opens("/ticket search invoice export").sees("1 found").sees("Umbrella is slow")
    memory.rex.does_not_see(INVOICES).does_not_see("Gave the export")
    for words in ("rotated ledger", "help centre articles", "Gaev teh exprot", ""):
        looks_for(memory.rex, words or "articles")
        memory.rex.does_not_see(INVOICES).does_not_see(SEARCH).does_not_see("Gave the export")


def test_an_outsider_is_offered_none_of_another_clients_systems(memory: House):
    does(memory, "update ticket set related_system = 'Ledger XL' where id = :id", id=101)
    memory.rex.opens("/ticket search")
    assert "Ledger XL" not in str(memory.rex.modal())
    memory.rex.closes()
    memory.ana.opens("/ticket search")
    assert "Ledger XL" in str(memory.ana.modal())


def test_clients_are_shown_no_billing_codes(memory: House):
    memory.ana.opens("/ticket search invoice").does_not_see("Included").does_not_see("Any code")


@pytest.mark.parametrize("words", ["invioce exprot", "helpp centr serach", "articels"])
def test_slips_are_forgiven_and_said(memory: House, words: str):
    memory.ana.opens(f"/ticket search {words}").sees("These come nearest")
    memory.ana.sees(INVOICES if "inv" in words else SEARCH)


def test_a_key_goes_straight_to_its_ticket(memory: House):
    memory.bo.opens("/ticket search t-101").sees("History").closes()
    looks_for(memory.bo.opens("/ticket search"), "T-101")
    memory.bo.sees("History")


def test_another_clients_key_is_not_found(memory: House):
    memory.rex.opens("/ticket search T-101").sees("I can't find T-101")


def test_an_empty_window_says_how(memory: House):
    memory.ana.opens("/ticket search").sees("press Enter").sees("invoice export empty")


def test_what_nobody_ever_wrote_is_not_found_and_says_what_to_try(memory: House):
    memory.ana.opens("/ticket search zzzzqqqq").sees("Nothing like that was found")


def test_whatever_is_typed_breaks_nothing(memory: House):
    before = memory.state_of_the_world()
    for words in HOSTILE:
        memory.ana.opens(f"/ticket search {words}")
        assert memory.ana.modal(), words
        looks_for(memory.ana, words[:300])
        memory.ana.does_not_see("went wrong").does_not_see("Umbrella").closes()
        assert memory.state_of_the_world() == before, words


def test_filters_narrow_and_are_cleared(memory: House):
    memory.bo.opens("/ticket search invoice").chooses("Status", "Only open").sees("1 found")
    assert INVOICES not in memory.bo.modal_text()
    memory.bo.clicks("Clear filters").sees("2 found").sees(INVOICES)
    memory.bo.chooses("Code", "Included").sees("1 found").sees(INVOICES)
    memory.bo.clicks("Clear filters").chooses("From", "2026-11-24").sees("Nothing like that")
    memory.bo.clicks("Clear filters").chooses("To", "2026-11-23").sees("2 found")


def test_filters_alone_list_what_there_is(memory: House):
    memory.ana.opens("/ticket search").chooses("Status", "Only closed").sees("1 found").sees(INVOICES)


def test_a_system_is_a_filter(memory: House):
    does(memory, "update ticket set related_system = 'Ledger XL' where id = :id", id=101)
    memory.bo.opens("/ticket search").chooses("System", "Ledger XL").sees("1 found").sees(INVOICES)


def test_many_come_a_page_at_a_time(memory: House):
    for number in range(12):
        files(memory, f"Macro {number} is missing")
    memory.ana.opens("/ticket search macro missing").sees("12 found, page 1")
    assert memory.ana.modal_text().count("[Open]") == 10
    memory.ana.clicks("Next").sees("page 2")
    assert memory.ana.modal_text().count("[Open]") == 2
    memory.ana.clicks("Previous").sees("page 1")


def test_the_button_opens_it_for_those_who_have_no_commands(memory: House):
    memory.ana.opens("/queue").clicks("Search")
    looks_for(memory.ana, "rotated ledger").sees(INVOICES)


def test_a_message_is_asked_whether_it_was_seen_before(memory: House):
    ts = memory.sam.types("C0ACME", "Hi <https://acme.example|all>, the invoice export came out *empty* again :(")
    message = next(one for one in memory.bo.messages("C0ACME") if one["ts"] == ts)
    memory.bo.uses_shortcut("Have we seen this?", on=message)
    memory.bo.sees(INVOICES).sees("Gave the export job its rights back")


def test_a_clients_message_brings_up_only_its_own(memory: House):
    ts = memory.rex.types("C0UMBRELLA", "The invoice export is empty since Monday")
    message = next(one for one in memory.rex.messages("C0UMBRELLA") if one["ts"] == ts)
    memory.rex.uses_shortcut("Have we seen this?", on=message)
    memory.rex.sees("Umbrella is slow").does_not_see("Gave the export job")


def test_somebody_unknown_is_told_what_to_do(memory: House):
    before = memory.state_of_the_world()
    memory.zed.opens("/ticket search invoice").sees("I don't know you yet")
    assert memory.state_of_the_world() == before


def test_how_a_ticket_ended_without_a_note_is_said(memory: House):
    number = files(memory, "Please delete the old macros")
    moves(memory, number, Action.TAKE)
    moves(memory, number, Action.CLOSE, close_reason=CloseReason.WITHDRAWN)
    memory.ana.opens("/ticket search delete macros").sees("withdrawn")
