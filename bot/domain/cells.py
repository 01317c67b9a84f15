"""Cells of a table that somebody opens in a spreadsheet: none of them is run as a formula."""

# A spreadsheet runs a cell that begins with one of these, also in full width, and also after blanks.
FORMULA = frozenset("=+-@\t\r＝＋－＠")
BLANKS = " \n\x00\ufeff\u00a0"
QUOTE = "'"


def guarded(cell: str) -> str:
    """The same words, none of them a formula."""
    first = cell.lstrip(BLANKS)[:1]
    return QUOTE + cell if first in FORMULA and first else cell


def unguarded(cell: str) -> str:
    """What stood there before it was guarded."""
    return cell[1:] if cell[:1] == QUOTE and guarded(cell[1:]) == cell else cell
