"""What people wait for when Slack is slow: arrivals at 40 a second while a worker posts, and every call takes 1 s."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from statistics import median

from bench import firm
from bench.figures import Figure, at_most
from bench.firm import ACCOUNTS, ENGINEERS, Sent
from bench.load import Arrival, Round, opened
from bot.playground import LocalSlack
from tests.house import over_http

RATE, TOO_LATE = 40, 3.0
STAFF = [f"U0E{n}" for n in range(ENGINEERS)]
PEOPLE = [{"id": id_, "name": id_.lower()} for id_ in [*STAFF, *(f"U0C{n}" for n in range(ACCOUNTS))]]
CHANNELS = [
    {"id": "C0TRIAGE", "name": "triage", "members": STAFF, "bot_member": True},
    *({"id": f"C0ACC{n}", "name": f"acc{n}", "members": [f"U0C{n}"], "bot_member": True} for n in range(ACCOUNTS)),
]


def measured(url: str, sent: Sent, *, quick: bool) -> list[Figure]:
    """G3: the 99th percentile with a Slack of 1 s a call, by that with one that answers at once, in turns."""
    seconds, rounds = (2, 1) if quick else (12, 5)
    with slack() as (slack_url, be_slow), firm.steward(url, slack_url) as web, firm.worker(url, slack_url):
        opened(web.port, mixed(sent), rate=RATE, seconds=2)
        pairs = []
        for _ in range(rounds):
            pair: list[Round] = []
            for slow in (False, True):
                sent.prepare(RATE * seconds)
                be_slow(slow)
                pair.append(opened(web.port, mixed(sent), rate=RATE, seconds=seconds))
            pairs.append(pair)
    late = sum(one > TOO_LATE for _, slow in pairs for one in slow.seconds)
    everything = sum(len(slow.seconds) for _, slow in pairs)
    p99 = [median(pair[which].p99 for pair in pairs) for which in (0, 1)]
    return [
        at_most(
            f"99th percentile at {RATE} a second, Slack 1 s a call ÷ at once",
            median(s.p99 / f.p99 for f, s in pairs),
            1.2,
        ),
        Figure(f"answers after 3 s, Slack 1 s a call, {RATE} a second", f"{late} of {everything:,}", "0", late == 0),
        Figure("the two 99th percentiles behind it", f"{p99[1]:.1f} and {p99[0]:.1f} ms"),
    ]


def mixed(sent: Sent) -> Iterator[Arrival]:
    """A submission, a line of time and a click in turns."""
    for three in zip(sent.submissions(), sent.lines(), sent.clicks(), strict=False):
        yield from three


@contextmanager
def slack():
    """A local Slack in a process of its own; its address, and what makes it slow."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    process.start()

    def be_slow(slow: bool) -> None:
        ours.send(slow)
        ours.recv()

    yield ours.recv(), be_slow
    ours.send(None)
    process.join(10)


def _serve(pipe: Connection) -> None:
    with LocalSlack(over_http(), PEOPLE, CHANNELS, enforce_rate_limits=False) as slack:
        pipe.send(slack.url)
        while (slow := pipe.recv()) is not None:
            slack.clear_faults()
            if slow:
                slack.fault("slow", seconds=1, times=None)
            pipe.send("done")
