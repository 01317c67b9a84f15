"""Load over raw sockets: signed requests as Slack sends them, from one process that must not be the bottleneck."""

import asyncio
import hashlib
import hmac
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from statistics import quantiles

from bench.bare import SECRET


@dataclass(frozen=True)
class Arrival:
    """A request's body, and what an answer says that did what was asked; `signature` None is the right one."""

    body: bytes
    expects: bytes = b""
    signature: str | None = None
    stamp: str | None = None
    status: int = 200

    def answered_with_nothing(self) -> "Arrival":
        """The same to a server that only acknowledges."""
        return replace(self, expects=b"")

    def wire(self) -> bytes:
        stamp = self.stamp or str(int(time.time()))
        given = self.signature
        if given is None:
            made = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + self.body, hashlib.sha256).hexdigest()
            given = f"v0={made}"
        head = (
            "POST /slack/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"X-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: {given}\r\nContent-Length: {len(self.body)}\r\n"
        )
        return head.encode() + b"\r\n" + self.body


@dataclass
class Round:
    """What came of one: each answer's seconds, and how long it all took; `own` is what this process used of a core."""

    seconds: list[float] = field(default_factory=list)
    took: float = 0.0
    own: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.seconds) / self.took

    @property
    def p50(self) -> float:
        """Milliseconds."""
        return 1000 * quantiles(self.seconds, n=100)[49]

    @property
    def p99(self) -> float:
        """Milliseconds."""
        return 1000 * quantiles(self.seconds, n=100)[98]


class Unexpected(Exception):
    """An answer that did not do what was asked: nothing that was measured would count."""


def closed(port: int, arrivals: Iterator[Arrival], *, at_once: int, seconds: float = 0, count: int = 0) -> Round:
    """So many connections, each sending its next as soon as the last is answered, for so long or until so many."""
    round_ = Round()

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < until if seconds else len(round_.seconds) < count:
            await _one(reader, writer, next(arrivals), round_)
        writer.close()

    async def all_of_them() -> None:
        await asyncio.gather(*(connection() for _ in range(at_once)))

    until = time.perf_counter() + seconds
    return _timed(all_of_them(), round_)


def opened(port: int, arrivals: Iterator[Arrival], *, rate: float, seconds: float) -> Round:
    """Each at its moment, whatever became of the others: as people press."""
    round_ = Round()
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def send(moment: float) -> None:
        await asyncio.sleep(max(0.0, moment - time.perf_counter()))
        while idle and idle[-1][0].at_eof():  # nobody spoke on it for so long that the server hung up
            idle.pop()[1].close()
        pair = idle.pop() if idle else await asyncio.open_connection("127.0.0.1", port)
        await _one(*pair, next(arrivals), round_, since=moment)
        idle.append(pair)

    async def all_of_them() -> None:
        first = time.perf_counter()
        await asyncio.gather(*(send(first + number / rate) for number in range(int(rate * seconds))))
        for _, writer in idle:
            writer.close()

    return _timed(all_of_them(), round_)


def _timed(work, round_: Round) -> Round:
    used, started = _cpu(), time.perf_counter()
    asyncio.run(work)
    round_.took = time.perf_counter() - started
    round_.own = (_cpu() - used) / round_.took
    return round_


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def _one(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, arrival: Arrival, round_: Round,
    since: float | None = None,
) -> None:  # fmt: skip
    wire = arrival.wire()
    started = since or time.perf_counter()
    writer.write(wire)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
    body = await reader.readexactly(length)
    round_.seconds.append(time.perf_counter() - started)
    if int(head.split(b" ", 2)[1]) != arrival.status or arrival.expects not in body:
        raise Unexpected(f"{head[:40]!r} {body[:300]!r} to {arrival.body[:200]!r}")
