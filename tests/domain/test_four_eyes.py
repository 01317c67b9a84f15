"""Four eyes without any of our code: what the database itself refuses, whatever is sent to it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.domain import approvals
from bot.domain.approvals import Purpose, Standing
from bot.domain.seats import Seat, Verdict
from tests.domain.desk import MONDAY, person

HASH = "a" * 64
DECIDE = """
insert into decision (account_id, approval_id, person_id, authority_id, seat, verdict, content_hash, at, reason)
values (:account, :approval, :person, :authority, 'lead', :verdict, :hash, now(), '')
"""
ASK = """
insert into approval (account_id, purpose, subject_id, content_hash, steps, barred, asked_by_id, asked_at, state)
values (:account, 'change', 78, 'x', :steps, '{}', :by, now(), :state)
"""


@pytest.fixture
def asked(session, acme, who):
    """Two seats are asked: Bo made it, Maya does it."""
    barred = {who("Bo").id: "author", who("Maya").id: "implementer"}
    who("Eve").roles = ["engineer", "lead"]
    who("Sam").roles = ["service_owner"]
    session.flush()
    return approvals.ask(
        session, Purpose.CHANGE, 77, ((Seat.LEAD, Seat.SERVICE_OWNER),), account_id=acme.id, barred=barred,
        content_hash=HASH, by=who("Bo"), now=MONDAY,
    )  # fmt: skip


def decides(session, asked, name, *, authority=None, verdict="approve", content_hash=HASH):
    values = {
        "account": asked.account_id, "approval": asked.id, "person": person(session, name).id,
        "authority": person(session, authority or name).id, "verdict": verdict, "hash": content_hash,
    }  # fmt: skip
    session.execute(text(DECIDE), values)


def sets(session, asked, what, **values):
    session.execute(text(f"update approval set {what} where id = :id"), {"id": asked.id, **values})


def test_whoever_is_free_to_decide_may(session, asked):
    decides(session, asked, "Eve")
    decides(session, asked, "Sam")
    sets(session, asked, "state = 'approved'")


@pytest.mark.parametrize(("name", "authority"), [
    ("Bo", None), ("Maya", None), ("Bo", "Eve"), ("Maya", "Eve"), ("Eve", "Bo"), ("Eve", "Maya"),
])  # fmt: skip
@pytest.mark.parametrize("verdict", ["approve", "reject"])
def test_neither_author_nor_implementer_decides_for_themselves_or_through_another(
    session, asked, name, authority, verdict
):
    with pytest.raises(DBAPIError, match="four eyes"):
        decides(session, asked, name, authority=authority, verdict=verdict)


@pytest.mark.parametrize(("name", "authority"), [("Eve", "Eve"), ("Eve", "Sam"), ("Sam", "Eve")])
def test_one_person_counts_once_and_so_does_whoever_they_answer_for(session, asked, name, authority):
    decides(session, asked, "Eve")
    with pytest.raises(DBAPIError, match=r"uq_decision_approval_id_(person|authority)_id"):
        decides(session, asked, name, authority=authority)


def test_nobody_decides_on_other_content(session, asked):
    with pytest.raises(DBAPIError, match="about other content"):
        decides(session, asked, "Eve", content_hash="b" * 64)


@pytest.mark.parametrize("state", ["rejected", "void", "expired", "withdrawn"])
def test_nobody_decides_on_what_is_settled(session, asked, state):
    sets(session, asked, "state = :state", state=state)
    with pytest.raises(DBAPIError, match=f"is {state}, nobody decides on it"):
        decides(session, asked, "Eve")


@pytest.mark.parametrize("statement", ["update decision set reason = 'No'", "update decision set verdict = 'approve'"])
def test_a_decision_stands_for_good(session, asked, statement):
    decides(session, asked, "Eve", verdict="reject")
    with pytest.raises(DBAPIError, match="history is append-only: UPDATE of decision refused"):
        session.execute(text(statement))


def test_a_decision_is_deleted_by_nobody(session, asked):
    decides(session, asked, "Eve")
    with pytest.raises(DBAPIError, match="permission denied"), session.begin_nested():
        session.execute(text("delete from decision"))
    session.execute(text("set role none"))  # as the schema's owner
    with pytest.raises(DBAPIError, match="history is append-only: DELETE of decision refused"):
        session.execute(text("delete from decision"))


def test_approved_needs_every_decision(session, asked):
    for name, there in (("Eve", 0), ("Sam", 1)):
        with pytest.raises(DBAPIError, match=f"has {there} of 2 decisions"), session.begin_nested():
            sets(session, asked, "state = 'approved'")
        decides(session, asked, name)
    sets(session, asked, "state = 'approved'")


def test_one_rejection_is_enough_however_many_approve(session, asked):
    decides(session, asked, "Eve")
    decides(session, asked, "Sam")
    decides(session, asked, "Ana", verdict="reject")
    with pytest.raises(DBAPIError, match="was rejected by somebody"):
        sets(session, asked, "state = 'approved'")


@pytest.mark.parametrize("state", [one for one in Standing if one is not Standing.PENDING])
@pytest.mark.parametrize("steps", ["[]", '[["lead"]]'])
def test_nothing_is_born_settled(session, acme, state, steps):
    values = {"account": acme.id, "steps": steps, "by": person(session, "Bo").id, "state": state.value}
    with pytest.raises(DBAPIError, match="INSERT of approval refused"):
        session.execute(text(ASK), values)


@pytest.mark.parametrize("what", [
    "steps = '[]'", "barred = '{}'", "content_hash = 'b'", "subject_id = 78", "purpose = 'release'",
    "asked_at = now()", "account_id = null", "asked_by_id = (select id from person where name = 'Eve')",
])  # fmt: skip
def test_what_was_asked_is_fixed(session, asked, what):
    with pytest.raises(DBAPIError, match=r"what approval \d+ asks for is fixed"):
        sets(session, asked, what)


@pytest.mark.parametrize("state", [one for one in Standing if one is not Standing.PENDING])
def test_nothing_settled_is_asked_again(session, asked, state):
    decides(session, asked, "Eve")
    decides(session, asked, "Sam")
    sets(session, asked, "state = :state", state=state.value)
    with pytest.raises(DBAPIError, match=f"is {state.value}, and stays so"):
        sets(session, asked, "state = 'pending'")


@pytest.mark.parametrize("state", ["rejected", "void", "expired", "withdrawn"])
def test_what_ended_otherwise_is_never_approved(session, asked, state):
    decides(session, asked, "Eve")
    decides(session, asked, "Sam")
    sets(session, asked, "state = :state", state=state)
    with pytest.raises(DBAPIError, match="stays so"):
        sets(session, asked, "state = 'approved'")


def test_one_question_is_asked_once(session, asked, acme, who):
    values = {"account": acme.id, "steps": '[["lead"]]', "by": who("Bo").id, "state": "pending"}
    session.execute(text(ASK), values)
    with pytest.raises(DBAPIError, match="uq_approval_pending"):
        session.execute(text(ASK), values)


def test_the_code_refuses_before_the_database_has_to(session, asked, who):
    """The same count on both sides: what `decide` approves, the trigger lets through."""
    for name in ("Eve", "Sam"):
        settled = approvals.decide(session, asked, Verdict.APPROVE, by=who(name), now=MONDAY)
    assert settled.state is Standing.APPROVED
