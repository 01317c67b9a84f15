"""`steward start`: several of our own commands as one, which ends when any of them does."""

import signal
import subprocess
import sys
import time
from collections.abc import Sequence

SECONDS_TO_END = 15


class EndedByItself(Exception):
    """A part went away, so all were ended; what it said stands above."""


def run(commands: Sequence[str]) -> None:
    """Each as one would type it, until Ctrl-C, SIGTERM or a closed terminal, which every part is told in turn."""
    stopping: list[int] = []
    for signal_ in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signal_, lambda number, _frame: stopping.append(number))
    # Sessions of their own: Ctrl-C reaches this process alone, which ends them in order.
    parts = [
        subprocess.Popen([sys.executable, "-m", "bot", *command.split()], start_new_session=True)
        for command in commands
    ]
    while not stopping and all(part.poll() is None for part in parts):
        time.sleep(0.1)
    gone = [command.split()[0] for command, part in zip(commands, parts, strict=True) if part.returncode is not None]
    _end(parts)
    if gone and not stopping:
        raise EndedByItself(f"`{gone[0]}` ended by itself, so all were ended; what it said stands above.")


def _end(parts: list[subprocess.Popen[bytes]]) -> None:
    for part in parts:
        part.terminate()
    for part in parts:
        try:
            part.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            part.kill()
