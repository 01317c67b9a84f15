"""What a closure note leaves to be done becomes tickets once, however it was written."""

import pytest

from bot.domain import events, people, provider
from bot.domain.errors import Refused
from bot.domain.priority import Priority
from bot.domain.tickets import (
    Closure,
    ClosureNote,
    LinkKind,
    file_follow_ups,
    items_of,
    latest_closure,
    links_of,
    not_filed_yet,
    unlink,
    visible_to,
)
from bot.domain.workflow import Status
from tests.domain.desk import MONDAY, file_a_ticket, one_waits_for_the_other, pending

TWO = "- Rotate the API key\n- Tell the agents about the new macro"


def closed(session, by, text: str = TWO, **facts):
    ticket = file_a_ticket(session, status=Status.CLOSED, closed_at=MONDAY, **facts)
    ClosureNote("Done", "none", "none", "none", text).keep(session, ticket, by, MONDAY)
    session.flush()
    return ticket


@pytest.mark.parametrize(
    ("written", "items"),
    [
        ("none", []),
        ("None.", []),
        ("Rotate the key", ["Rotate the key"]),
        ("- one thing\n* another\n\n2) a third\n• a fourth", ["one thing", "another", "a third", "a fourth"]),
        ("twice\ntwice", ["twice"]),
        ("2 agents need a licence", ["2 agents need a licence"]),
        ("-5 degrees is no bullet", ["-5 degrees is no bullet"]),
    ],
)
def test_items_are_lines_and_none_is_none(written, items):
    note = Closure(ticket_id=1, account_id=1, written_by_id=1, at=MONDAY, summary="", actions="", systems="",
                   decisions="", follow_ups=written)  # fmt: skip
    assert items_of(note) == items


def test_each_item_becomes_a_ticket_of_the_same_contact_and_follows_up_the_closed_one(session, who):
    ticket = closed(session, who("Bo"), related_system="Zendesk", primary_contact_id=who("Cleo"))
    items = items_of(latest_closure(session, ticket.id))
    one, other = file_follow_ups(
        session, ticket, items, owner=who("Eve"), by=who("Bo"), provider=provider.get(session), now=MONDAY
    )
    for made, title in ((one, "Rotate the API key"), (other, "Tell the agents about the new macro")):
        assert (made.title, made.account_id, made.requester_id) == (title, ticket.account_id, who("Ana").id)
        assert (made.primary_contact_id, made.related_system) == (who("Cleo").id, "Zendesk")
        assert (made.status, made.assignee_id, made.priority) == (Status.TRIAGE, who("Eve").id, Priority.P4)
        filed = events.of_ticket(session, made.id)[0]
        assert (filed.actor_id, filed.data["door"]) == (who("Bo").id, "staff for client")
        assert [(found.wording, found.other.id) for found in links_of(session, [made.id])[made.id]] == [
            ("follows up", ticket.id)
        ]
    told = events.of_ticket(session, ticket.id)[-1]
    assert (told.kind, told.data) == (events.Kind.FOLLOWED_UP, {"keys": [one.key, other.key]})
    assert pending(session).count(("triage", "event")) == 3  # Eve is told of each, the closed one's thread of both
    assert not_filed_yet(session, ticket, latest_closure(session, ticket.id)) == []


def test_what_was_filed_is_not_offered_again_even_where_its_link_was_removed(session, who, everything):
    ticket = closed(session, who("Bo"))
    first, second = items_of(latest_closure(session, ticket.id))
    one = file_follow_ups(
        session, ticket, [first], owner=None, by=who("Bo"), provider=provider.get(session), now=MONDAY
    )
    assert one[0].assignee_id is None
    made = links_of(session, [ticket.id])[ticket.id][0]
    unlink(session, made.link_id, by=who("Bo"), now=MONDAY)
    assert not_filed_yet(session, ticket, latest_closure(session, ticket.id)) == [second]
    world = everything()
    for wanted, by in (([first], "Bo"), (["something else"], "Bo"), ([], "Bo"), ([second], "Ana"), ([second], "Sam")):
        with pytest.raises(Refused):
            file_follow_ups(session, ticket, wanted, owner=None, by=who(by), provider=provider.get(session), now=MONDAY)
        assert everything() == world


def test_a_long_item_is_cut_in_the_title_and_whole_in_the_details(session, who):
    long = "Rotate the API key " * 40
    ticket = closed(session, who("Bo"), long)
    items = items_of(latest_closure(session, ticket.id))
    (made,) = file_follow_ups(
        session, ticket, items, owner=who("Bo"), by=who("Bo"), provider=provider.get(session), now=MONDAY
    )
    assert len(made.title) <= 150
    assert made.details == long.strip()
    assert not_filed_yet(session, ticket, latest_closure(session, ticket.id)) == []
    assert made.assignee_id == who("Bo").id


def test_an_open_tickets_old_note_offers_nothing(session, who):
    ticket = closed(session, who("Bo"))
    ticket.status = Status.TRIAGE
    assert not_filed_yet(session, ticket, latest_closure(session, ticket.id)) == []


def test_two_who_file_the_same_items_at_once_make_them_once(cast_sessions, cast_url):
    with cast_sessions.begin() as session:
        number = closed(session, people.enter(session, "U0BO")).id

    def files(slack_id: str):
        def work(session):
            actor = people.enter(session, slack_id)
            ticket = visible_to(session, actor, number, lock=True)
            items = items_of(latest_closure(session, ticket.id))
            try:
                made = file_follow_ups(
                    session, ticket, items, owner=None, by=actor, provider=provider.get(session), now=MONDAY
                )
            except Refused as refused:
                return str(refused)
            return len(made)

        return work

    first, second = one_waits_for_the_other(cast_sessions, cast_url, files("U0BO"), files("U0EVE"))
    assert first == 2
    assert "Those are tickets already" in second
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        found = links_of(session, [number])[number]
        assert [made.kind for made in found] == [LinkKind.FOLLOWS_UP] * 2
