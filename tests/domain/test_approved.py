"""The arithmetic of what was approved, on made-up histories: lines are charged, and put right, in any order."""

from datetime import date, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.codes import Code
from bot.domain.invoices.approved import Approved, Line
from bot.domain.invoices.worked import Worked
from bot.domain.rounding import Mode, Rounding, Scope

MINUTES = st.integers(1, 180)
LINES = st.lists(st.lists(MINUTES, min_size=1, max_size=4), min_size=1, max_size=4)
ROUNDINGS = st.builds(Rounding, st.sampled_from([1, 6, 15, 60]), st.sampled_from(Mode), st.sampled_from(Scope))
CHANGES = st.lists(st.lists(st.tuples(st.integers(0, 15), st.integers(0, 180)), min_size=1, max_size=3), max_size=5)
DAY = date(2026, 11, 2)


def entry(number, minutes, undoes=None, day=DAY):
    return Worked(number, Code.OUT_OF_SCOPE, 1, None, day, minutes, 1, undoes, None, False)


class History:
    """Lines charged one after the other within a cap that always holds what was worked, as coverage sees to it."""

    def __init__(self, rounds, lines, spare):
        self.one, self.number = Approved(sum(map(sum, lines)) + spare), 0
        self.stands = {}  # by entry: its line, minutes and day
        for place, worked in enumerate(lines):
            entries = [self.log(place, minutes, DAY + timedelta(days=30 * place + day))
                       for day, minutes in enumerate(worked)]  # fmt: skip
            charged = self.one.charge(rounds, entries)
            self.one.lines[place] = Line(rounds, entries, charged)

    def log(self, line, minutes, day):
        self.number += 1
        self.stands[self.number] = (line, minutes, day)
        return entry(self.number, minutes, day=day)

    def change(self, cap, changes):
        """Each of these entries becomes so long, or goes where it is 0; never beyond the cap."""
        told, room = {}, cap - sum(minutes for _, minutes, _ in self.stands.values())
        for which, minutes in changes:
            number = sorted(self.stands)[which % len(self.stands)]
            line, before, day = self.stands[number]
            if minutes - before > room:
                continue
            room -= minutes - before
            del self.stands[number]
            told.setdefault(line, []).append(entry(number + 1000, -before, undoes=number, day=day))
            told[line].append(self.log(line, minutes, day) if minutes else entry(number + 2000, 0, day=day))
            if not self.stands:
                break
        return told

    @property
    def charged(self):
        return sum(line.charged for line in self.one.lines.values())

    @property
    def raw(self):
        return sum(line.raw for line in self.one.lines.values())

    @property
    def rounded(self):
        return sum(line.rounded for line in self.one.lines.values())


@settings(max_examples=400)
@example(Rounding(15), [[20, 20], [20]], 0, [[(0, 10), (0, 10)]])  # the second line was paid for by the first
@example(Rounding(15), [[20], [20]], 20, [[(0, 31), (0, 29)]])  # both grow, and there is room for one
@example(Rounding(15), [[20], [20]], 20, [[(1, 31)]])  # the second grows beyond the room: the first stays as it is
@given(ROUNDINGS, LINES, st.integers(0, 120), CHANGES)
def test_no_more_than_was_approved_no_less_than_was_worked_and_nothing_below_nothing(rounds, lines, spare, history):
    cap = sum(map(sum, lines)) + spare
    told = History(rounds, lines, spare)
    for changes in [None, *history]:
        if changes and told.stands:
            put = told.change(cap, changes)
            if not put:
                continue
            before, rounded = told.charged, {line: one.rounded for line, one in told.one.lines.items()}
            moved = told.one.put_right(put)
            assert before + sum(one.more for one in moved.values()) == told.charged
            assert all(0 <= line.charged <= line.rounded for line in told.one.lines.values())
            shrunk = {line for line, one in moved.items() if one.more < 0}
            assert all(told.one.lines[line].rounded < rounded[line] for line in shrunk)
        assert told.charged <= cap
        if rounds.mode in {Mode.UP, Mode.NONE}:
            assert told.raw <= told.charged


@given(ROUNDINGS, LINES, st.integers(0, 120), st.integers(0, 600), st.integers(0, 15))
def test_other_words_change_nothing_whatever_was_approved_since(rounds, lines, spare, more, which):
    told = History(rounds, lines, spare)
    told.one._cap += more
    line, minutes, _ = told.stands[sorted(told.stands)[which % len(told.stands)]]
    moved = told.one.put_right(told.change(10**6, [(which, minutes)]))
    assert [one.more for one in moved.values()] == [0]
    assert list(moved) == [line]


@given(ROUNDINGS, LINES, st.integers(0, 120))
def test_all_that_is_taken_back_gives_all_of_it_back(rounds, lines, spare):
    told = History(rounds, lines, spare)
    everything = [(0, 0)] * len(told.stands)
    told.one.put_right(told.change(10**6, everything))
    assert told.charged == 0
