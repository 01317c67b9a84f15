"""The commands. Exit codes: 0 done, 1 it did not work (one sentence says why), 2 it was called wrongly."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
from sqlalchemy.exc import DBAPIError

from bot import database, embedded, logs, playbook, processes, settings, together
from bot.cli import arguments, operating, records
from bot.cli.reaching import Failed
from bot.domain import imports, setup
from bot.domain.errors import Refused
from bot.jobs import JOBS, SWEEPS, ticker
from bot.slack import manifest

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


def main(typed: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parser = _parser()
    chosen, chosen.rest = parser.parse_known_args(typed)
    if chosen.rest and chosen.run is not operating.bench:
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

    demo = command("demo", operating.demo, "Try everything in the browser: no Slack, no database, nothing to set up.")
    demo.add_argument("--port", type=int, default=8000, help="where the page is served (default 8000)")
    demo.add_argument("--socket", action="store_true", help="let the app use Socket Mode instead of HTTP")
    demo.add_argument("--no-browser", action="store_true", help="only print the address")
    web = command("web", operating.web, "Answer Slack over HTTP on PORT.")
    socket = command("socket", operating.socket, "Answer Slack over its Socket Mode: no public address is needed.")
    worker = command("worker", operating.worker, "Deliver posts and run the schedule. Any number may run.")
    doors = ((web, "0.0.0.0", "Slack"), (socket, "127.0.0.1", "operators"), (worker, "0.0.0.0", "Prometheus"))  # noqa: S104
    for process, host, whom in doors:
        process.add_argument("--host", default=host, help=f"where {whom} may come in (default {host})")
    worker.add_argument("--port", type=int, help="where to serve /metrics for Prometheus (default: nowhere)")
    for process in (web, socket, worker):
        process.add_argument("--shared-clock", action="store_true", help=argparse.SUPPRESS)
    command("migrate", operating.migrate, "Bring the database to this release.")
    apply = command("apply", operating.apply, "Set up the provider, its people and accounts from a YAML file.")
    apply.add_argument("file", type=Path, help="the setup, as the README shows it")
    of_app = "Print the manifest that Slack makes the app of: without --url for Socket Mode."
    made = command("manifest", operating.print_manifest, of_app)
    made.add_argument("--url", help="the address your host answers at from outside, as in https://steward.example.com")
    made.add_argument("--source", help=argparse.SUPPRESS)  # the Slack CLI says where it runs
    check = command(
        "check", operating.check, "Look whether everything is in place, in Slack and here, and say what to press."
    )
    check.add_argument("--json", action="store_true", help="for programs: a list of findings")
    check.add_argument(
        "--live",
        action="store_true",
        help="instead, send sample messages, windows and Homes to Slack's public validator and print what it refuses",
    )
    command("start", operating.start, "Run `socket` (or `web`, without SLACK_APP_TOKEN) and a `worker` together.")
    command("bench", operating.bench, "Measure what was promised about speed, beside its goals.", own=False)
    arguments.of_import(command("import", records.import_, "Bring in another system's records."))
    arguments.of_export(command("export", records.export, "Print what an auditor or another system reads."))
    job = command("run", operating.run, "Run a scheduled job now, once for its period.")
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
