"""Everything arrives once: the first is done, a repeat is answered as the first was."""

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.domain import people, receipts
from bot.domain.receipts import Earlier, Receipt
from tests.domain.desk import one_waits_for_the_other


def claim(session: Session, acme, content: str = "content", key: str = "V1:request") -> Earlier | None:
    return receipts.claim(session, key, content, account_id=acme.id)


def test_what_arrives_first_is_new(session, acme):
    assert claim(session, acme) is None


def test_a_repeat_of_the_same_is_answered_as_before(session, acme):
    claim(session, acme)
    receipts.keep_answer(session, "V1:request", {"ticket": 101})
    session.flush()
    assert claim(session, acme) == Earlier(same=True, answer={"ticket": 101})


def test_the_same_key_with_something_else_is_no_repeat(session, acme):
    claim(session, acme)
    receipts.keep_answer(session, "V1:request", {"ticket": 101})
    session.flush()
    assert claim(session, acme, "other content") == Earlier(same=False, answer={"ticket": 101})


def test_a_repeat_before_there_is_an_answer_is_still_a_repeat(session, acme):
    claim(session, acme)
    assert claim(session, acme) == Earlier(same=True, answer=None)


def test_another_key_is_another_arrival(session, acme):
    claim(session, acme)
    assert claim(session, acme, key="V2:request") is None


def test_the_input_itself_is_not_kept(session, acme):
    claim(session, acme, "my password is swordfish")
    kept = session.scalar(text("select string_agg(r::text, '') from receipt r"))
    assert "swordfish" not in kept
    assert len(session.scalars(select(Receipt.digest)).one()) == 64


def test_a_digest_depends_on_every_sign():
    assert receipts.digest_of("a") == receipts.digest_of("a") != receipts.digest_of("a ")
    assert receipts.digest_of("⏱️ é") != receipts.digest_of("⏱ é")


def test_somebody_elses_receipt_is_taken_and_tells_nothing(session, acme):
    claim(session, acme)
    receipts.keep_answer(session, "V1:request", {"ticket": 101})
    session.flush()
    rex = people.enter(session, "U0REX")
    earlier = receipts.claim(session, "V1:request", "content", account_id=rex.account_id)
    assert earlier == Earlier(same=False, answer=None)


def claimed_as_system(session: Session) -> Earlier | None:
    people.enter_as_system(session)
    return receipts.claim(session, "V1:request", "content", account_id=None)


def test_of_two_at_once_one_is_new_and_the_other_waits_to_be_a_repeat(cast_sessions, cast_url):
    first, second = one_waits_for_the_other(cast_sessions, cast_url, claimed_as_system, claimed_as_system)
    assert (first, second) == (None, Earlier(same=True, answer=None))


def test_a_receipt_goes_with_the_work_that_failed(cast_sessions):
    """What was not stored may be sent again."""
    with cast_sessions() as session:
        assert claimed_as_system(session) is None
        session.rollback()
    with cast_sessions.begin() as session:
        assert claimed_as_system(session) is None
