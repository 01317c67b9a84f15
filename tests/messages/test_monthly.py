"""Both cuts of a client's month from a snapshot alone, and what no client may read."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, sessionmaker

from bot.domain import people, reviews
from bot.domain.outbox import Place
from bot.messages import monthly
from bot.playground.validation import problems_in_message
from tests.messages.shown import alive, texts

MARK, MARKED = "Nobody's business", 918273
Blocks = list[dict[str, Any]]


def item(number: int = 101, title: str = "Help centre search is empty", **facts: Any) -> dict[str, Any]:
    return {
        "id": number, "title": title, "system": "Zendesk", "priority": "P3", "status": "In progress", "owner": "Bo",
        "imported": False, **facts,
    }  # fmt: skip


def listed(*items: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    return {"total": len(items) if total is None else total, "tickets": list(items)}


NOTHING = {"came_in": 0, "imported": 0, "closed": 0, "reopened": 0, "open": 0}


def quiet(**facts: Any) -> dict[str, Any]:
    """A first month in which nothing happened."""
    weeks = [("01", "01"), ("02", "08"), ("09", "15"), ("16", "22"), ("23", "29"), ("30", "30")]
    return {
        "account": "Acme", "account_id": 1, "month": "2026-11", "run": 7, "volume": NOTHING, "before": None,
        "elsewhere": {}, "by_type": {}, "by_priority": {}, "triage": {"done": 0, "of": 0, "median_minutes": None},
        "weeks": [{"first": f"2026-11-{first}", "last": f"2026-11-{last}", "came_in": 0, "closed": 0}
                  for first, last in weeks],
        "closed": listed(), "oldest": listed(), "reopened": listed(), "systems": [], "waiting": listed(),
        "scheduled": listed(), "in_work": listed(), "hours": {}, "categories": {}, "allowance": None,
        "internal_hours": 0, "out_of_scope": listed(), "load": [], "reopen_rate": None, "status_hours": {},
        "quoted": listed(),
        **facts,
    }  # fmt: skip


def full(title: str = "Help centre search is empty", words: str = "The words you searched for") -> dict[str, Any]:
    """More of everything than is shown."""
    closed = [item(n, title, summary=words, closed="2026-11-10", close_reason=None) for n in range(101, 110)]
    closed[3] |= {"close_reason": "withdrawn", "summary": None}
    old = [item(n, title, days=n - 100, status="Triage", owner=None) for n in range(121, 126)]
    waits = [item(n, title, what=words, whom=words[:80], since="2026-11-03", imported=True) for n in range(131, 136)]
    return quiet(
        volume={"came_in": 12, "imported": 2, "closed": 9, "reopened": 1, "open": 14},
        before={"came_in": 8, "imported": 0, "closed": 10, "reopened": 0, "open": 11},
        elsewhere={"meeting": 1, "project": 2}, by_type={"incident": 8, "report_data": 4},
        by_priority={"P1": 1, "P3": 11}, triage={"done": 11, "of": 12, "median_minutes": 190},
        weeks=[{"first": "2026-11-01", "last": "2026-11-01", "came_in": 0, "closed": 0},
               {"first": "2026-11-02", "last": "2026-11-08", "came_in": 12, "closed": 9}],
        closed=listed(*closed), oldest=listed(*old, total=14), reopened=listed(item(104, title)),
        systems=[{"system": words[:60], "count": 5}], waiting=listed(*waits), in_work=listed(item(141), total=7),
        scheduled=listed(item(151, title, starts="2026-12-03"), item(152, title, starts=None)),
        hours={"included": 1290, "out_of_scope": 120}, categories={"ticket_resolution": 1400},
        allowance={"included": 2400, "carried": 0, "used": 1290, "currency": None},
        quoted=listed(item(101, title, state="approved", minutes=90, cap_minutes=120, decision=4, by=words[:80],
                           day="2026-11-04")), internal_hours=75, reopen_rate=0.11,
        out_of_scope=listed(item(101, title, minutes=120, approval=None)),
        load=[{"name": title[:80], "minutes": 1290, "open": 9}, {"name": "Eve", "minutes": 0, "open": 1}],
        status_hours={"Waiting on client": 220.0, "In progress": 120.5},
    )  # fmt: skip


@pytest.fixture
def drawn(sessions: sessionmaker[Session]) -> Callable[..., Blocks]:
    """A cut's blocks, where no card stands in Slack yet."""

    def draw(snapshot: dict[str, Any], place: Place | None = Place.CLIENT) -> Blocks:
        words = {Place.CLIENT: monthly.client, Place.LEADERSHIP: monthly.leadership, None: monthly.closed}[place]
        with sessions.begin() as session:
            people.enter_as_system(session)
            return words(session, reviews.cut(snapshot, place) if place else snapshot)[1]

    return draw


EVERY_POST = [Place.CLIENT, Place.LEADERSHIP, None]


@pytest.mark.parametrize("place", EVERY_POST)
@pytest.mark.parametrize(
    "words", ["plain", "a word & another <one> " * 131, "العربية ‮ oreh " * 40, "🔥👩 " * 100, "&<>" * 999]
)
def test_whatever_people_wrote_slack_takes_every_post(drawn, place, words: str):
    blocks = drawn(full(words[:150], words), place)
    assert [problem.text() for problem in problems_in_message(blocks)] == []
    assert [alive(text) for text in texts(blocks) if alive(text)] == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(text=st.one_of(st.text(max_size=200), st.text(alphabet="<>!@|&;^ aU0", max_size=200)))
