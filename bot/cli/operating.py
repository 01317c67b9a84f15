"""Running Steward: its processes, its database, its set-up, its jobs."""

import argparse
import importlib
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path

from sqlalchemy.orm import Session

from bot import database, playbook, processes
from bot.cli import reaching
from bot.domain import setup
from bot.jobs import SWEEPS, ticker
from bot.slack import manifest


def demo(chosen: argparse.Namespace) -> None:
    from bot.playground.demo import DemoFailed, run

    try:
        run(port=chosen.port, open_browser=not chosen.no_browser, socket_mode=chosen.socket)
    except DemoFailed as error:
        raise reaching.Failed(str(error)) from error


def web(chosen: argparse.Namespace) -> None:
    processes.web(chosen.host, shared_clock=chosen.shared_clock)


def socket(chosen: argparse.Namespace) -> None:
    processes.socket(chosen.host, shared_clock=chosen.shared_clock)


def worker(chosen: argparse.Namespace) -> None:
    processes.worker(host=chosen.host, metrics_port=chosen.port, shared_clock=chosen.shared_clock)


def start(_chosen: argparse.Namespace) -> None:
    processes.start(say=lambda words: print(words, flush=True))


def migrate(_chosen: argparse.Namespace) -> None:
    config = reaching.config()
    database.migrate(config.database_url)
    path = Path(config.steward_playbook) if config.steward_playbook else playbook.DEFAULT_FILE
    engine = database.owner_engine(config.database_url)
    with Session(engine) as session, session.begin():
        playbook.seed(session, playbook.from_file(path))
    engine.dispose()
    print("The database stands at this release.")


def apply(chosen: argparse.Namespace) -> None:
    try:
        text = chosen.file.read_text(encoding="utf-8")
    except OSError as error:
        raise reaching.Failed(f"{chosen.file} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise reaching.Failed(f"{chosen.file} is not UTF-8; save it as UTF-8 and try again.") from error
    wanted = setup.read(text, chosen.file.name)
    with database.sessions(reaching.engine()).begin() as session:
        changes = setup.apply(session, wanted, now=reaching.clock()())
    print("\n".join(changes) or setup.ALREADY)


def print_manifest(chosen: argparse.Namespace) -> None:
    made = manifest.read()
    if chosen.url is not None:
        made = manifest.over_http(made, manifest.public(chosen.url))
    print(json.dumps(made, indent=2, ensure_ascii=False))


def check(chosen: argparse.Namespace) -> None:
    from bot import check

    with redirect_stdout(sys.stderr):  # what it tells on the way is not the report
        report = check.live(say=print) if chosen.live else check.run()
    print(report.as_json() if chosen.json else report.as_text())
    if report.wrong:
        raise reaching.Failed(report.verdict)


def bench(chosen: argparse.Namespace) -> None:
    root = Path(__file__).resolve().parents[2]
    if not (root / "bench" / "__main__.py").exists():
        raise reaching.Failed("`steward bench` runs from the source: fetch it, and run `python3 run.py bench` there.")
    sys.path.insert(0, str(root))
    if missed := importlib.import_module("bench.__main__").main(chosen.rest):
        raise SystemExit(missed)


def run(chosen: argparse.Namespace) -> None:
    at = chosen.at or reaching.clock()()
    if sweep := SWEEPS.get(chosen.job):
        count = ticker.sweep(database.sessions(reaching.engine()), sweep, at)
        return print(f"{sweep.name}: " + (f"{count} done; the worker posts it." if count else "nothing is due."))
    outcomes = ticker.run_now(database.sessions(reaching.engine()), chosen.job, at, chosen.account)
    if not outcomes:
        raise reaching.Failed("There are no accounts yet. Add one to the setup, and `steward apply` it.")
    for outcome in outcomes:
        if not outcome.problem:
            print(_told(outcome))
    if problems := [outcome.problem for outcome in outcomes if outcome.problem]:
        raise reaching.Failed("\n".join(problems))


def _told(outcome: ticker.Outcome) -> str:
    task, period = outcome.task, outcome.task.job.period.value
    whose = f", {task.account.name}, {task.period}" if task.account else ""
    done = f"done already for that {period}; nothing is posted twice."
    return f"{task.job.name}{whose}: " + ("written; the worker posts it." if outcome.done else done)
