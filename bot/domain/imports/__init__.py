"""Imports: other systems' tickets with their history, and timesheets, kept beside the raw lines they came from."""

from bot.domain.imports.loading import import_tickets
from bot.domain.imports.records import BadImport
from bot.domain.imports.report import RejectedRow, Report, TimeReport
from bot.domain.imports.row import ImportedRow
from bot.domain.imports.time_loading import import_time

__all__ = ["BadImport", "ImportedRow", "RejectedRow", "Report", "TimeReport", "import_tickets", "import_time"]
