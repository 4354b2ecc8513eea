"""Which convention the numbers of a table are written in; where there are two, it is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fitreel.model.data.table.columns import shortened
from fitreel.model.data.table.number_column import Convention, NumberColumn, conventions
from fitreel.model.errors import BadInput


class BadCell(BadInput):
    """A cell that can't be used; `row` counts from the first one of the column."""

    def __init__(self, row: int, problem: str) -> None:
        super().__init__(problem)
        self.row = row


class Ambiguous(BadCell):
    """A cell that can be read in two ways."""


@dataclass(frozen=True)
class NumberRules:
    """What is said of how numbers are written."""

    decimal: str | None
    thousands: str | None
    """"" for none."""
    delimiter: str


@dataclass(frozen=True)
class NamedColumn:
    """A column under the name that is said of it, and how it can be read."""

    name: str
    column: NumberColumn
    rules: NumberRules

    @cached_property
    def options(self) -> list[Convention]:
        """The conventions in which all cells are numbers, the plainest for each decimal sign."""
        by_decimal: dict[str, Convention] = {}
        for each in conventions(self.rules.decimal, self.rules.thousands):
            if each.decimal not in by_decimal and self.column.first_bad(each) is None:
                by_decimal[each.decimal] = each
                if self.column.has_no_sign:
                    break  # all others say the same
        return list(by_decimal.values())

    @cached_property
    def is_neutral(self) -> bool:
        """Whether it is the same numbers in each convention."""
        if len(self.options) < 2 or self.column.has_no_sign:
            return self.column.has_no_sign
        one, other = (self.column.values(each) for each in self.options)
        return np.array_equal(one, other, equal_nan=True)

    @cached_property
    def certain(self) -> Convention | None:
        """Its convention, where a cell shows it: that groups just don't contradict isn't enough."""
        if self.is_neutral or len(self.options) != 1:
            return None
        (only,) = self.options
        is_said = self.rules.decimal is not None or self.rules.thousands is not None
        sign = only.other_sign
        grouped = sign in only.groups and not is_said
        return None if grouped and not self.column.shows_groups(sign) else only

    def choice(self, decimals: set[str], have_points: bool) -> Convention:
        """Its convention.

        Args:
            decimals: the decimal signs that the other columns show.
            have_points: whether each cell of each column has a point.

        Raises:
            Ambiguous: they don't decide.
        """
        if self.certain is not None:
            return self.certain
        if self.is_neutral:
            return next(
                (each for each in self.options if each.decimal in decimals), self.options[0]
            )
        plain = [each for each in self.options if each.other_sign not in each.groups]
        if len(self.options) == 2 and len(plain) == 1:
            # Between commas three digits after a point are decimals where all numbers have them;
            # beside whole ones they may be a spreadsheet's thousands, that has commas everywhere.
            # No spreadsheet writes blanks.
            is_usual = {",": have_points, " ": self.column.has_points_only}
            usual = {"."} if is_usual.get(self.rules.delimiter) else set()
            if plain[0].decimal in (decimals or usual) and len(decimals) < 2:
                return plain[0]
        raise self._two_ways()

    def _two_ways(self) -> Ambiguous:
        grouped = next(each for each in self.options if each.other_sign in each.groups)
        sign = grouped.other_sign
        row = self.column.first_with(sign)
        assert row is not None
        cell = self.column.cells[row].strip()
        plain = self.column.plain(row)
        grouped_as, decimal_as = plain.replace(sign, ""), plain.replace(sign, ".")
        return Ambiguous(
            row,
            f'{self.name} is {shortened(cell)}: {grouped_as} with data.thousands = "{sign}", or'
            f' {decimal_as} with data.decimal = "{sign}"; say which',
        )


def conventions_of(columns: Sequence[NamedColumn]) -> list[Convention]:
    """The convention of each column; their decimal signs are the same.

    Raises:
        BadCell: the first cell that is no number.
        Ambiguous: a column that is other numbers in another convention.
    """
    refuse_what_is_no_number(columns)
    by_decimal = {each.certain.decimal: each for each in columns if each.certain is not None}
    have_points = all(each.column.has_points_only for each in columns)
    chosen = [each.choice(set(by_decimal), have_points) for each in columns]
    if len(by_decimal) > 1:
        commas = by_decimal[","]
        row = commas.column.first_with(",")
        assert row is not None
        raise Ambiguous(
            row,
            f"{commas.name} is {shortened(commas.column.cells[row].strip())}, and"
            f" {by_decimal['.'].name} has decimal points; save the table with one decimal sign",
        )
    return chosen


def refuse_what_is_no_number(columns: Sequence[NamedColumn]) -> None:
    """Raise BadCell for the first row that has, in a column without a reading, no number."""
    bad: dict[str, int] = {}
    for each in columns:
        if not each.options:
            ends = [
                each.column.first_bad(convention)
                for convention in conventions(each.rules.decimal, each.rules.thousands)
            ]
            bad[each.name] = max(end for end in ends if end is not None)
    if bad:
        name = min(bad, key=lambda name: bad[name])
        cell = next(each.column.cells[bad[name]] for each in columns if each.name == name)
        raise BadCell(bad[name], f"{name} is {shortened(cell.strip())}{_why(cell)}")


def _why(cell: str) -> str:
    if cell.strip().lower().lstrip("+-") in ("inf", "infinity", "∞", "1.#inf"):
        return ", which is not finite"
    return ", which is not a number"
