"""The lines of a text that hold something, and the cells of each, within bounds of memory."""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO

from fitreel.model.errors import BadInput

MAX_LINE = 100_000
"""Characters; a longer line is not a table's."""

_HEAD_LINES = 1_000
_HEAD_CHARACTERS = 1_000_000

_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",  # begins as UTF-16's does
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# A spreadsheet's error in the first cell is no comment, in whatever language: #VALUE!, #NOM ?,
# #DIV/0!, #N/A, and ##### where a column is too narrow.
_ERROR_IN_FIRST_CELL = re.compile(
    r"#(?:[^\s,;|]+\s?[!?]|[^\W\d_]/[^\W\d_]+|NV|YOK|HIÁNYZIK|NENÍ_K_DISPOZICI|#{2,})"
    r"(?:[ \t]*[,;|\t]|\s+[-+.\d])"
)
_SEPARATOR = re.compile(r'"?sep=([^"\n\r0-9A-Za-z.+-])"?\s*', re.IGNORECASE)


class BadRow(BadInput):
    """A row that can't be used; `row` counts from the first one, names included."""

    def __init__(self, row: int, problem: str) -> None:
        super().__init__(problem)
        self.row = row


class TableText:
    """A file of text, read from its beginning as often as it takes.

    Args:
        path: a file.
        encoding: its encoding; None: UTF-8, or what a byte order mark says.
    """

    def __init__(self, path: Path, encoding: str | None) -> None:
        self.path = path
        self.encoding = encoding or _encoding_of(path)
        self._errors = "surrogateescape" if encoding is None else "strict"
        if self.encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
            self.encoding = "utf-8-sig"  # which reads both

    def lines(self) -> "TableLines":
        """Its lines, from the first one; BadInput where there is no such encoding."""
        try:
            # Bytes that are no UTF-8 may stand in comments and in columns that aren't asked for.
            text = self.path.open(encoding=self.encoding, errors=self._errors)
        except LookupError:
            raise BadInput(
                f"data.encoding = {self.encoding!r}: there is no such encoding; utf-16, cp1252,"
                " gb18030 and their like are"
            ) from None
        return TableLines(text, self.encoding)


def _encoding_of(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4)
    names = (name for mark, name in _BYTE_ORDER_MARKS.items() if start.startswith(mark))
    return next(names, "utf-8-sig")


class TableLines:
    """Iterates over the lines that are neither empty nor comments, their ends included."""

    def __init__(self, text: IO[str], encoding: str) -> None:
        self._text = text
        self._encoding = encoding
        self.number = 0
        """Of the last line, from 1."""
        self.comment: str | None = None
        """The last comment before the first line."""
        self.separator: str | None = None
        """What the file's first line says, as `sep=;`."""

    def __iter__(self) -> Iterator[str]:
        """Close the file at the end, also of an iteration that is given up.

        Raises:
            BadInput: a line that no table has, or bytes that aren't text in the encoding.
        """
        with self._text as text:
            try:
                yield from self._content(partial(text.readline, MAX_LINE + 1))
            except UnicodeError as error:
                raise BadInput(
                    f"from line {self.number + 1} on it can't be read with encoding ="
                    f' "{self._encoding}"; say the right one as data.encoding'
                ) from error

    def _content(self, read: "partial[str]") -> Iterator[str]:
        is_begun, is_quoted, empty = False, False, 0
        for line in iter(read, ""):
            self.number += 1
            if len(line) > MAX_LINE:
                raise BadInput(f"line {self.number} is longer than {MAX_LINE:,} characters")
            if "\0" in line:
                raise BadInput(
                    f"line {self.number} holds a NUL: no text in UTF-8; save the table as CSV"
                    ' (UTF-8), or say data.encoding, as "utf-16-le"'
                )
            if not is_quoted and not line[0].isalnum():
                if line.isspace() and "\t" not in line:
                    empty += 1
                    continue
                if self._is_comment(line, is_begun):
                    continue
            if empty > 1 and is_begun and not is_quoted:
                raise BadInput(
                    f"line {self.number}: another table begins after {empty} empty lines; keep one"
                )
            empty = 0
            if '"' in line and line.count('"') % 2:
                is_quoted = not is_quoted
            if not is_begun and self.separator is None:
                line = line.removeprefix("\ufeff")
                if match := _SEPARATOR.fullmatch(line):
                    self.separator = match[1]
                    is_quoted = False
                    continue
            is_begun = True
            yield line

    def _is_comment(self, line: str, is_begun: bool) -> bool:
        start = line.lstrip("\ufeff \t")
        if not start.startswith(("#", "%")) or _ERROR_IN_FIRST_CELL.match(start):
            return False
        if not is_begun:
            self.comment = start.strip("#% \t\n")
        return True


def head_of(lines: TableLines) -> tuple[list[str], bool]:
    """The first lines, and whether there are more."""
    texts: list[str] = []
    characters = 0
    for line in lines:
        if len(texts) >= _HEAD_LINES or characters > _HEAD_CHARACTERS:
            return texts, True
        texts.append(line)
        characters += len(line)
    return texts, False


def cells_of(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    """The cells of each row; csv.Error where quotes are in disorder.

    Args:
        lines: with their ends; a quoted cell may go on in the next one.
        delimiter: one sign; a blank stands for any number of blanks and tabs.
    """
    if delimiter == " ":
        lines = (line.replace("\t", " ").strip(" \n") for line in lines)
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
