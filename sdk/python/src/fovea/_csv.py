"""Writes the CSV of a batch from addresses or records."""

from __future__ import annotations

import csv
import io
import json
from typing import Any, Iterable, Iterator, Mapping, Sequence

from ._body import Body

_ROWS_AT_ONCE = 500


def csv_body(rows: Iterable[Any]) -> Body:
    """Of addresses the column is `url`; of records the columns are all their names, in the order in which they appear.

    Raises TypeError where the rows are neither, and ValueError where there are none.
    """
    # A list, so that the same bytes can be sent again.
    listed = list(rows)
    if not listed:
        raise ValueError("There are no rows: a batch needs one at least")
    if all(isinstance(row, str) for row in listed):
        return _body(["url"], [[row] for row in listed])
    if all(isinstance(row, Mapping) for row in listed):
        columns = list(dict.fromkeys(str(name) for row in listed for name in row))
        return _body(columns, [[_cell(row.get(name)) for name in columns] for row in listed])
    raise TypeError("Rows are either all addresses (str) or all records (dict)")


def _body(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Body:
    return Body("text/csv", None, lambda: _written(columns, rows))


def _written(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[bytes]:
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        if start == 0:
            writer.writerow(columns)
        writer.writerows(rows[start : start + _ROWS_AT_ONCE])
        yield text.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (dict, list, tuple, bool)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
