"""The commands. Exit codes: 0 done, 1 it did not work (one sentence says why), 2 it was called wrongly."""

import argparse
import importlib
import json
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot import arguments, database, embedded, logs, playbook, processes, settings, together
from bot.clock import Clock, read_offset, system_clock
from bot.domain import accounts, exports, imports, people, setup
from bot.domain.errors import Refused
from bot.domain.exports import invoices as exported
from bot.domain.exports.changes import Wanted
from bot.jobs import JOBS, SWEEPS, ticker
from bot.slack import manifest


class Failed(Exception):
    """A command could not do its work; the message says what to do next."""


SAYS_WHY = (
    Failed,
    Refused,
    database.UnsafeRole,
    embedded.Unavailable,
    imports.BadImport,
    manifest.BadAddress,
    playbook.BadPlaybook,
    processes.CannotRun,
    settings.BadSettings,
    setup.BadFile,
    ticker.UnknownJob,
    together.EndedByItself,
)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parser = _parser()
    chosen, chosen.rest = parser.parse_known_args(arguments)
    if chosen.rest and chosen.run is not _bench:
        parser.error(f"unrecognized arguments: {' '.join(chosen.rest)}")
    logs.configure("warning")  # web and worker say more, if they are asked to
    try:
        chosen.run(chosen)
    except SAYS_WHY as error:
        print(f"steward: {error}", file=sys.stderr)
        return 1
    except (DBAPIError, psycopg.Error) as error:
        print(f"steward: {database.in_words(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="steward", description="Runs managed services from Slack.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, run: Callable[[argparse.Namespace], None], help_: str, *, own: bool = True
    ) -> argparse.ArgumentParser:
        """With `own` false another program reads what follows, --help included."""
        made = commands.add_parser(name, help=help_, description=help_, add_help=own)
        made.set_defaults(run=run)
        return made

    demo = command("demo", _demo, "Try everything in the browser: no Slack, no database, nothing to set up.")
    demo.add_argument("--port", type=int, default=8000, help="where the page is served (default 8000)")
    demo.add_argument("--socket", action="store_true", help="let the app use Socket Mode instead of HTTP")
    demo.add_argument("--no-browser", action="store_true", help="only print the address")
    web = command("web", _web, "Answer Slack over HTTP on PORT.")
    socket = command("socket", _socket, "Answer Slack over its Socket Mode: no public address is needed.")
    worker = command("worker", _worker, "Deliver posts and run the schedule. Any number may run.")
    doors = ((web, "0.0.0.0", "Slack"), (socket, "127.0.0.1", "operators"), (worker, "0.0.0.0", "Prometheus"))  # noqa: S104
    for process, host, whom in doors:
        process.add_argument("--host", default=host, help=f"where {whom} may come in (default {host})")
    worker.add_argument("--port", type=int, help="where to serve /metrics for Prometheus (default: nowhere)")
    for process in (web, socket, worker):
        process.add_argument("--shared-clock", action="store_true", help=argparse.SUPPRESS)
    command("migrate", _migrate, "Bring the database to this release.")
    apply = command("apply", _apply, "Set up the provider, its people and accounts from a YAML file.")
    apply.add_argument("file", type=Path, help="the setup, as the README shows it")
    made = command(
        "manifest", _manifest, "Print the manifest that Slack makes the app of: without --url for Socket Mode."
    )
    made.add_argument("--url", help="the address your host answers at from outside, as in https://steward.example.com")
    made.add_argument("--source", help=argparse.SUPPRESS)  # the Slack CLI says where it runs
    check = command("check", _check, "Look whether everything is in place, in Slack and here, and say what to press.")
    check.add_argument("--json", action="store_true", help="for programs: a list of findings")
    check.add_argument(
        "--live",
        action="store_true",
        help="instead, send sample messages, windows and Homes to Slack's public validator and print what it refuses",
    )
    command("start", _start, "Run `socket` (or `web`, without SLACK_APP_TOKEN) and a `worker` together.")
    command("bench", _bench, "Measure what was promised about speed, beside its goals.", own=False)
    arguments.of_import(command("import", _import, "Bring in another system's records."))
    arguments.of_export(command("export", _export, "Print what an auditor or another system reads."))
    job = command("run", _run, "Run a scheduled job now, once for its period.")
    jobs = sorted([*JOBS, *SWEEPS])
    job.add_argument("job", metavar="JOB", choices=jobs, help=f"which one: {', '.join(jobs)}")
    job.add_argument(
        "--at",
        type=arguments.instant,
        help="as if it were then, in ISO 8601 (default: now); a monthly job takes the last whole month: "
        "November on 1 December, and on any day of December",
    )
    job.add_argument("--account", help="only for this account (default: for all), where a job runs for each of them")
    return parser


