"""Records of other systems in, and what auditors and other systems read out."""

import argparse
import sys
from pathlib import Path

from sqlalchemy.orm import Session

from bot import database
from bot.cli import arguments, reaching
from bot.domain import accounts, exports, imports, people
from bot.domain.exports import invoices as exported
from bot.domain.exports.changes import Wanted


def import_(chosen: argparse.Namespace) -> None:
    url, asked = reaching.config().database_url, {"account": chosen.account, "source": chosen.source}
    if chosen.kind == "time":
        report = imports.import_time(url, chosen.file, **asked, now=reaching.clock()(), progress=_progress)
    else:
        report = imports.import_tickets(url, chosen.file, **asked, progress=_progress)
    print(file=sys.stderr)
    print("\n".join(report.sentences()))


def _progress(done: int, total: int | None) -> None:
    share = f" of {total:,}" if total else ""
    end = "" if sys.stderr.isatty() else "\n"
    print(f"\r{done:,}{share} rows", end=end, file=sys.stderr, flush=True)


def export(chosen: argparse.Namespace) -> None:
    if chosen.kind == arguments.INVOICES:
        return _export_invoices(chosen)
    with database.sessions(reaching.engine()).begin() as session:
        people.enter_as_system(session)
        account = _account(session, chosen.account) if chosen.account else None
        wanted = exports.Wanted(chosen.period, account, chosen.history)
        for part in exports.stream(session, chosen.kind, chosen.format, wanted):
            sys.stdout.buffer.write(part)  # the same bytes wherever it runs
    sys.stdout.flush()


def _export_invoices(chosen: argparse.Namespace) -> None:
    """Files in a directory, or one zip; the same bytes whenever it is repeated."""
    with database.sessions(reaching.engine()).begin() as session:
        people.enter_as_system(session)
        account = _account(session, chosen.account) if chosen.account else None
        found = exported.batch(session, Wanted(chosen.period, account))
        if chosen.format == arguments.PDF:
            from bot.messages import invoice_pdf

            files = invoice_pdf.files(found.documents)
        else:
            files = exported.files(session, found.documents, chosen.format)
        if chosen.mark:
            exported.mark(session, found.invoices, reaching.clock()())
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
        raise reaching.Failed(f"{to} can't be written: {error.strerror}. Choose another directory.") from error
    print("\n".join(str(to / name) for name, _ in files))


def _account(session: Session, name: str) -> accounts.Account:
    there = accounts.all_of_them(session)
    for account in there:
        if account.name.casefold() == name.strip().casefold():
            return account
    raise reaching.Failed(
        f"There is no account “{name}”. There are: {', '.join(one.name for one in there) or 'none yet'}."
    )
