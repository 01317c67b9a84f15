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
INVOICES, PDF = "invoices", "pdf"


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
    """What `export` takes."""
    kinds = sorted([*exports.KINDS, INVOICES])
    parser.add_argument("kind", choices=kinds, help="what is printed")
    parser.add_argument("--period", type=month, help="only of this month, as in 2026-11 (default: of all time)")
    parser.add_argument("--account", help="only of this account (default: of all)")
    parser.add_argument("--format", choices=sorted({*exports.FORMATS, *invoices.FORMATS, PDF}), default="csv",
                        help="csv for spreadsheets (default), json with the whole history; of invoices also xero, "
                             "quickbooks, ubl and pdf")  # fmt: skip
    parser.add_argument("--to", type=Path, metavar="DIRECTORY",
                        help="of invoices: where their files are written (default: one zip is printed)")  # fmt: skip
    parser.add_argument("--mark", action="store_true", help="of invoices: those that were approved are exported now")
    parser.add_argument("--history", action="store_true",
                        help="of time: also what was taken back or replaced, and what did so")  # fmt: skip


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