def commands() -> list[str]:
    """The names of all commands, for documentation that must not miss one."""
    actions = (action for action in _parser()._actions if isinstance(action, argparse._SubParsersAction))
    return [name for action in actions for name in action.choices]


def _demo(chosen: argparse.Namespace) -> None:
    from bot.playground.demo import DemoFailed, run

    try:
        run(port=chosen.port, open_browser=not chosen.no_browser, socket_mode=chosen.socket)
    except DemoFailed as error:
        raise Failed(str(error)) from error


def _web(chosen: argparse.Namespace) -> None:
    processes.web(chosen.host, shared_clock=chosen.shared_clock)


def _socket(chosen: argparse.Namespace) -> None:
    processes.socket(chosen.host, shared_clock=chosen.shared_clock)


def _worker(chosen: argparse.Namespace) -> None:
    processes.worker(host=chosen.host, metrics_port=chosen.port, shared_clock=chosen.shared_clock)


def _start(_chosen: argparse.Namespace) -> None:
    processes.start(say=lambda words: print(words, flush=True))


def _database() -> settings.DatabaseSettings:
    return settings.read(settings.DatabaseSettings)


def _migrate(_chosen: argparse.Namespace) -> None:
    config = _database()
    database.migrate(config.database_url)
    path = Path(config.steward_playbook) if config.steward_playbook else playbook.DEFAULT_FILE
    engine = database.owner_engine(config.database_url)
    with Session(engine) as session, session.begin():
        playbook.seed(session, playbook.from_file(path))
    engine.dispose()
    print("The database stands at this release.")


