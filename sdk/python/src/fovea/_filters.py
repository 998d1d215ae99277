"""Which results are wanted: the same wherever they are read."""

from __future__ import annotations

import datetime
from typing import Any, Dict, Literal, Mapping, Sequence, Tuple, Union, cast

from ._settings import CallOptions


class ResultFilters(CallOptions, total=False):
    """All that are named must hold. The options of a call may stand beside them."""

    status: Literal["success", "failed"]
    success_only: bool
    failed_only: bool
    #: Failed with one of these codes.
    error_type: Union[str, Sequence[str]]
    #: Stored then or later. Text is read as UTC, unless it says otherwise.
    start_date: Union[str, datetime.date]
    #: Stored until then; a day that is named belongs to it.
    end_date: Union[str, datetime.date]
    has_store_name: bool
    has_contact: bool
    #: Whose name of the shop holds this text.
    store_name_filter: str
    #: Part of any text that the model answered.
    search: str
    #: What a person said of it.
    review: Literal["accepted", "flagged", "reviewed", "none"]


def split_filters(filters: Mapping[str, Any]) -> Tuple[Dict[str, Any], CallOptions]:
    """The filters as the wire has them, and the options of the call."""
    call = {name: value for name, value in filters.items() if name in CallOptions.__annotations__}
    wire = {name: _wire(value) for name, value in filters.items() if name not in call}
    unknown = set(wire) - set(ResultFilters.__annotations__)
    if unknown:
        raise TypeError(f"Unexpected keyword argument: {', '.join(sorted(unknown))}")
    return wire, cast(CallOptions, call)  # Its names were just picked.


def _wire(value: Any) -> Any:
    if isinstance(value, datetime.date):
        return value.isoformat()
    return ",".join(value) if isinstance(value, (list, tuple, set, frozenset)) else value
