"""Imports: other systems' tickets with their history, kept beside the raw lines they came from."""

from bot.domain.imports.loading import import_tickets
from bot.domain.imports.records import BadImport
from bot.domain.imports.report import RejectedRow, Report
from bot.domain.imports.row import ImportedRow

__all__ = ["BadImport", "ImportedRow", "RejectedRow", "Report", "import_tickets"]
