"""The count of decisions: who counts, who does not, and what it comes to."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.risk import APPROVALS, ChangeClass, Level
from bot.domain.seats import Outcome, Seat, Verdict, Vote, tally

NOW = datetime.fromisoformat("2026-11-21T10:00:00+00:00")
YESTERDAY = NOW - timedelta(days=1)
VALID = timedelta(days=14)
PEER, LEAD, OWNER, CLIENT, ONCALL = Seat.PEER, Seat.LEAD, Seat.SERVICE_OWNER, Seat.CLIENT, Seat.ONCALL_LEAD


def vote(
    who: str, seat: Seat, verdict: Verdict = Verdict.APPROVE, content: str = "h1", at: datetime = YESTERDAY
) -> Vote:
    return Vote(who, seat, verdict, content, at)


def counted(votes, kind, level, barred=None):
    needed = [seat for step in APPROVALS[kind][level] for seat in step]
    barred = {"ana": "author"} if barred is None else barred
    found = tally(votes, needed, barred=barred, content_hash="h1", now=NOW, valid_for=VALID)
    return found.outcome.value, found.missing, found.ignored


ROUTINE, SENSITIVE = ChangeClass.ROUTINE, ChangeClass.SENSITIVE
# fmt: off
EXAMPLES = {
    "an author approves his own":        ([vote("ana", PEER)], ROUTINE, Level.LOW, ("pending", [PEER], [("ana", "author")])),
    "a peer approves":                   ([vote("ben", PEER)], ROUTINE, Level.LOW, ("approved", [], [])),
    "one person in two roles":           ([vote("lea", LEAD), vote("lea", CLIENT)], SENSITIVE, Level.MEDIUM,
                                          ("pending", [CLIENT], [("lea", "already counted")])),
    "an edit after the first approval":  ([vote("lea", LEAD, content="h0"), vote("cli", CLIENT)], SENSITIVE, Level.MEDIUM,
                                          ("pending", [LEAD], [("lea", "content changed")])),
    "exactly fourteen days old":         ([vote("lea", LEAD, at=NOW - VALID)], SENSITIVE, Level.LOW, ("approved", [], [])),
    "a moment older than that":          ([vote("lea", LEAD, at=NOW - VALID - timedelta(microseconds=1))], SENSITIVE, Level.LOW,
                                          ("pending", [LEAD], [("lea", "expired")])),
    "one of three rejects":              ([vote("lea", LEAD), vote("sam", OWNER, Verdict.REJECT), vote("cli", CLIENT)],
                                          SENSITIVE, Level.HIGH, ("rejected", [OWNER, CLIENT], [])),
    "two of three":                      ([vote("lea", LEAD), vote("cli", CLIENT)], SENSITIVE, Level.HIGH,
                                          ("pending", [OWNER], [])),
    "a standard change":                 ([], ChangeClass.STANDARD, Level.LOW, ("approved", [], [])),
    "an emergency, by the lead on call": ([vote("onc", ONCALL)], ChangeClass.EMERGENCY, Level.HIGH, ("approved", [], [])),
    "a lead in a peer's place":          ([vote("lea", LEAD)], ROUTINE, Level.LOW, ("approved", [], [])),
    "a peer in a lead's place":          ([vote("ben", PEER)], ROUTINE, Level.MEDIUM, ("pending", [LEAD], [("ben", "not needed")])),
}
# fmt: on


@pytest.mark.parametrize("example", EXAMPLES)
def test_decisions_are_counted(example: str):
    votes, kind, level, expected = EXAMPLES[example]
    assert counted(votes, kind, level) == expected


def test_the_implementer_does_not_count_either():
    assert counted([vote("ben", PEER)], ROUTINE, Level.LOW, {"ben": "implementer"}) == (
        "pending", [PEER], [("ben", "implementer")],
    )  # fmt: skip


def test_where_all_speak_a_rejection_waits_for_the_others_and_still_rejects():
    def reviewed(*votes):
        known = {"barred": {"ana": "author"}, "content_hash": "h1", "now": NOW, "valid_for": VALID}
        return tally(votes, [PEER, PEER], **known, all_speak=True)[:2]

    no, yes = vote("ben", PEER, Verdict.REJECT), vote("eve", PEER)
    assert reviewed(no) == (Outcome.PENDING, [PEER])
    assert reviewed(no, yes) == reviewed(yes, no) == (Outcome.REJECTED, [])
    assert reviewed(yes, vote("lea", LEAD)) == (Outcome.APPROVED, [])
    assert reviewed(no, vote("ben", PEER)) == (Outcome.PENDING, [PEER])


votes = st.lists(
    st.builds(
        Vote, st.sampled_from("abcd"), st.sampled_from(list(Seat)), st.sampled_from(list(Verdict)),
        st.sampled_from(["h0", "h1"]), st.sampled_from([NOW, YESTERDAY, NOW - timedelta(days=15)]),
    ), max_size=8,
)  # fmt: skip


@given(votes, st.sampled_from(list(ChangeClass)), st.sampled_from(list(Level)))
def test_approved_means_a_different_allowed_person_for_every_seat(given_votes, kind, level):
    needed = [seat for step in APPROVALS[kind][level] for seat in step]
    found = tally(given_votes, needed, barred={"a": "author"}, content_hash="h1", now=NOW, valid_for=VALID)
    counts = {
        one.who for one in given_votes
        if one.who != "a" and one.content_hash == "h1" and NOW - one.at <= VALID and one.verdict is Verdict.APPROVE
    }  # fmt: skip
    if found.outcome is Outcome.APPROVED:
        assert len(counts) >= len(needed)
        assert found.missing == []
    else:
        assert found.missing or found.outcome is Outcome.REJECTED
