"""What an import did, in figures and in sentences."""

from dataclasses import dataclass, field
from typing import NamedTuple

from bot.domain.durations import show

SHOWN = 20
REMEMBERED = 1000  # the database keeps every rejected row; this is only for telling


class RejectedRow(NamedTuple):
    """Where it began in the file, and why it was left out."""

    line: int
    reason: str


@dataclass(kw_only=True)
class Rejections:
    """What was left out, and why."""

    rejected_rows: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)

    def reject(self, line: int, reason: str) -> None:
        """Count a rejected row, and remember it as long as there are few."""
        self.rejected_rows += 1
        if len(self.rejected) < REMEMBERED:
            self.rejected.append(RejectedRow(line, reason))

    def listed(self, shown: int = SHOWN) -> list[str]:
        """The first of them, a line each."""
        said = [f"  line {row.line}: {row.reason}" for row in self.rejected[:shown]]
        return [*said, f"  and {self.rejected_rows - shown:,} more."] if self.rejected_rows > shown else said


@dataclass
class Report(Rejections):
    """The figures of one run."""

    log: str
    account: str
    zone: str
    dates: str
    rows: int = 0
    new: int = 0
    already_there: int = 0
    changes: int = 0
    links: int = 0

    def sentences(self) -> list[str]:
        """For the person who started it."""
        said = [
            f"Read {self.rows:,} rows of a {self.log} for {self.account}.",
            f"{self.new:,} tickets are new, {self.already_there:,} were already there and stay as they are.",
            f"Its dates carry no zone: they were read as {self.dates}, in {self.zone}.",
        ]
        if self.links:
            said.append(f"It names {self.changes:,} changes we did not know; {self.links:,} links to tickets are kept.")
        if not self.rejected_rows:
            return [*said, "No row was rejected."]
        return [*said, f"{self.rejected_rows:,} rows were rejected, and are kept as they were:", *self.listed()]


@dataclass
class TimeReport(Rejections):
    """The figures of one run over a timesheet."""

    sheet: str
    account: str | None = None
    rows: int = 0
    new: int = 0
    minutes: int = 0  # of the new ones
    already_there: int = 0
    history: int = 0
    after_billing: int = 0

    def sentences(self) -> list[str]:
        """For the person who started it."""
        said = [
            f"Read {self.rows:,} rows of a {self.sheet}" + (f", for {self.account}." if self.account else "."),
            f"New entries: {self.new:,}, {show(self.minutes)} in all. Already there: {self.already_there:,}.",
        ]
        if self.after_billing:
            late = f"{self.after_billing:,} of the new ones are of months that are billed"
            said.append(f"{late}: they count in the first that is open.")
        if self.history:
            said.append(f"{self.history:,} rows are history that was taken back, so nothing came of them.")
        if not self.rejected_rows:
            return [*said, "No row was left out."]
        left = f"{self.rejected_rows:,} rows were left out. Put them right and import the file again:"
        return [*said, left, *self.listed()]