def _apply(chosen: argparse.Namespace) -> None:
    try:
        text = chosen.file.read_text(encoding="utf-8")
    except OSError as error:
        raise Failed(f"{chosen.file} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise Failed(f"{chosen.file} is not UTF-8; save it as UTF-8 and try again.") from error
    wanted = setup.read(text, chosen.file.name)
    with database.sessions(_engine()).begin() as session:
        changes = setup.apply(session, wanted, now=_clock()())
    print("\n".join(changes) or setup.ALREADY)


def _manifest(chosen: argparse.Namespace) -> None:
    made = manifest.read()
    if chosen.url is not None:
        made = manifest.over_http(made, manifest.public(chosen.url))
    print(json.dumps(made, indent=2, ensure_ascii=False))


def _check(chosen: argparse.Namespace) -> None:
    from bot import check

    with redirect_stdout(sys.stderr):  # what it tells on the way is not the report
        report = check.live(say=print) if chosen.live else check.run()
    print(report.as_json() if chosen.json else report.as_text())
    if report.wrong:
        raise Failed(report.verdict)


def _engine() -> database.Engine:
    engine = database.app_engine(_database().database_url, pool_size=1, statement_timeout_ms=None)
    database.require_safe_role(engine)
    return engine


def _clock() -> Clock:
    """The playground's clock where one was moved, else the machine's."""
    engine = _engine()
    offset = read_offset(engine)
    engine.dispose()
    from datetime import timedelta

    return lambda: system_clock() + timedelta(seconds=offset)


def _bench(chosen: argparse.Namespace) -> None:
    root = Path(__file__).resolve().parents[1]
    if not (root / "bench" / "__main__.py").exists():
        raise Failed("`steward bench` runs from the source: fetch it, and run `python3 run.py bench` there.")
    sys.path.insert(0, str(root))
    if missed := importlib.import_module("bench.__main__").main(chosen.rest):
        raise SystemExit(missed)


def _import(chosen: argparse.Namespace) -> None:
    url, asked = _database().database_url, {"account": chosen.account, "source": chosen.source}
    if chosen.kind == "time":
        report = imports.import_time(url, chosen.file, **asked, now=_clock()(), progress=_progress)
    else:
        report = imports.import_tickets(url, chosen.file, **asked, progress=_progress)
    print(file=sys.stderr)
    print("\n".join(report.sentences()))


def _progress(done: int, total: int | None) -> None:
    share = f" of {total:,}" if total else ""
    end = "" if sys.stderr.isatty() else "\n"
    print(f"\r{done:,}{share} rows", end=end, file=sys.stderr, flush=True)


def _export(chosen: argparse.Namespace) -> None:
    if chosen.kind == arguments.INVOICES:
        return _export_invoices(chosen)
    with database.sessions(_engine()).begin() as session:
        people.enter_as_system(session)
        account = _account(session, chosen.account) if chosen.account else None
        wanted = exports.Wanted(chosen.period, account, chosen.history)
        for part in exports.stream(session, chosen.kind, chosen.format, wanted):
            sys.stdout.buffer.write(part)  # the same bytes wherever it runs
    sys.stdout.flush()


def _export_invoices(chosen: argparse.Namespace) -> None:
    """Files in a directory, or one zip; the same bytes whenever it is repeated."""
    with database.sessions(_engine()).begin() as session:
        people.enter_as_system(session)
        account = _account(session, chosen.account) if chosen.account else None
        found = exported.batch(session, Wanted(chosen.period, account))
        if chosen.format == arguments.PDF:
            from bot.messages import invoice_pdf

            files = invoice_pdf.files(found.documents)
        else:
            files = exported.files(session, found.documents, chosen.format)
        if chosen.mark:
            exported.mark(session, found.invoices, _clock()())
        _write(files, chosen.to)


def _write(files: list[exported.File], to: Path | None) -> None:
    """Before what was marked is stored: where nothing can be written, nothing was exported."""
    if to is None:
        sys.stdout.buffer.write(exported.zipped(files))
        sys.stdout.flush()
        return
    try:
        to.mkdir(parents=True, exist_ok=True)
        for name, content in files:
            (to / name).write_bytes(content)
    except OSError as error:
        raise Failed(f"{to} can't be written: {error.strerror}. Choose another directory.") from error
    print("\n".join(str(to / name) for name, _ in files))


def _account(session: Session, name: str) -> accounts.Account:
    there = accounts.all_of_them(session)
    for account in there:
        if account.name.casefold() == name.strip().casefold():
            return account
    raise Failed(f"There is no account “{name}”. There are: {', '.join(one.name for one in there) or 'none yet'}.")


def _run(chosen: argparse.Namespace) -> None:
    at = chosen.at or _clock()()
    if sweep := SWEEPS.get(chosen.job):
        count = ticker.sweep(database.sessions(_engine()), sweep, at)
        return print(f"{sweep.name}: " + (f"{count} done; the worker posts it." if count else "nothing is due."))
    outcomes = ticker.run_now(database.sessions(_engine()), chosen.job, at, chosen.account)
    if not outcomes:
        raise Failed("There are no accounts yet. Add one to the setup, and `steward apply` it.")
    for outcome in outcomes:
        if not outcome.problem:
            print(_told(outcome))
    if problems := [outcome.problem for outcome in outcomes if outcome.problem]:
        raise Failed("\n".join(problems))


def _told(outcome: ticker.Outcome) -> str:
    task, period = outcome.task, outcome.task.job.period.value
    whose = f", {task.account.name}, {task.period}" if task.account else ""
    done = f"done already for that {period}; nothing is posted twice."
    return f"{task.job.name}{whose}: " + ("written; the worker posts it." if outcome.done else done)
