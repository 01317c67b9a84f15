"""Tickets of one client stand to each other, both say so, and two who link at once take turns."""

from datetime import timedelta

import pytest
from sqlalchemy import event as sql_events
from sqlalchemy import select

from bot.domain import events, people
from bot.domain.errors import NotFound, Refused
from bot.domain.tickets import LinkKind, Ticket, TicketLink, candidates, link, links_of, merged_into, unlink, visible_to
from bot.domain.tickets.access import seen_by
from tests.domain.desk import MONDAY, file_a_ticket, one_waits_for_the_other, pending


@pytest.mark.parametrize(
    ("kind", "from_here", "from_there"),
    [
        (LinkKind.RELATES_TO, "relates to", "relates to"),
        (LinkKind.FOLLOWS_UP, "follows up", "followed up by"),
        (LinkKind.BLOCKED_BY, "blocked by", "blocks"),
        (LinkKind.DUPLICATE_OF, "duplicate of", "has the duplicate"),
    ],
)
@pytest.mark.parametrize("older_first", [True, False])
def test_a_link_reads_from_both_sides(session, who, a_ticket, kind, from_here, from_there, older_first):
    one, other = (a_ticket(), a_ticket())[:: 1 if older_first else -1]
    link(session, one, other, kind, by=who("Bo"), now=MONDAY, note="as Cleo said")
    found = links_of(session, [one.id, other.id])
    assert [(made.wording, made.other.key, made.note) for made in found[one.id]] == [
        (from_here, other.key, "as Cleo said")
    ]
    assert [(made.wording, made.other.key) for made in found[other.id]] == [(from_there, one.key)]


def test_both_histories_tell_of_it_and_both_cards_are_brought_up_to_date(session, who, a_ticket):
    one, other = a_ticket(), a_ticket()
    link(session, one, other, LinkKind.FOLLOWS_UP, by=who("Bo"), now=MONDAY)
    told = [events.of_ticket(session, ticket.id)[-1] for ticket in (one, other)]
    assert [(e.kind, e.data["wording"], e.data["other"], e.actor_id) for e in told] == [
        (events.Kind.LINKED, "follows up", other.id, who("Bo").id),
        (events.Kind.LINKED, "followed up by", one.id, who("Bo").id),
    ]
    assert (one.version, other.version) == (2, 2)
    assert pending(session) == [("client", "ticket"), ("triage", "ticket")] * 2


def test_a_link_is_ended_and_may_be_made_again(session, who, a_ticket):
    one, other = a_ticket(), a_ticket()
    made = link(session, one, other, LinkKind.RELATES_TO, by=who("Bo"), now=MONDAY)
    unlink(session, made.id, by=who("Eve"), now=MONDAY)
    assert links_of(session, [one.id, other.id]) == {one.id: [], other.id: []}
    assert made.ended_at == MONDAY
    assert [e.kind for e in events.of_ticket(session, other.id)][-2:] == [events.Kind.LINKED, events.Kind.UNLINKED]
    link(session, one, other, LinkKind.RELATES_TO, by=who("Bo"), now=MONDAY)
    assert len(session.scalars(select(TicketLink)).all()) == 2


def test_what_can_not_be_linked_says_why_and_changes_nothing(session, who, a_ticket, everything):
    one, other, foreign = a_ticket(), a_ticket(), file_a_ticket(session, account="Umbrella", by="Rex")
    link(session, one, other, LinkKind.RELATES_TO, by=who("Bo"), now=MONDAY)
    link(session, one, other, LinkKind.BLOCKED_BY, by=who("Bo"), now=MONDAY)
    world = everything()
    for ticket, target, kind, by, sentence in (
        (one, foreign, LinkKind.RELATES_TO, "Bo", "belongs to another client; only tickets of one client are linked"),
        (one, one, LinkKind.RELATES_TO, "Bo", "can't be linked to itself"),
        (one, other, LinkKind.RELATES_TO, "Bo", f"stands already: {one.key} relates to {other.key}"),
        (other, one, LinkKind.RELATES_TO, "Bo", "stands already"),
        (other, one, LinkKind.BLOCKED_BY, "Bo", f"stands already: {other.key} blocks {one.key}"),
        (one, other, LinkKind.FOLLOWS_UP, "Ana", "Only"),
        (one, other, LinkKind.FOLLOWS_UP, "Sam", "Only"),
    ):
        with pytest.raises(Refused, match=sentence) as refused:
            link(session, ticket, target, kind, by=who(by), now=MONDAY)
        assert str(refused.value).endswith(".")
        assert everything() == world


def test_what_was_merged_stands_for_the_ticket_it_was_merged_into(session, who, a_ticket, everything):
    kept, merged, merged_before, new = a_ticket(), a_ticket(), a_ticket(), a_ticket()
    link(session, merged_before, merged, LinkKind.DUPLICATE_OF, by=who("Bo"), now=MONDAY)
    link(session, merged, kept, LinkKind.DUPLICATE_OF, by=who("Bo"), now=MONDAY)
    assert merged_into(session, merged_before).id == kept.id
    made = link(session, new, merged_before, LinkKind.FOLLOWS_UP, by=who("Bo"), now=MONDAY)
    assert made.to_id == kept.id
    world = everything()
    for ticket, target, kind, sentence in (
        (new, merged, LinkKind.FOLLOWS_UP, "stands already"),
        (kept, merged_before, LinkKind.DUPLICATE_OF, "was merged into this"),
        (merged, new, LinkKind.DUPLICATE_OF, f"was merged into {kept.key} already"),
    ):
        with pytest.raises(Refused, match=sentence):
            link(session, ticket, target, kind, by=who("Bo"), now=MONDAY)
    merge = session.scalars(select(TicketLink).where(TicketLink.from_id == merged.id)).one()
    with pytest.raises(Refused, match="merging is not undone by a click"):
        unlink(session, merge.id, by=who("Bo"), now=MONDAY)
    assert everything() == world


