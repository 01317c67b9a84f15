"""A CSV file, record by record and as it stood there: plain or gzipped, in whatever encoding, in little memory."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO, cast

ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")  # the last one reads anything
LONGEST_LINE = 1_000_000  # a file without line ends is no log, and would fill the memory
CHUNK = 1 << 16
GZIP_MAGIC = b"\x1f\x8b"


class BadImport(Exception):
    """The file can't be imported as it was asked for; the message says what to do, and nothing was changed."""


class Record(NamedTuple):
    """One record: the line it began on, its raw text, its fields, or why it could not be split into them."""

    line: int
    raw: str
    fields: list[str]
    problem: str | None = None


@contextmanager
def opened(path: Path) -> Iterator[Iterator[Record]]:
    """The file's records, its header first."""
    with _text(path, _encoding(path)) as text:
        yield _records(text)


def _encoding(path: Path) -> str:
    """The first that fits the whole file, so that no line is read differently from the others."""
    for encoding in ENCODINGS[:-1]:
        with _text(path, encoding) as text:
            try:
                while text.read(CHUNK):
                    pass
            except UnicodeDecodeError:
                continue
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise BadImport(f"{path.name} is damaged: {error}. Fetch it again.") from error
            return encoding
    return ENCODINGS[-1]


def _text(path: Path, encoding: str) -> TextIO:
    return io.TextIOWrapper(_binary(path), encoding=encoding, newline="")


def _binary(path: Path) -> BinaryIO:
    try:
        with path.open("rb") as file:
            is_gzip = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        return cast(BinaryIO, gzip.open(path)) if is_gzip else path.open("rb")
    except OSError as error:
        raise BadImport(f"{path} can't be read: {error.strerror}. Check the path.") from error


class _Lines:
    """Feeds the CSV reader, and remembers what it was fed since the last record."""

    def __init__(self, text: TextIO):
        self._text = text
        self._number = 0
        self._taken: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._text.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self._number += 1
        if len(line) == LONGEST_LINE:
            raise BadImport(f"Line {self._number} is longer than {LONGEST_LINE:,} characters: this is not a log.")
        line = line.replace("\0", "\ufffd")  # Postgres holds every character but that one
        self._taken.append(line)
        return line

    def taken(self) -> tuple[int, str]:
        """The line on which the record began, and its text."""
        first, raw = self._number - len(self._taken) + 1, "".join(self._taken).rstrip("\r\n")
        self._taken.clear()
        return first, raw


def _records(text: TextIO) -> Iterator[Record]:
    lines = _Lines(text)
    reader = csv.reader(lines)
    while True:
        fields, problem = [], None
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:
            problem = "a quotation mark opens here and does not close in time"
        line, raw = lines.taken()
        if raw.strip():
            yield Record(line, raw, fields, problem)
