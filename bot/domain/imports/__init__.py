"""Imports: other systems' tickets with their history, kept beside the raw lines they came from."""

from bot.domain.imports.row import ImportedRow

__all__ = ["ImportedRow"]
