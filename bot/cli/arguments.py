"""What commands take: their arguments, and how dates and times are written."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from bot.domain import exports
from bot.domain.exports import invoices
from bot.domain.months import Month

IMPORTED = {
    "tickets": "A ServiceNow event log or Jira issues, with their history.",
    "time": "Timesheets: Toggl’s detailed report, a CRM’s, or what `export time` printed.",
}
INVOICES, PDF = "invoices", invoices.PDF


def of_import(parser: argparse.ArgumentParser) -> None:
    """What `import` takes."""
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND", help="what the file holds")
    for kind, help_ in IMPORTED.items():
        of_kind = kinds.add_parser(kind, help=help_, description=help_)
        of_kind.add_argument("file", type=Path, help="a CSV file, plain or .gz")
        whose = "the account the records belong to" + (", where the file names none" if kind == "time" else "")
        of_kind.add_argument("--account", required=kind == "tickets", help=whose)
        of_kind.add_argument("--source", help="a name for the other system, where two of one kind are imported")


def of_export(parser: argparse.ArgumentParser) -> None:
    """What `export` takes: each kind its own."""
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND", help="what is printed")
    for kind in sorted([*exports.KINDS, INVOICES]):
        of_kind = kinds.add_parser(kind)
        of_kind.add_argument("--period", type=month, help="only of this month, as in 2026-11 (default: of all time)")
        of_kind.add_argument("--account", help="only of this account (default: of all)")
        _of_invoices(of_kind) if kind == INVOICES else _of_records(of_kind, kind)


def _of_records(parser: argparse.ArgumentParser, kind: str) -> None:
    parser.add_argument("--format", choices=sorted(exports.FORMATS), default="csv",
                        help="csv for spreadsheets (default), json with the whole history")  # fmt: skip
    parser.set_defaults(history=False)
    if kind == "time":
        parser.add_argument("--history", action="store_true",
                            help="also what was taken back or replaced, and what did so")  # fmt: skip


def _of_invoices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=sorted({*invoices.FORMATS, PDF}), default="csv",
                        help="csv for spreadsheets (default), a file for another system, or pdf")  # fmt: skip
    parser.add_argument("--to", type=Path, metavar="DIRECTORY",
                        help="where the files are written (default: one zip is printed)")  # fmt: skip
    parser.add_argument("--mark", action="store_true", help="those that were approved are exported now")


def month(text: str) -> Month:
    """2026-11."""
    try:
        return Month.named(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a month; write 2026-11") from None


def instant(text: str) -> datetime:
    """ISO 8601; in UTC unless it says otherwise."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a time; write 2026-11-23T09:00+00:00") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
