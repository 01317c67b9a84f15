"""Business time can be moved in the playground, for every process at once; elsewhere it is the machine's."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, event

from bot.clock import SharedClock, move, read_offset, system_clock

DAY = 86_400.0


def ahead(clock) -> float:
    """Seconds before the machine's time, rounded to what a slow machine can tell."""
    return round((clock() - datetime.now(UTC)).total_seconds() / 60) * 60


def test_the_machines_time_knows_its_zone():
    assert system_clock().tzinfo is UTC
    assert ahead(system_clock) == 0


def test_a_clock_that_was_never_moved_is_the_machines(engine: Engine):
    assert read_offset(engine) == 0
    assert ahead(SharedClock(engine)) == 0


def test_a_clock_that_was_moved_is_ahead_for_everybody(engine: Engine):
    move(engine, DAY)
    assert read_offset(engine) == DAY
    assert [ahead(SharedClock(engine)) for _ in range(2)] == [DAY, DAY]


def test_moving_it_again_sets_how_far_and_adds_nothing(engine: Engine):
    for offset in (DAY, 3 * DAY, -DAY):
        move(engine, offset)
    assert read_offset(engine) == -DAY
    assert ahead(SharedClock(engine)) == -DAY


def test_it_is_read_at_most_twice_a_second(engine: Engine):
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    clock = SharedClock(engine)
    began = system_clock()
    for _ in range(200):
        clock()
    allowed = 1 + (system_clock() - began) / timedelta(seconds=SharedClock.FRESH_SECONDS)
    assert 1 <= len(asked) <= allowed


def test_a_running_clock_notices_that_it_was_moved(engine: Engine, monkeypatch):
    monkeypatch.setattr(SharedClock, "FRESH_SECONDS", 0.0)
    clock = SharedClock(engine)
    assert ahead(clock) == 0
    move(engine, DAY)
    assert ahead(clock) == DAY


def test_time_goes_on_between_two_readings(engine: Engine):
    clock = SharedClock(engine)
    assert clock() <= clock()
