"""What is asked of the service, before it is known how often it takes to ask."""

from __future__ import annotations

import datetime
import urllib.parse
from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping, Optional, Tuple

from ._body import Body


#: Seconds that an upload may take until its answer.
UPLOAD_PATIENCE = 600.0


@dataclass(frozen=True)
class Request:
    method: str
    #: Below the base URL: `/api/v1/batches`. Or a whole address, of any origin.
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Optional[Body] = None
    accept: str = "application/json"
    #: Whether it may arrive twice without harm. GET, HEAD, PUT and DELETE may in any case.
    repeatable: bool = False
    #: Whether it is to happen once however often it arrives, by an idempotency key.
    once: bool = False
    #: Seconds to wait for the answer, where that may take longer than is usual.
    patience: Optional[float] = None


def segment(text: str) -> str:
    """A part of a path, such as an id. Raises ValueError for one that would lead to another path."""
    if text in ("", ".", ".."):
        raise ValueError(f"{text!r} is no id")
    return urllib.parse.quote(text, safe="")


def query_pairs(query: Mapping[str, Any]) -> Iterable[Tuple[str, str]]:
    """As the service reads them; what is None is not sent, and a list is sent as several."""
    for name, value in query.items():
        for each in value if isinstance(value, (list, tuple)) else (value,):
            if each is not None:
                yield name, query_text(each)


def query_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    return str(value)


def given(**fields: Any) -> dict[str, Any]:
    """Those of the fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}
