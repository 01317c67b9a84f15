"""What a process costs before and besides its work: memory, start-up, rubbish, and finding the listener."""

import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median

from pydantic import SecretStr
from slack_bolt import Ack, App, BoltRequest
from slack_bolt.authorization import AuthorizeResult

from bench import firm
from bench.bare import TOKEN
from bench.figures import Figure, at_most
from bench.firm import Process
from bench.load import Arrival, closed
from bot import database, handlers
from bot.app import build_bolt
from bot.clock import system_clock
from bot.settings import Settings

IMPORTS = """slack_bolt, sqlalchemy.orm, psycopg, jinja2, apscheduler.schedulers.background, pydantic_settings,
starlette.applications, uvicorn""".replace("\n", " ")
FLOOR = f"import {IMPORTS}; print(open('/proc/self/status').read().split('VmRSS:')[1].split()[0])"
NO_WORK = ("action", "bench.nothing")
DEEP = b"payload=" + b"%5B" * 20_000
FIELDS = b"&".join(b"f%d=1" % n for n in range(100_000))
UNSIGNED = {
    "small": Arrival(b"payload=%7B%7D", signature="", status=401),
    "a timestamp that is none": Arrival(b"payload=%7B%7D", stamp="abc", status=401),
    "nested 20,000 deep": Arrival(DEEP, signature="v0=" + "0" * 64, status=401),
    "100,000 fields": Arrival(FIELDS, signature="v0=" + "0" * 64, status=401),
}
SIGNED = {
    "signed, nested 20,000 deep": Arrival(DEEP, status=400),
    "signed, 100,000 fields": Arrival(FIELDS, status=400),
}


def memory(web: Process, lines: Iterator[Arrival], *, quick: bool) -> list[Figure]:
    """G9: resident memory beside that of the imports alone, and how it grows while requests come."""
    few, many = (200, 600) if quick else (2_000, 20_000)
    closed(web.port, lines, at_once=16, count=few)
    before = web.memory
    closed(web.port, lines, at_once=16, count=many - few)
    after, imports = web.memory, int(_python(FLOOR)) / 1024
    shown = f"{100 * (after / before - 1):+.1f} %"
    return [
        at_most("resident memory of web under load ÷ imports alone", after / imports, 1.5),
        Figure(f"its growth from {few:,} to {many:,} requests", shown, "≤ 3 %", after / before <= 1.03),
        Figure("the two behind it", f"{after:.0f} and {imports:.0f} MiB"),
    ]


def start_up(url: str, *, rounds: int) -> list[Figure]:
    """G10: from the start of the process to its first 200, beside its imports alone, in turns."""
    pairs = []
    for _ in range(rounds):
        started = time.perf_counter()
        with firm.steward(url, "http://127.0.0.1:9/"):
            up = time.perf_counter() - started
        started = time.perf_counter()
        _python(FLOOR)
        pairs.append((up, time.perf_counter() - started))
    took, floor = (median(pair[which] for pair in pairs) for which in (0, 1))
    drawing = _python("import sys, bot.app; print('matplotlib' in sys.modules)").strip() == "True"
    return [
        at_most("start of web to its first 200 ÷ imports alone", median(up / least for up, least in pairs), 2.0),
        Figure("the two behind it", f"{took:.2f} and {floor:.2f} s"),
        Figure("matplotlib in web", "imported" if drawing else "absent", "absent", not drawing),
    ]


def junk(ack: Process, web: Process, valid: Iterator[Arrival], *, quick: bool) -> list[Figure]:
    """G11: processor time to refuse rubbish, beside what bare Bolt takes to acknowledge something valid."""
    count = 100 if quick else 600
    least = _cpu_each(ack, (one.answered_with_nothing() for one in valid), count=3 * count)
    found = {name: _cpu_each(web, _same(one), count) / least for name, one in (UNSIGNED | SIGNED).items()}
    name = max(UNSIGNED, key=lambda name: found[name])
    signed = ", ".join(f"{name}: {found[name]:.2f}" for name in SIGNED)
    return [
        at_most(f"CPU to refuse unsigned rubbish, at worst ({name}) ÷ bare Bolt's to acknowledge", found[name], 1.0),
        Figure("the same for what is signed and unreadable", signed),
    ]


def _same(arrival: Arrival) -> Iterator[Arrival]:
    while True:
        yield arrival


def _cpu_each(process: Process, arrivals: Iterator[Arrival], count: int) -> float:
    used = process.cpu
    done = closed(process.port, arrivals, at_once=4, count=count)
    return (process.cpu - used) / len(done.seconds)


def dispatch(url: str) -> list[Figure]:
    """What one more thing to press costs every other one: nothing here, as each is a row of a table."""
    settings = Settings(database_url=url, slack_bot_token=SecretStr(TOKEN))
    app = build_bolt(settings, database.sessions(database.app_engine(url, pool_size=1)), system_clock)
    listeners = len(app._listeners)
    handlers.ROUTES[NO_WORK] = lambda call: call.done()
    few = _micros(app)
    handlers.ROUTES.update({("action", f"bench.{n}"): handlers.ROUTES[NO_WORK] for n in range(1000)})
    many = _micros(app)
    bare = [_micros(_with_listeners(count)) for count in (1, 165)]
    return [
        at_most("dispatch with 1,000 more routes ÷ as it is", many / few, 1.1),
        Figure("Bolt's listeners", str(listeners), "7, whatever is added", listeners == 7),
        Figure("a dispatch, as it is and with 1,000 more routes", f"{few:.0f} and {many:.0f} µs"),
        Figure("beside it: bare Bolt with 1 listener and with 165", f"{bare[0]:.0f} and {bare[1]:.0f} µs"),
    ]


def _with_listeners(count: int) -> App:
    app = App(
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id="T0", bot_token=TOKEN),
        process_before_response=True,
        request_verification_enabled=False,
    )
    for number in range(1, count):
        app.action(f"bench.{number}")(_acknowledge)
    app.action(NO_WORK[1])(_acknowledge)
    return app


def _acknowledge(ack: Ack) -> None:
    ack()


def _micros(app: App) -> float:
    """A dispatch of a button that does nothing, in µs."""
    body = {"type": "block_actions", "team": {"id": "T0"}, "user": {"id": "U0", "team_id": "T0"}, "trigger_id": "1.1.1",
            "actions": [{"type": "button", "action_id": NO_WORK[1], "block_id": "b", "value": ""}]}  # fmt: skip
    times = []
    for _ in range(300):
        started = time.perf_counter()
        answer = app.dispatch(BoltRequest(body=body, mode="socket_mode"))
        times.append(time.perf_counter() - started)
        assert answer.status == 200, answer.body
    return 1e6 * median(times)


def _python(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