def test_an_outsider_removes_nothing_and_finds_nothing(session, who, a_ticket, everything):
    one, other = a_ticket(), a_ticket()
    made = link(session, one, other, LinkKind.RELATES_TO, by=who("Bo"), now=MONDAY)
    world = everything()
    for name in ("Rex", "Ana", "Sam"):
        with pytest.raises(Refused):
            unlink(session, made.id, by=who(name), now=MONDAY)
    with pytest.raises(NotFound):
        unlink(session, 10**9, by=who("Bo"), now=MONDAY)
    assert everything() == world
    assert links_of(session, [one.id], among=seen_by(who("Rex"))) == {one.id: []}
    assert len(links_of(session, [one.id], among=seen_by(who("Ana")))[one.id]) == 1
    people.enter(session, "U0REX")
    assert links_of(session, [one.id]) == {one.id: []}


def test_many_tickets_ask_the_database_once(session, who, a_ticket):
    first, *others = [a_ticket() for _ in range(6)]
    for other in others:
        link(session, other, first, LinkKind.RELATES_TO, by=who("Bo"), now=MONDAY)
    asked = []
    sql_events.listen(session.connection(), "before_cursor_execute", lambda *seen: asked.append(seen[2]))
    found = links_of(session, [first.id, *(other.id for other in others)])
    assert len(asked) == 1
    assert [len(made) for made in found.values()] == [5, 1, 1, 1, 1, 1]


def test_the_picker_offers_the_clients_other_tickets_the_open_ones_first(session, who, a_ticket):
    closed = a_ticket(closed_at=MONDAY - timedelta(days=1))
    old, new = a_ticket(), a_ticket(title="Search is empty")
    file_a_ticket(session, account="Umbrella", by="Rex")

    def offered(typed: str) -> list[Ticket]:
        return [one for one in candidates(session, who("Bo"), old, typed) if one.id >= closed.id]

    assert offered("") == [new, closed]
    assert offered("search is") == [new]
    assert offered(f"t-{closed.id}") == [closed]
    assert offered(old.key) == []


@pytest.mark.parametrize("kind", [LinkKind.RELATES_TO, LinkKind.BLOCKED_BY])
def test_two_who_link_the_same_from_both_sides_make_one_link_and_nobody_waits_for_ever(cast_sessions, cast_url, kind):
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        one, other = file_a_ticket(session).id, file_a_ticket(session).id

    def links(slack_id: str, here: int, there: int):
        def work(session):
            actor = people.enter(session, slack_id)
            here_, there_ = visible_to(session, actor, here), visible_to(session, actor, there)
            try:
                link(session, here_, there_, kind, by=actor, now=MONDAY)
            except Refused as refused:
                return str(refused)
            return "linked"

        return work

    first, second = one_waits_for_the_other(
        cast_sessions, cast_url, links("U0BO", one, other), links("U0EVE", other, one)
    )
    assert first == "linked"
    assert "stands already" in second
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        assert len(session.scalars(select(TicketLink)).all()) == 1
        assert {ticket.version for ticket in session.scalars(select(Ticket))} == {2}


def test_of_two_who_unlink_one_does_and_the_other_reads_that_it_is_done(cast_sessions, cast_url):
    with cast_sessions.begin() as session:
        bo = people.enter(session, "U0BO")
        made = link(session, file_a_ticket(session), file_a_ticket(session), LinkKind.RELATES_TO, by=bo, now=MONDAY).id

    def unlinks(slack_id: str):
        def work(session):
            try:
                unlink(session, made, by=people.enter(session, slack_id), now=MONDAY)
            except Refused as refused:
                return str(refused)
            return "unlinked"

        return work

    assert one_waits_for_the_other(cast_sessions, cast_url, unlinks("U0BO"), unlinks("U0EVE")) == (
        "unlinked",
        "That link was removed already. Open the ticket again to see what stands.",
    )


def test_a_link_to_what_is_being_merged_waits_and_is_asked_for_once_more(cast_sessions, cast_url):
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        kept, merged, new = (file_a_ticket(session).id for _ in range(3))

    def links(here: int, there: int, kind: LinkKind):
        def work(session):
            bo = people.enter(session, "U0BO")
            try:
                made = link(
                    session, visible_to(session, bo, here), visible_to(session, bo, there), kind, by=bo, now=MONDAY
                )
            except Refused as refused:
                return str(refused)
            return made.to_id

        return work

    again = links(new, merged, LinkKind.FOLLOWS_UP)
    first, second = one_waits_for_the_other(cast_sessions, cast_url, links(merged, kept, LinkKind.DUPLICATE_OF), again)
    assert (first, second) == (kept, f"T-{merged} was merged a moment ago. Send it once more.")
    with cast_sessions.begin() as session:
        assert again(session) == kept
