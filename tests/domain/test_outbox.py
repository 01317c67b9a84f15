"""The outbox: posts that others see, each with one pending row at most, in order within a thread."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain import dead_letters, events, outbox
from bot.domain.outbox import Delivery, Place, Subject
from bot.domain.workflow import Action
from tests.domain.desk import MONDAY, complete, delivered, pending


def lanes(session: Session) -> list[int]:
    return list(session.scalars(select(Delivery.lane_id).where(Delivery.done_at.is_(None)).order_by(Delivery.id)))


def an_event(session: Session, acme) -> int:
    return events.record(session, events.Kind.APPLIED, account_id=acme.id, at=MONDAY).id


def test_a_ticket_has_one_card_for_the_client_and_one_for_triage(session, a_ticket, acme):
    ticket = a_ticket()
    cards = outbox.posts_of(session, Subject.TICKET, ticket.id)
    assert [(card.place, card.channel_slack_id, card.account_id) for card in cards] == [
        (Place.CLIENT, "C0ACME", acme.id), (Place.TRIAGE, "C0TRIAGE", acme.id),
    ]  # fmt: skip
    assert all(card.lane_id == card.id for card in cards)


def test_a_card_waits_to_be_edited_once_however_often_it_changed(session, a_ticket, who):
    ticket = a_ticket()
    for _ in range(3):
        outbox.refresh(session, Subject.TICKET, ticket.id)
    assert pending(session) == [("client", "ticket"), ("triage", "ticket")]


def test_the_database_itself_refuses_a_second_pending_row(session, a_ticket):
    card = outbox.refresh(session, Subject.TICKET, a_ticket().id)[0]
    session.add(Delivery(post_id=card.id, lane_id=card.id, account_id=card.account_id))
    with pytest.raises(IntegrityError, match="uq_outbox_post_pending"):
        session.flush()


@pytest.mark.parametrize("ended", ["done_at", "dead_at"])
def test_what_was_brought_or_given_up_may_be_brought_again(session, a_ticket, ended):
    ticket = a_ticket()
    outbox.refresh(session, Subject.TICKET, ticket.id)
    session.execute(text(f"update outbox set {ended} = now() where done_at is null"))
    before = session.scalar(select(func.count(Delivery.id)))
    outbox.refresh(session, Subject.TICKET, ticket.id)
    assert session.scalar(select(func.count(Delivery.id))) == before + 2


def test_a_reply_stands_in_its_roots_lane_and_channel_and_behind_it(session, a_ticket, acme):
    client, triage = outbox.refresh(session, Subject.TICKET, a_ticket().id)
    post = outbox.reply(session, triage, an_event(session, acme))
    assert (post.parent_id, post.lane_id) == (triage.id, triage.id)
    assert (post.place, post.channel_slack_id, post.account_id) == (Place.TRIAGE, "C0TRIAGE", acme.id)
    assert lanes(session) == [client.id, triage.id, triage.id]


def test_an_event_is_told_once_in_a_place(session, a_ticket, acme):
    client, triage = outbox.refresh(session, Subject.TICKET, a_ticket().id)
    event = an_event(session, acme)
    outbox.reply(session, triage, event)
    outbox.reply(session, client, event)
    with pytest.raises(IntegrityError, match="uq_post_subject"):
        outbox.reply(session, triage, event)


def test_a_thread_keeps_its_snapshot(session):
    post = outbox.open_thread(
        session, Subject.JOB_RUN, 1, Place.TRIAGE, "C0TRIAGE", account_id=None, snapshot={"open": 3}
    )
    session.expire_all()
    assert post.snapshot == {"open": 3}
    assert pending(session) == [("triage", "job_run")]


def test_a_refused_move_leaves_nothing_to_bring(session, a_ticket, who):
    ticket = a_ticket()
    with session.begin_nested() as savepoint:
        ticket.act(session, Action.TAKE, by=who("Bo"), now=MONDAY, inputs=complete(assignee=None, reviewer=None))
        savepoint.rollback()
    assert pending(session) == []


def test_replies_are_no_cards(session, a_ticket, acme):
    ticket = a_ticket()
    triage = outbox.refresh(session, Subject.TICKET, ticket.id)[1]
    outbox.reply(session, triage, an_event(session, acme))
    assert outbox.posts_of(session, Subject.TICKET, ticket.id)[1:] == [triage]
    assert outbox.posts_of(session, Subject.EVENT, triage.id) == []


def test_lists_find_a_card_per_ticket_in_their_place(session, a_ticket):
    tickets = [a_ticket(), a_ticket()]
    found = outbox.roots_of_many(session, Subject.TICKET, [ticket.id for ticket in tickets], Place.TRIAGE)
    assert found.keys() == {ticket.id for ticket in tickets}
    assert {post.place for post in found.values()} == {Place.TRIAGE}
    assert outbox.roots_of_many(session, Subject.TICKET, [], Place.TRIAGE) == {}


def test_the_age_of_the_oldest_row_counts_only_what_waits(session, a_ticket):
    ticket = a_ticket()
    assert outbox.oldest_pending_seconds(session) == 0
    outbox.refresh(session, Subject.TICKET, ticket.id)
    session.execute(text("update outbox set created_at = now() - interval '90 seconds' where done_at is null"))
    assert outbox.oldest_pending_seconds(session) == pytest.approx(90, abs=1)
    delivered(session)
    assert outbox.oldest_pending_seconds(session) == 0


def test_dead_letters_are_counted_and_keep_nobody_waiting(session, a_ticket):
    outbox.refresh(session, Subject.TICKET, a_ticket().id)
    session.execute(text("update outbox set dead_at = now() where done_at is null"))
    assert dead_letters.count(session) == 2
    assert outbox.oldest_pending_seconds(session) == 0


def test_posts_are_once_per_subject_and_place(session, a_ticket):
    with pytest.raises(IntegrityError, match="uq_post_subject"):
        outbox.open_thread(session, Subject.TICKET, a_ticket().id, Place.CLIENT, "C0ACME", account_id=None)
