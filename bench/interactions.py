"""Interactions beside bare Bolt: `steward bench interactions`.

Every server is a process of its own on loopback, the load comes from this one, and rounds of all of them take turns:
machines drift, so a ratio is the median of each round's. Postgres is the embedded one, with fsync on.
"""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench import firm, floor, slow_slack
from bench.figures import Figure, Report, at_least, at_most, table
from bench.firm import Process, Sent
from bench.load import Arrival, Round, closed
from bot import database, embedded, playbook
from tests.house import furnish, running
from tests.round_trips import Asked, counted

AT_ONCE = (1, 16, 64)
STEWARD = "steward"
ACK, INSERT = "bare Bolt, acknowledges", "bare Bolt, one INSERT and commit"
REQUEST, LINE, TAKE = "`/request`, submitted", "a line of `/time`", "**Take it**"
DEFAULT, NOTHING = "Bolt as it comes, acknowledges", "Starlette alone, answers"
GATE = 0.6


class Side(NamedTuple):
    """One of those that take turns: which server, what is sent, at how many connections."""

    server: str
    sends: Callable[[Sent], Iterator[Arrival]]
    at_once: tuple[int, ...] = AT_ONCE

    def arrivals(self, sent: Sent) -> Iterator[Arrival]:
        """What bare Bolt is sent it answers with nothing."""
        found = self.sends(sent)
        return found if self.server == STEWARD else (one.answered_with_nothing() for one in found)


SIDES = {
    NOTHING: Side("nothing", Sent.submissions, (16,)),
    DEFAULT: Side("default", Sent.submissions, (1,)),
    ACK: Side("ack", Sent.submissions),
    INSERT: Side("insert", Sent.submissions),
    REQUEST: Side(STEWARD, Sent.submissions),
    LINE: Side(STEWARD, Sent.lines),
    TAKE: Side(STEWARD, Sent.clicks),
}


class Measured(NamedTuple):
    """A round, and the milliseconds of processor time that the server took for each answer."""

    round: Round
    cpu: float


Rounds = dict[tuple[str, int], list[Measured]]


def main(quick: bool) -> Report:
    """All of it, on one server of Postgres that is thrown away."""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(embedded.server(scratch / "pg"))
        asked, sent, url = _prepared(server)
        with ExitStack() as servers:
            processes = {
                what: servers.enter_context(firm.bare(what, url)) for what in ("nothing", "default", "ack", "insert")
            }
            processes[STEWARD] = servers.enter_context(firm.steward(url, "http://127.0.0.1:9/"))
            rounds = take_turns(processes, sent, seconds=0.5 if quick else 2.0, rounds=2 if quick else 7)
            memory = floor.memory(processes[STEWARD], sent.lines(), quick=quick)
            junk = floor.junk(processes["ack"], processes[STEWARD], sent.submissions(), quick=quick)
        late = slow_slack.measured(url, sent, quick=quick)
        start = floor.start_up(url, rounds=2 if quick else 7)
        alone = floor.dispatch(url)
        return Report([*ratios(rounds), *late, *counters(asked), *memory, *start, *junk, *alone], notes(rounds, asked))


def _prepared(server: str) -> tuple[dict[str, Asked], Sent, str]:
    """The story that is counted and copied is lived in the house of the tests; the load comes to a larger firm."""
    house_url = embedded.create_database(server, "house")
    database.migrate(house_url)
    engine = database.owner_engine(house_url)
    with database.sessions(engine).begin() as session:
        playbook.seed(session, playbook.from_file())
    engine.dispose()
    furnish(house_url)
    url = embedded.create_database(server, "firm")
    firm.furnish(url)
    with running(house_url) as house:
        asked = counted(house)
        return asked, Sent(url, house), url


