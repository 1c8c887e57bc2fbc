"""The rows of a CSV file, one at a time, whatever encoding and separator it has."""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import IO, BinaryIO, TextIO, cast

_LONGEST_LINE = 100_000
_LONGEST_FIELD = 1_000
_SEPARATORS = ",;\t|"
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_NO_TEXTS = {
    b"\x1f\x8b": "compressed by gzip; unpack it first",
    b"PK\x03\x04": "a ZIP archive or a workbook; unpack it, or save it as CSV",
}


class BadFile(ValueError):
    """A file cannot be used. The text lists the line and the problem of each bad row."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the number of the line in which it begins, from 1, and its fields without margins.

    `problem` says why the fields cannot be used, if so.
    """

    line: int
    fields: Sequence[str]
    problem: str | None = None


class RowFile:
    """An open CSV file. Its first row names the columns. The rest is never whole in memory."""

    def __init__(self, source: IO[bytes], name: str) -> None:
        """Begin to read. Raises BadFile."""
        self._source = source
        self._name = name
        if not source.seekable():
            raise BadFile(f"{name} is no file but a pipe; write what comes out of it to a file")
        self.size = source.seek(0, io.SEEK_END)
        """The number of its bytes."""
        source.seek(0)
        start = source.read(4)
        source.seek(0)
        for mark, what in _NO_TEXTS.items():
            if start.startswith(mark):
                raise BadFile(f"{name} is {what}")
        self._encoding = next((e for bom, e in _BOMS.items() if start.startswith(bom)), "utf-8")
        if b"\0" in start and self._encoding != "utf-16":
            raise BadFile(f"{name} is no text; UTF-16 must begin with its mark")
        # Bytes that are no UTF-8 stay recognizable, so that their row can be told.
        errors = "strict" if self._encoding == "utf-16" else "surrogateescape"
        text = io.TextIOWrapper(cast(BinaryIO, source), self._encoding, errors, newline="")
        self._lines = _Lines(text, name)
        first = self._lines.peek()
        self._separator = max(_SEPARATORS, key=first.count)
        self._rows = self._read()
        header = next(self._rows, None)
        if header is None or header.problem:
            raise BadFile(f"{name} has no line that names its columns")
        self.columns: Sequence[str] = header.fields

    @property
    def position(self) -> int:
        """The number of bytes that are read."""
        return self._source.tell()

    def __iter__(self) -> Iterator[Row]:
        """Yield each row after the first, and skip empty ones. Raises BadFile."""
        for row in self._rows:
            if row.problem is None and any(row.fields[len(self.columns) :]):
                yield Row(row.line, (), "there are more fields than columns")
            elif row.problem is None and len(row.fields) < len(self.columns):
                yield Row(row.line, (), "there are fewer fields than columns")
            else:
                yield row

    def _read(self) -> Iterator[Row]:
        reader = csv.reader(self._lines, delimiter=self._separator, strict=True)
        while True:
            line = self._lines.number + 1
            try:
                fields = [field.strip() for field in next(reader)]
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(line, (), f"it is not CSV: {error}{self._lines_from(line)}")
                continue
            if not all(map(_is_text, fields)):
                yield Row(line, (), "it is not UTF-8 text")
            elif any(len(field) > _LONGEST_FIELD for field in fields):
                reached = self._lines_from(line)
                yield Row(
                    line, (), f"a field is longer than {_LONGEST_FIELD:,} characters{reached}"
                )
            elif any(fields):
                yield Row(line, fields)

    def _lines_from(self, first: int) -> str:
        """Tell how far a bad row reaches, because a quotation mark may not be closed."""
        return f" (lines {first} to {self._lines.number})" if self._lines.number > first else ""


def _is_text(field: str) -> bool:
    return field.isascii() or not any("\udc80" <= each <= "\udcff" for each in field)


class _Lines:
    """The lines of a text, with the number of the last one. They are bounded, unlike a file's."""

    def __init__(self, text: TextIO, name: str) -> None:
        self._text = text
        self._name = name
        self._first: str | None = None
        self.number = 0

    def peek(self) -> str:
        """Return the first line without reading on."""
        self._first = self._next()
        return self._first

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line, self._first = self._first, None
        if line is None:
            line = self._next()
        if not line:
            raise StopIteration
        self.number += 1
        return line

    def _next(self) -> str:
        try:
            line = self._text.readline(_LONGEST_LINE)
        except UnicodeError as error:
            raise BadFile(
                f"{self._name}, line {self.number + 1} or shortly after: it is not UTF-16 text"
            ) from error
        if len(line) == _LONGEST_LINE:
            raise BadFile(
                f"{self._name}, line {self.number + 1}: it is longer than {_LONGEST_LINE:,} "
                "characters, so this is no CSV, or a quotation mark is not closed"
            )
        return line


@contextmanager
def opened_rows(source: Path | Traversable) -> Iterator[RowFile]:
    """Open a file for the block. Raises BadFile, OSError."""
    with source.open("rb") as file:
        yield RowFile(file, str(source))
