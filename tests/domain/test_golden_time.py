"""The worked examples of time entries, each by its id. The figures stand here, read from nowhere else."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.business_time import Calendar
from bot.domain.rounding import Mode, Piece, Rounding, Scope
from bot.domain.timeliness import Made, is_late, lag, reconstructed
from bot.domain.vagueness import is_vague

HOLIDAYS = "2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28"
UK_2026 = Calendar(zone="Europe/London", days_off=frozenset(map(date.fromisoformat, HOLIDAYS.split())))
# fmt: off
ROUNDED = {  # minutes, unit, mode -> billed
    "RND-01": (5,  15, "up",      15),
    "RND-02": (15, 15, "up",      15),
    "RND-03": (16, 15, "up",      30),
    "RND-04": (18, 15, "closest", 15),
    "RND-05": (95, 20, "closest", 100),
    "RND-07": (22, 15, "down",    15),
    "RND-08": (37, 6,  "up",      42),
    "RND-09": (37, 15, "none",    37),
    "RND-10": (0,  15, "up",      0),
}
LAGS = {  # worked, entered -> business days, late
    "LAG-01": ("2026-11-20", "2026-11-20", 0, False),
    "LAG-02": ("2026-11-20", "2026-11-23", 1, False),
    "LAG-03": ("2026-11-18", "2026-11-20", 2, True),
    "LAG-04": ("2026-12-24", "2026-12-29", 1, False),
}
VAGUE = {
    "VAG-01": "(Undescribed RTW Casework work)",
    "VAG-02": "Standup",
    "VAG-03": "90380",
    "VAG-06": "support",
}
# fmt: on
RND_20 = [  # ticket, day, minutes
    ("T-1", date(2026, 11, 18), 7),
    ("T-1", date(2026, 11, 18), 6),
    ("T-1", date(2026, 11, 19), 4),
    ("T-2", date(2026, 11, 18), 31),
]  # fmt: skip
SCOPED = {Scope.ENTRY: 90, Scope.TICKET_DAY: 75, Scope.INVOICE_LINE: 60}
ANY_RULE = st.builds(Rounding, unit=st.integers(1, 480), mode=st.sampled_from(Mode), scope=st.sampled_from(Scope))
PIECES = st.lists(
    st.tuples(
        st.sampled_from(["T-1", "T-2", None]), st.dates(date(2026, 11, 1), date(2026, 11, 5)), st.integers(1, 720)
    ),
    max_size=12,
).map(lambda rows: [Piece(number, *row) for number, row in enumerate(rows)])


@pytest.mark.parametrize("row", ROUNDED.values(), ids=ROUNDED)
def test_minutes_are_rounded(row):
    minutes, unit, mode, billed = row
    assert Rounding(unit, Mode(mode)).billed(minutes) == billed


@pytest.mark.parametrize(("scope", "billed"), SCOPED.items(), ids=[f"RND-20 {scope}" for scope in SCOPED])
def test_the_scope_changes_the_bill(scope: Scope, billed: int):
    pieces = [Piece(number, *row) for number, row in enumerate(RND_20)]
    assert sum(piece.minutes for piece in pieces) == 48
    assert Rounding(15, Mode.UP, scope).total(pieces) == billed


@given(ANY_RULE, PIECES)
def test_what_is_taken_back_leaves_nothing_to_bill(rule: Rounding, pieces: list[Piece]):
    taken_back = [piece._replace(minutes=-piece.minutes) for piece in pieces]
    assert rule.total([*pieces, *taken_back]) == 0


@given(ANY_RULE, PIECES)
def test_rounding_moves_a_sum_by_less_than_a_unit_and_only_its_own_way(rule: Rounding, pieces: list[Piece]):
    raw, billed = sum(piece.minutes for piece in pieces), rule.total(pieces)
    if rule.mode is Mode.NONE:
        assert billed == raw
    if rule.mode is Mode.UP:
        assert billed >= raw
    if rule.mode is Mode.DOWN:
        assert billed <= raw
    assert abs(billed - raw) <= rule.unit * len(pieces)


@given(ANY_RULE, PIECES, st.randoms(use_true_random=False))
def test_the_order_of_entries_bills_the_same(rule: Rounding, pieces: list[Piece], dice):
    shuffled = list(pieces)
    dice.shuffle(shuffled)
    assert rule.total(shuffled) == rule.total(pieces)


@pytest.mark.parametrize("row", LAGS.values(), ids=LAGS)
def test_lag_counts_business_days(row):
    worked, entered, days, late = row
    worked, entered = date.fromisoformat(worked), date.fromisoformat(entered)
    assert lag(UK_2026, worked, entered) == days
    assert is_late(UK_2026, worked, entered) is late


def test_time_for_tomorrow_is_not_late():
    assert lag(UK_2026, date(2026, 11, 24), date(2026, 11, 23)) == 0


def sitting(*days: int, every: int = 3) -> list[Made]:
    began = datetime.combine(date(2026, 11, 20), time(16))
    return [Made(began + timedelta(minutes=every * n), date(2026, 11, day)) for n, day in enumerate(days)]


def test_a_week_put_together_on_a_friday_is_seen():
    assert len(reconstructed(sitting(16, 16, 17, 18, 19))) == 1


@pytest.mark.parametrize(
    "entries",
    [sitting(16, 17, 18, 19), sitting(19, 19, 19, 20, 20, 20), sitting(16, 17, 18, 19, 20, every=60)],
    ids=["four entries", "two days", "each an hour later"],
)
def test_ordinary_logging_is_no_reconstruction(entries: list[Made]):
    assert reconstructed(entries) == []


@pytest.mark.parametrize("note", VAGUE.values(), ids=VAGUE)
def test_a_vague_note(note: str):
    assert is_vague(note)


@pytest.mark.parametrize(
    "note",
    ["", "   ", "worked on various things today", "Verschiedene Sachen für den Kunden erledigt",
     "Réunion de suivi client", "varias cosas para el cliente", "🎉" * 20, "calls and emails with the client"],
)  # fmt: skip
def test_a_note_that_says_nothing_in_any_language(note: str):
    assert is_vague(note)


@pytest.mark.parametrize(
    "note",
    ["Rebuilt the search index after the import", "Makro für Rückerstattungen angelegt und getestet",
     "Réparé le routage des factures vers Bo", "Configuré la exportación de facturas por país",
     "Exported October tickets into the finance sheet"],
)  # fmt: skip
def test_a_note_that_says_what_was_done(note: str):
    assert not is_vague(note)
