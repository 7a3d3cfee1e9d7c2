"""Rows of a CSV file as it comes: any usual encoding and delimiter, size and length limited."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from shared_apps.kernel.errors import Unprocessable

FILE_SIZE_MAX = 200 * 1024 * 1024
LINE_LENGTH_MAX = 1_000_000
FIELD_LENGTH_MAX = 131_072
COLUMNS_MAX = 400
ROWS_MAX = 1_000_000
_SAMPLE = 64 * 1024
_DELIMITERS = ",;\t|"


class UnreadableFile(Unprocessable):
    code, title = "unreadable_file", "This file cannot be read as CSV"


class WrongColumns(UnreadableFile):
    code, title = "wrong_columns", "This file lacks columns that its kind has"


@dataclass(frozen=True, slots=True)
class Row:
    """One record with the number of the line it starts on (the header is line 1)."""

    number: int
    values: Mapping[str, str]

    def get(self, name: str) -> str:
        return self.values.get(name, "")


@dataclass(frozen=True, slots=True)
class Issue:
    """Something about a row; `is_error` when it keeps the product out."""

    row: int
    field: str
    code: str
    message: str
    is_error: bool = True


def read_rows(path: Path, *, required: Sequence[str]) -> Iterator[Row | Issue]:
    """Every record of the file, and an issue for each that cannot be one; nothing is held.

    Raises UnreadableFile for a file that is too large, binary, empty or of other columns.
    """
    size = path.stat().st_size
    if size > FILE_SIZE_MAX:
        raise UnreadableFile(f"The file is larger than {FILE_SIZE_MAX // 1024 // 1024} MB")
    with path.open("rb") as raw:
        sample = raw.read(_SAMPLE)
    if not sample.strip():
        raise UnreadableFile("The file is empty")
    if b"\x00" in sample:
        raise UnreadableFile("The file is not text; save it as CSV (UTF-8)")
    encoding = _encoding(path)
    with path.open("r", encoding=encoding, errors="replace", newline="") as text:
        yield from _records(text, _delimiter(sample.decode(encoding, "replace")), required)


def _encoding(path: Path) -> str:
    """UTF-8 with or without its mark, else what spreadsheets on Windows write."""
    with path.open("rb") as raw:
        if raw.read(3) == codecs.BOM_UTF8:
            return "utf-8-sig"
        raw.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while block := raw.read(_SAMPLE):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _delimiter(sample: str) -> str:
    header = sample.splitlines()[0]
    return max(_DELIMITERS, key=header.count)


def _records(text: IO[str], delimiter: str, required: Sequence[str]) -> Iterator[Row | Issue]:
    csv.field_size_limit(FIELD_LENGTH_MAX)
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter)
    header = [name.strip() for name in next(reader, [])]
    missing = [name for name in required if name not in header]
    if missing:
        raise WrongColumns(f"Missing columns: {', '.join(missing)}", missing=missing)
    if len(header) > COLUMNS_MAX:
        raise WrongColumns(f"More than {COLUMNS_MAX} columns")
    while True:
        number = lines.count + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Issue(number, "", "malformed_row", f"This row cannot be read: {error}")
            continue
        if number > ROWS_MAX:
            raise UnreadableFile(f"More than {ROWS_MAX} rows; split the file")
        if values and any(value.strip() for value in values):
            yield _record(number, header, values)


def _record(number: int, header: list[str], values: list[str]) -> Row | Issue:
    extra = [value for value in values[len(header) :] if value.strip()]
    if extra:
        message = f"{len(values)} fields under {len(header)} columns"
        return Issue(number, "", "too_many_fields", message)
    cleaned = (value.replace("\x00", "").strip() for value in values)
    return Row(number, dict(zip(header, cleaned, strict=False)))


class _Lines:
    """The lines of a text, counted, none longer than a limit."""

    def __init__(self, text: IO[str]) -> None:
        self.text, self.count = text, 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.text.readline(LINE_LENGTH_MAX)
        if not line:
            raise StopIteration
        self.count += 1
        if len(line) >= LINE_LENGTH_MAX and not line.endswith("\n"):
            while rest := self.text.readline(LINE_LENGTH_MAX):
                if rest.endswith("\n"):
                    break
            raise csv.Error(f"a line is longer than {LINE_LENGTH_MAX} characters")
        return line
