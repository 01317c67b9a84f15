"""Several commands as one: they end together, whichever way."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot import together
from bot.together import EndedByItself

ROOT = Path(__file__).parents[1]


@pytest.fixture
def handlers():
    """As they were before."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def test_a_part_that_goes_away_ends_the_others(monkeypatch: pytest.MonkeyPatch, handlers):
    started: list[subprocess.Popen[bytes]] = []

    def a_part(command: list[str], **more: object) -> subprocess.Popen[bytes]:
        words = "pass" if command[-1] == "web" else "import time; time.sleep(600)"
        started.append(REAL([sys.executable, "-c", words], start_new_session=True))
        return started[-1]

    monkeypatch.setattr(together.subprocess, "Popen", a_part)
    with pytest.raises(EndedByItself, match="`web` ended by itself"):
        together.run(["web", "worker"])
    assert [part.poll() for part in started] == [0, -signal.SIGTERM]


REAL = subprocess.Popen
