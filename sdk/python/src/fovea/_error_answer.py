"""Reads the error that an answer tells.

The five APIs word errors each in its own way. What all of them have is a sentence, and a code in the header
`X-Error-Code`.
"""

from __future__ import annotations

import json
import re
import time
from email.utils import parsedate_to_datetime
from typing import Any, Mapping, Optional

from ._errors import ApiError, error_class

_CODE = re.compile(r"[a-z0-9_]+")


def read_error(status: int, headers: Mapping[str, str], content: bytes) -> ApiError:
    body = _parsed(content)
    fields: Mapping[str, Any] = body if isinstance(body, dict) else {}
    return error_class(status)(
        _sentence(fields) or f"The service answered {status}{_first_line(headers, content)}",
        status=status,
        code=headers.get("x-error-code") or _code(fields),
        request_id=request_id(headers) or _text(fields, "correlation_id") or _text(fields, "request_id"),
        headers=headers,
        body=body,
        retry_after=retry_after(headers),
    )


def request_id(headers: Mapping[str, str]) -> Optional[str]:
    """Names the request in the service's log."""
    return headers.get("x-correlation-id") or headers.get("x-request-id")


def retry_after(headers: Mapping[str, str], now: Optional[float] = None) -> Optional[float]:
    """`Retry-After` in seconds from now on; None where there is none that can be read."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value).timestamp()
    except (TypeError, ValueError):
        return None
    return max(0.0, moment - (time.time() if now is None else now))


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return content.decode("utf-8", "replace")


def _text(fields: Mapping[str, Any], name: str) -> Optional[str]:
    value = fields.get(name)
    return value if isinstance(value, str) and value else None


def _code(fields: Mapping[str, Any]) -> Optional[str]:
    # `error` is a code in one of the dialects, and a sentence in another.
    candidates = (_text(fields, name) for name in ("error_type", "code", "error"))
    return next((each for each in candidates if each and _CODE.fullmatch(each)), None)


def _sentence(fields: Mapping[str, Any]) -> Optional[str]:
    detail = fields.get("detail")
    if isinstance(detail, list):
        sentences = [_of_field(each) for each in detail if isinstance(each, dict)]
        if sentences:
            return "; ".join(sentences)
    return _text(fields, "message") or _text(fields, "detail") or _text(fields, "error")


def _of_field(fault: Mapping[str, Any]) -> str:
    place = ".".join(str(each) for each in fault.get("loc") or ())
    sentence = str(fault.get("msg"))
    return f"{place}: {sentence}" if place else sentence


def _first_line(headers: Mapping[str, str], content: bytes) -> str:
    """What a proxy in between has to say, unless it is a page."""
    if not headers.get("content-type", "").startswith("text/plain"):
        return "."
    line = content.decode("utf-8", "replace").strip().partition("\n")[0][:200]
    return f": {line}" if line else "."