def take_turns(processes: dict[str, Process], sent: Sent, *, seconds: float, rounds: int) -> Rounds:
    """Every side at every concurrency, again and again; the first round only warms up."""
    found: Rounds = defaultdict(list)
    for number in range(rounds + 1):
        for name, side in SIDES.items():
            for at_once in side.at_once:
                sent.prepare()
                process = processes[side.server]
                used = process.cpu
                round_ = closed(process.port, side.arrivals(sent), at_once=at_once, seconds=seconds)
                if number:
                    found[name, at_once].append(Measured(round_, 1000 * (process.cpu - used) / len(round_.seconds)))
    return found


def ratio(rounds: Rounds, name: str, base: str, of: Callable[[Measured], float], at_once: int = 16) -> float:
    """The median over the rounds of one side's figure by the other's in the same round."""
    pairs = zip(rounds[name, at_once], rounds[base, at_once], strict=True)
    return median(of(one) / of(other) for one, other in pairs)


def ratios(rounds: Rounds) -> list[Figure]:
    """G1 and G2, and the same for the other two interactions."""
    by_rate = [
        at_least(f"{name}: requests a second ÷ {INSERT}, 16 at once", ratio(rounds, name, INSERT, _rate), 0.7)
        for name in (REQUEST, LINE, TAKE)
    ]
    durable = ratio(rounds, REQUEST, DEFAULT, lambda one: one.round.p50, at_once=1)
    return [*by_rate, at_most(f"{REQUEST}: median ÷ {DEFAULT}, one at once", durable, 0.25)]


def _rate(measured: Measured) -> float:
    return measured.round.rate


ROUND_TRIPS = {"a line of /time": 3, "/request, submitted": 4, "Take it": 4}


def counters(asked: dict[str, Asked]) -> list[Figure]:
    """G4, as libpq traced it."""
    trips = [
        at_most(f"{name}: round trips to Postgres before the answer", asked[name].round_trips, limit, shown="{:.0f}")
        for name, limit in ROUND_TRIPS.items()
    ]
    calls = {method for one in asked.values() for method in one.calls}
    return [
        *trips,
        Figure("calls of Slack before an answer", ", ".join(sorted(calls)), "only views.open", calls <= {"views.open"}),
    ]


def notes(rounds: Rounds, asked: dict[str, Asked]) -> str:
    """The tables behind the ratios."""
    client = median(one.round.own for found in rounds.values() for one in found)
    busiest = max(one.round.own for found in rounds.values() for one in found)
    ceiling = median(one.round.rate for one in rounds[NOTHING, 16])
    fastest = max(median(map(_rate, found)) for (name, _), found in rounds.items() if name != NOTHING)
    return f"""\
Requests a second (median, 99th percentile in ms), by how many are on their way at once:

{_speeds(rounds)}

Asked of Postgres and Slack before the answer, BEGIN and COMMIT among them:

{_asked(asked)}

The load comes from one process, which used {100 * client:.0f} % of a core in the median round and \
{100 * busiest:.0f} % in the busiest; to a server that only answers it brings {ceiling:,.0f} requests a second, \
{ceiling / fastest:.1f} times the fastest other one. Load, server and Postgres share the machine's cores."""


def _speeds(rounds: Rounds) -> str:
    rows = []
    for name, side in SIDES.items():
        cells = []
        for at_once in AT_ONCE:
            found = rounds.get((name, at_once), [])
            figures = [median(of(one.round) for one in found) for of in (_of_rate, _p50, _p99)] if found else []
            cells.append("{:,.0f} ({:.1f}, {:.1f})".format(*figures) if found else "")
        cpu = median(one.cpu for one in rounds[name, side.at_once[-1]])
        rows.append([name, *cells, f"{cpu:.2f} ms"])
    return table(["", *(f"{n} at once" for n in AT_ONCE), "the server's CPU a request"], rows)


def _of_rate(round_: Round) -> float:
    return round_.rate


def _p50(round_: Round) -> float:
    return round_.p50


def _p99(round_: Round) -> float:
    return round_.p99


def _asked(asked: dict[str, Asked]) -> str:
    rows = [[name, str(one.statements), str(one.round_trips), ", ".join(one.calls)] for name, one in asked.items()]
    return table(["", "statements", "round trips", "calls of Slack"], rows)
