"""A ticket's window and the queue's rows: what each reader is shown, within Slack's limits."""

import json
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.events import Event, Kind
from bot.domain.people import Person
from bot.domain.roles import ContactRole
from bot.domain.workflow import Action, Status
from bot.messages.views import History, ticket_window
from bot.modals import windows
from bot.playground.validation import problems_in_view
from tests.messages.shown import ANA, BO, EVE, NOW, alive, closure, nothing_known, person, shown, texts

CLIENT = person("Ana", 3, account=1, slack_id="U0ANA")
CLIENT.roles = [ContactRole.REQUESTER.value]
URL = "https://northwind.slack.com/archives/C0TRIAGE/p1"
NAMES = {who.id: who for who in (BO, EVE, ANA)}


def moved(source: Status, target: Status, action: Action, n: int = 0, **data: Any) -> Event:
    return Event(kind=Kind.MOVED, at=NOW + timedelta(hours=n), ticket_id=101, account_id=1, actor_id=EVE.id,
                 action=action.value, source=source.value, target=target.value, data=data)  # fmt: skip


def window(reader: Person, status: Status = Status.IN_PROGRESS, history: list[Event] | None = None, **facts: Any):
    found = shown(status, **facts)
    return windows.ticket(
        "T-101", ticket_window(found, reader, History(history or [], NAMES, []), {"included": 90}, URL)
    )


@pytest.mark.parametrize("status", list(Status), ids=lambda status: status.value)
@pytest.mark.parametrize("reader", [BO, CLIENT], ids=["staff", "client"])
def test_a_ticket_opens_in_every_status_for_either_side(status: Status, reader: Person):
    for words in ("short", "a word & <one> " * 200):
        view = window(reader, status, details=words[:3000], waiting_for=words[:1000], note=closure(words[:3000]))
        assert [problem.text() for problem in problems_in_view(view)] == []
        assert [alive(text) for text in texts(view) if alive(text)] == []
    bare = windows.ticket("T-101", ticket_window(nothing_known(status), reader, History([], {}, []), {}, None))
    assert [problem.text() for problem in problems_in_view(bare)] == []
    assert "None" not in json.dumps(bare)


def test_what_was_said_between_colleagues_stays_out_of_the_clients_window():
    history = [
        moved(Status.IN_PROGRESS, Status.INTERNAL_REVIEW, Action.SEND_TO_REVIEW, reason="I guessed the index name"),
        moved(Status.INTERNAL_REVIEW, Status.IN_PROGRESS, Action.REJECT, 1, reason="This was sloppy"),
        moved(Status.TRIAGE, Status.WAITING, Action.ASK_CLIENT, 2, reason="Which words did you search for?"),
    ]
    assert "This was sloppy" in json.dumps(window(BO, history=history))
    said = json.dumps(window(CLIENT, history=history))
    assert "Which words did you search for?" in said
    assert "I guessed the index name" not in said
    assert "This was sloppy" not in said


def test_the_clients_window_shows_what_the_client_reads_of_the_closure_note():
    note = closure("only for us", summary="Search finds articles again")
    said = json.dumps(window(CLIENT, Status.CLOSED, note=note))
    assert "Search finds articles again" in said
    assert "only for us" not in said
    assert "1h 30m" not in said


@pytest.mark.parametrize("status", list(Status), ids=lambda status: status.value)
def test_the_clients_window_tells_no_estimate_code_account_or_time(status: Status):
    said = json.dumps(window(CLIENT, status, estimate_minutes=8 * 60))
    for word in ("8h", "Estimate", "1h 30m", "Account", "Log time", "ticket.take", "ticket.start"):
        assert word not in said, word


def test_a_long_history_ends_with_what_happened_last_and_no_time_is_cut_in_two():
    history = [
        moved(Status.TRIAGE, Status.WAITING, Action.ASK_CLIENT, n, reason=f"question {n}: " + "words & words " * 20)
        for n in range(15)
    ]
    view = window(BO, history=history)
    said = texts(view)[-1]
    assert "question 14" in said
    assert not alive(said)