def test_no_text_of_a_person_is_alive_in_any_post(drawn, text: str):
    for place in EVERY_POST:
        for said in texts(drawn(full(text or "x", text), place)):
            assert not alive(said)


def marked(value: Any) -> Any:
    """The same shape, with every text and number one that can be told anywhere."""
    if isinstance(value, dict):
        return {MARK if name not in item() else name: marked(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [marked(inner) for inner in value]
    return MARK if isinstance(value, str) else MARKED


OURS = [name for name, may in reviews.AUDIENCE.items() if Place.CLIENT not in may]


@pytest.mark.parametrize("name", OURS)
def test_nothing_of_ours_is_in_what_a_client_reads(drawn, name: str):
    snapshot = full() | {name: marked(full()[name])}
    told = json.dumps([drawn(snapshot), reviews.cut(snapshot, Place.CLIENT)])
    assert MARK not in told
    assert str(MARKED) not in told
    assert told == json.dumps([drawn(full()), reviews.cut(full(), Place.CLIENT)])


def test_nothing_is_handed_to_a_client_that_the_table_does_not_name():
    found = reviews.cut(full() | {"notes": MARK}, Place.CLIENT)
    assert found.keys() - {"kind"} == reviews.AUDIENCE.keys() - set(OURS)


def test_we_read_what_the_client_does_not(drawn):
    told = "\n".join(texts(drawn(full(), Place.LEADERSHIP)))
    assert "*Not charged:* 1h 15m internal" in told
    assert "*Reopened:* 1, against 9 closed: 11 %" in told
    assert "2h, approval: not asked" in told
    assert "Waiting on client 220h" in told


def test_hours_that_came_over_from_the_month_before_are_not_called_over(drawn):
    told = "\n".join(texts(drawn(full() | {"allowance": {"included": 2100, "carried": 1050, "used": 2538}})))
    assert "includes 35h a month, and 17h 30m came over from the month before: 81 % used, 10h 12m left." in told


def test_what_a_full_month_says_is_also_in_words(drawn):
    told = "\n".join(texts(drawn(full())))
    assert "*12 requests came in, 9 were closed.* 14 were open when November ended, 5 of them waiting for Acme." in told
    assert "The agreement includes 40h a month: 54 % used, 18h 30m left." in told
    assert "*Beside these:* planning meeting 1 · project 2" in told
    assert "2 of the 12 came over from another system" in told
    assert "*Time in triage:* 3h 10m of business time, the median of 11; 1 was still there" in told


def test_a_first_month_without_anything_reads_well(drawn):
    read = texts(drawn(quiet()))
    assert read[0] == "*Nothing was filed in November*, and nothing is open."
    assert "*Hours:* none logged in November" in read
    assert not [block for block in drawn(quiet()) if block["type"] in {"table", "data_visualization"}]
    assert "*Nothing was filed in November*, and nothing is open." in "\n".join(texts(drawn(quiet(), Place.LEADERSHIP)))


def test_a_month_of_nothing_but_a_meeting_is_not_called_empty(drawn):
    told = "\n".join(texts(drawn(quiet(elsewhere={"meeting": 1}))))
    assert "Nothing was filed" not in told
    assert "*Beside these:* planning meeting 1" in told


def backwards(value: Any) -> Any:
    """The same facts as the database may give them back: its JSON keeps no order."""
    if isinstance(value, dict):
        return {name: backwards(value[name]) for name in reversed(value)}
    return [backwards(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("place", EVERY_POST)
def test_the_order_of_what_was_stored_changes_no_word(drawn, place):
    assert drawn(backwards(full()), place) == drawn(full(), place)


def test_every_ticket_line_says_who_has_it(drawn):
    for place in (Place.CLIENT, Place.LEADERSHIP):
        lines = [line for text in texts(drawn(full(), place)) for line in text.split("\n") if line.startswith("• ")]
        assert len(lines) >= 9
        assert all(line.endswith((" · Bo", " · nobody yet")) for line in lines)


def test_it_fits_a_screen_and_a_half(drawn):
    blocks = drawn(full())
    assert len(blocks) <= 15
    assert sum(text.count("\n") + 1 for text in texts(blocks)) <= 40


def test_more_than_a_table_holds_is_counted(drawn):
    facts = {"summary": "All done " * 30, "closed": "2026-11-10", "close_reason": None}
    many = [item(n, "A title as long as they come " * 4, **facts) for n in range(101, 200)]
    blocks = drawn(full() | {"closed": listed(*many, total=140)}, None)
    assert [problem.text() for problem in problems_in_message(blocks)] == []
    shown = len(blocks[1]["rows"]) - 1
    assert f"And {140 - shown} more" in "\n".join(texts(blocks))


def test_the_words_of_the_month(drawn, as_before):
    as_before("monthly_client", {"full": drawn(full()), "quiet": drawn(quiet())})
    as_before(
        "monthly_leadership", {"full": drawn(full(), Place.LEADERSHIP), "quiet": drawn(quiet(), Place.LEADERSHIP)}
    )
    as_before("monthly_closed", drawn(full(), None))
