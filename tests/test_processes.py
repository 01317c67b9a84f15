"""The real processes, started as a host starts them: they come up, do their work, and end cleanly."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from bot import database, embedded, processes
from bot.domain import setup
from bot.slack import manifest
from tests import cast
from tests.driver import Person, Slack
from tests.house import House, over_http
from tests.slack.desk import files, posted

ROOT = Path(__file__).parents[1]
PATIENCE = 20.0  # seconds, on a machine that has other things to do


def environment(**settings: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", **settings}


def steward(*words: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "bot", *words], cwd=ROOT, env=env, capture_output=True, text=True,
                          timeout=PATIENCE, check=False)  # fmt: skip


@contextmanager
def process(command: str, env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as told:
        started = subprocess.Popen([sys.executable, "-m", "bot", command], cwd=ROOT, env=env, stderr=told, stdout=told)
        try:
            yield started
        finally:
            if started.poll() is None:
                started.terminate()  # those it started end with it
                try:
                    started.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    started.kill()
            started.wait(PATIENCE)


def a_free_port(*, and_the_next: bool = False) -> int:
    with socket.socket() as asking, socket.socket() as beside:
        asking.bind(("127.0.0.1", 0))
        port = asking.getsockname()[1]
        try:
            beside.bind(("127.0.0.1", port + 1 if and_the_next else 0))
        except (OSError, OverflowError):
            return a_free_port(and_the_next=and_the_next)
        return port


def comes_up(address: str, web: subprocess.Popen[bytes], log: Path, *, within: float = PATIENCE) -> None:
    """Asks until it answers: a host does nothing else."""
    deadline = time.monotonic() + within
    while True:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=2) as answer:
                assert answer.status == 200
                return
        except (urllib.error.URLError, ConnectionError):
            assert web.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            a_moment()


def a_moment() -> None:
    """Until the process has got a little further."""
    select.select([], [], [], 0.05)


def ends_cleanly(*running: subprocess.Popen[bytes]) -> list[int]:
    for one in running:
        one.send_signal(signal.SIGTERM)
    return [one.wait(PATIENCE) for one in running]


@pytest.fixture
def slack() -> Iterator[Slack]:
    with Slack(over_http(), cast.PEOPLE, cast.CHANNELS) as slack:
        yield slack


@pytest.fixture
def env(database_url: str, slack: Slack) -> dict[str, str]:
    return environment(
        DATABASE_URL=database_url, SLACK_BOT_TOKEN=slack.token, SLACK_SIGNING_SECRET=slack.signing_secret,
        SLACK_API_URL=slack.api_url, PORT=str(a_free_port()),
    )  # fmt: skip


@pytest.fixture
def applied(env: dict[str, str], database_url: str) -> dict[str, str]:
    """The environment of a provider that is set up; its digests begin from now on."""
    engine = database.app_engine(database_url)
    with database.sessions(engine).begin() as session:
        setup.apply(session, setup.read(cast.SETUP), now=datetime.now(UTC))
    engine.dispose()
    return env


def test_migrate_and_apply_prepare_an_empty_database(server_url: str, env: dict[str, str], tmp_path: Path):
    name = f"steward_processes_{os.getpid()}"
    here = {**env, "DATABASE_URL": embedded.create_database(server_url, name)}
    path = tmp_path / "northwind.yaml"
    path.write_text(cast.SETUP)
    migrated, applied = steward("migrate", env=here), steward("apply", str(path), env=here)
    embedded.drop_database(server_url, name)
    assert (migrated.returncode, migrated.stderr) == (0, ""), migrated
    assert (applied.returncode, applied.stderr) == (0, ""), applied
    assert "Account Acme added." in applied.stdout


def files_a_request(ana: Person, title: str = "Help centre search is empty") -> None:
    ana.opens("/request").fills({
        "Request type": "Incident", "Short description": title, "Business impact": "Degraded",
        "Who is affected": "Everyone", "Desired timing": "This week",
    }).submits().closes()  # fmt: skip


def test_what_is_filed_is_posted_and_both_processes_end_cleanly(applied: dict[str, str], slack: Slack, tmp_path: Path):
    address = f"http://127.0.0.1:{applied['PORT']}"
    slack.app_url = f"{address}/slack/events"
    ana, bo, rex = slack.person("U0ANA", "C0ACME"), slack.person("U0BO", "C0TRIAGE"), slack.person("U0REX")
    logs = tmp_path / "web.log", tmp_path / "worker.log"
    with process("web", applied, logs[0]) as web, process("worker", applied, logs[1]) as worker:
        comes_up(address, web, logs[0])
        files_a_request(ana)
        bo.sees("nobody yet", within=PATIENCE)
        ana.sees("Received; review due", within=PATIENCE)
        bo.clicks("Take it", on="Help centre search")
        ana.sees("Checking scope, priority, completeness", within=PATIENCE)
        rex.does_not_see("Help centre search")
        codes = ends_cleanly(web, worker)
    told = "".join(log.read_text() for log in logs)
    assert "Traceback" not in told, told
    assert "Help centre" not in told
    assert slack.token not in told
    assert codes == [0, 0]


def test_two_workers_share_the_work_and_post_everything_once(applied, database_url, slack: Slack, tmp_path: Path):
    slack.local.rates.posts = False
    owner = create_engine(database_url)
    engine = database.app_engine(database_url)
    house = House(slack, database.sessions(engine), owner, "")
    with ExitStack() as stack:
        workers = [stack.enter_context(process("worker", applied, tmp_path / f"worker{n}.log")) for n in range(2)]
        for number in range(8):
            files(
                house, f"Ticket number {number} of many", **({"account": "Umbrella", "by": "Rex"} if number % 2 else {})
            )
        for number in range(8):
            house.sam.sees(f"*T-{101 + number}* Ticket number {number} of many", within=PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while house.rows("select 1 from outbox where done_at is null"):
            assert time.monotonic() < deadline
            a_moment()
        assert ends_cleanly(*workers) == [0, 0]
    assert [len(posted(house, channel)) for channel in ("C0TRIAGE", "C0ACME", "C0UMBRELLA")] == [
        8,
        5,
        5,
    ]  # each client channel also has its welcome
    assert house.rows("select 1 from outbox where done_at is null") == []
    house.rex.does_not_see("Ticket number 6 of many")
    engine.dispose()
    owner.dispose()


@pytest.mark.parametrize("command", ["web", "socket", "worker"])
def test_a_process_without_its_settings_ends_at_once_and_lists_them(command: str):
    ended = steward(command, env=environment())
    assert ended.returncode == 1
    assert "DATABASE_URL is not set" in ended.stderr
    assert "SLACK_BOT_TOKEN is not set" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_web_comes_up_and_answers_while_slack_is_down(applied: dict[str, str], slack: Slack, tmp_path: Path):
    address = f"http://127.0.0.1:{applied['PORT']}"
    log = tmp_path / "web.log"
    down = {**applied, "SLACK_API_URL": "http://127.0.0.1:9/api/"}
    slack.app_url = f"{address}/slack/events"
    with process("web", down, log) as web:
        comes_up(address, web, log)
        slack.person("U0BO", "C0TRIAGE").opens("/steward").sees("See what is open:")
        assert ends_cleanly(web) == [0]


def test_a_worker_waits_for_slack_and_ends_when_it_is_told_to(applied: dict[str, str], tmp_path: Path):
    log = tmp_path / "worker.log"
    with process("worker", {**applied, "SLACK_API_URL": "http://127.0.0.1:9/api/"}, log) as worker:
        deadline = time.monotonic() + PATIENCE
        while "Slack has not said yet" not in log.read_text():
            assert worker.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            a_moment()
        assert ends_cleanly(worker) == [0]
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("command", ["web", "socket", "worker"])
def test_a_process_whose_database_is_not_there_says_so_in_a_sentence(command: str):
    here = environment(DATABASE_URL="postgresql://me:hush@127.0.0.1:9/x", SLACK_BOT_TOKEN="x", SLACK_SIGNING_SECRET="x",
                       SLACK_APP_TOKEN="xapp-x")  # fmt: skip
    ended = steward(command, env=here)
    assert ended.returncode == 1
    assert ended.stderr.lower().startswith("steward: the database ")
    assert "Traceback" not in ended.stderr
    assert "hush" not in ended.stderr


def test_a_worker_whose_port_is_taken_says_so():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(processes.CannotRun, match=rf"port {port}: address already in use\. End what is there"):
            processes._serve_metrics("127.0.0.1", port)


# --- Socket Mode


@pytest.fixture
def socket_slack(applied: dict[str, str], slack: Slack) -> Iterator[Slack]:
    """A Slack in Socket Mode, in the place of the other."""
    port = slack._port
    slack.stop()
    with Slack(manifest.read(), cast.PEOPLE, cast.CHANNELS, port=port) as socket_slack:
        applied["SLACK_APP_TOKEN"] = socket_slack.app_token
        del applied["SLACK_SIGNING_SECRET"]
        yield socket_slack


def test_over_socket_mode_what_is_filed_is_posted_and_both_processes_end_cleanly(
    applied: dict[str, str], socket_slack: Slack, tmp_path: Path
):
    ana, bo = socket_slack.person("U0ANA", "C0ACME"), socket_slack.person("U0BO", "C0TRIAGE")
    logs = tmp_path / "socket.log", tmp_path / "worker.log"
    with process("socket", applied, logs[0]) as socket_, process("worker", applied, logs[1]) as worker:
        comes_up(f"http://127.0.0.1:{applied['PORT']}", socket_, logs[0])
        files_a_request(ana)
        bo.sees("nobody yet", within=PATIENCE)
        bo.clicks("Take it", on="Help centre search")
        ana.sees("Checking scope, priority, completeness", within=PATIENCE)
        codes = ends_cleanly(socket_, worker)
    told = "".join(log.read_text() for log in logs)
    assert "Traceback" not in told, told
    assert "ticket=" not in told
    assert socket_slack.app_token not in told
    assert codes == [0, 0]
    assert socket_slack.sockets.wait_for(lambda numbers: not numbers)


def test_a_wrong_app_token_ends_the_process_with_a_sentence(applied: dict[str, str], socket_slack: Slack):
    ended = steward("socket", env={**applied, "SLACK_APP_TOKEN": "xapp-of-another-app"})
    assert ended.returncode == 1
    assert ended.stderr.startswith("steward: Slack does not know this SLACK_APP_TOKEN.")
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "another-app" not in ended.stderr


def test_everything_the_socket_process_lacks_is_listed_at_once():
    ended = steward("socket", env=environment(DATABASE_URL="mysql://x", SLACK_APP_TOKEN="xoxb-swapped"))
    assert ended.returncode == 1
    for line in ("DATABASE_URL must start", "SLACK_BOT_TOKEN is not set", "SLACK_APP_TOKEN must start with xapp-"):
        assert line in ended.stderr
    assert "SIGNING_SECRET" not in ended.stderr
    assert "swapped" not in ended.stderr


def test_the_socket_process_is_alive_and_not_ready_while_slack_is_away(
    applied: dict[str, str], socket_slack: Slack, tmp_path: Path
):
    log, address = tmp_path / "socket.log", f"http://127.0.0.1:{applied['PORT']}"
    with process("socket", {**applied, "SLACK_API_URL": "http://127.0.0.1:9/api/"}, log) as socket_:
        deadline = time.monotonic() + PATIENCE
        while (status := answers(f"{address}/readyz")) is None:
            assert socket_.poll() is None, log.read_text()
            assert time.monotonic() < deadline
            a_moment()
        assert (status, answers(f"{address}/healthz")) == (503, 200)
        assert ends_cleanly(socket_) == [0]
    told = log.read_text()
    assert "Traceback" not in told
    assert all("Slack is away; trying again" in line for line in told.splitlines()), told


def answers(url: str) -> int | None:
    """The status, or None while nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except (urllib.error.URLError, ConnectionError):
        return None
