"""Figures: numbers over the rows of a read model, each of which can be opened to the rows that it is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import LiteralString

from projections.projection import GROUPS, By, Query, chosen

Measures = Mapping[LiteralString, tuple[LiteralString, LiteralString]]
"""Numbers by name: each in SQL, and the figure that opens it."""


@dataclass(frozen=True)
class Figures:
    """What is counted over the rows of one read model: each figure is a condition, which also opens what it counts.

    `measured` are further numbers, each with the figure that counts the rows that it is made of, and so opens it. `at`
    is the column of the gate or phase that figures are for, in this `order`.
    """

    table: LiteralString
    counted: Mapping[LiteralString, LiteralString]
    measured: Measures
    at: LiteralString = "NULL::text"
    order: tuple[str, ...] = ()

    @property
    def numbers(self) -> tuple[str, ...]:
        """The names of all that can be opened."""
        return (*self.counted, *self.measured)

    def figure(self, number: str) -> str:
        """The figure that counts the rows of a number. Raises `KeyError` where there is no such number."""
        return number if number in self.counted else {**self.measured}[number][1]

    def by(self, by: By, **cohort_: str | None) -> Query:
        """Every figure, told apart by an attribute of the cohort: rows of `at`, `group_by` and the numbers."""
        counts: LiteralString = ", ".join(_COUNT.format(name=name, test=test) for name, test in self.counted.items())
        more: LiteralString = ", ".join(_MEASURE.format(sql=sql, name=name) for name, (sql, _) in self.measured.items())
        sql = _FIGURES.format(at=self.at, by=GROUPS[by], counts=counts, more=more, table=self.table)
        return Query(sql, {"order": list(self.order), **chosen(**cohort_)})

    def opened(self, number: str, by: By, group_by: str | None, at: str | None = None, **cohort_: str | None) -> Query:
        """The rows that a number is made of. Raises `KeyError` where there is no such number."""
        tests: dict[str, LiteralString] = {**self.counted}
        test = tests[self.figure(number)]
        sql: LiteralString = _OPENED.format(table=self.table, test=test, by=GROUPS[by], at=self.at)
        return Query(sql, {"group_by": group_by, "at": at, **chosen(**cohort_)})


_COUNT: LiteralString = "count(*) FILTER (WHERE {test}) AS {name}"
_MEASURE: LiteralString = "{sql} AS {name}"
_FIGURES: LiteralString = """
    SELECT {at} AS at, {by} AS group_by, {counts}, {more} FROM {{{table}}} WHERE {{chosen}}
    GROUP BY 1, 2 ORDER BY array_position(%(order)s::text[], {at}), 2
    """
_OPENED: LiteralString = """
    SELECT * FROM {{{table}}} WHERE ({test}) AND {by} IS NOT DISTINCT FROM %(group_by)s
        AND (%(at)s::text IS NULL OR {at} = %(at)s) AND {{chosen}}
    ORDER BY project
    """


def totals(opened_by: Mapping[LiteralString, LiteralString]) -> Measures:
    """The sums of some columns, each with the figure that opens it."""
    return {column: (_TOTAL.format(column), figure) for column, figure in opened_by.items()}


def percentiles(value: LiteralString, test: LiteralString, unit: LiteralString, figure: LiteralString) -> Measures:
    """Median and 85th percentile of a value over the rows that meet a condition, which a figure counts."""
    return {
        name + "_" + unit: (_PERCENTILE.format(at=at, value=value, test=test), figure) for name, at in _PARTS.items()
    }


_PARTS: Mapping[LiteralString, LiteralString] = {"median": "0.5", "p85": "0.85"}
_TOTAL: LiteralString = "sum({})::bigint"
_PERCENTILE: LiteralString = "percentile_cont({at}) WITHIN GROUP (ORDER BY {value}) FILTER (WHERE {test})"
