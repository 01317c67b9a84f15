"""Told to end at any moment: also between two steps of the very thread that waits."""

import signal
import sys
import threading
import time
from types import FrameType
from typing import Any

import pytest

from bot.stopping import Stop

STEPS = 6  # of `wait`, and more than it has


def test_whoever_waits_wakes_up_and_nobody_waits_any_more():
    stop = Stop()
    assert not stop.wait(0.001)
    telling = threading.Timer(0.01, stop.tell)
    telling.start()
    assert stop.wait(60)
    assert stop.wait(60)
    assert stop.is_told()
    stop.tell()


def test_all_who_wait_wake_up():
    stop, woken = Stop(), []
    waiting = [threading.Thread(target=lambda: woken.append(stop.wait(60))) for _ in range(5)]
    for one in waiting:
        one.start()
    stop.tell()
    for one in waiting:
        one.join(60)
    assert woken == [True] * 5


@pytest.mark.parametrize("step", range(STEPS))
def test_told_between_any_two_steps_of_waiting(step: int):
    """As a signal's handler does it; a thread stands in for the main one, so that one that hangs can be seen."""
    stop, woken = Stop(), []

    def waits() -> None:
        steps = iter(range(STEPS * 10))

        def between(_frame: FrameType, event: str, _arg: Any) -> Any:
            if event == "line" and next(steps) == step:
                stop.tell()
            return between

        sys.settrace(between)
        woken.append(stop.wait(0.01))
        sys.settrace(None)

    thread = threading.Thread(target=waits, daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    assert woken


def test_a_signal_tells_it():
    stop = Stop()
    before = signal.signal(signal.SIGUSR1, lambda *_: stop.tell())
    try:
        threading.Timer(0.01, lambda: signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)).start()
        began = time.monotonic()
        while not stop.wait(60):
            assert time.monotonic() - began < 60
    finally:
        signal.signal(signal.SIGUSR1, before)
