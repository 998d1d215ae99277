from __future__ import annotations

import json
from typing import Any

from ._effects import Reply
from ._errors import FoveaError


def json_of(reply: Reply) -> Any:
    """The body of an answer that was read. Raises FoveaError where it is something else, such as a page."""
    try:
        return json.loads(reply.response.content)
    except ValueError as error:
        url, media_type = reply.response.url, reply.headers.get("content-type", "nothing")
        raise FoveaError(
            f"Expected JSON from {url.copy_with(query=None)}, which answered with {media_type}: "
            "is base_url the service's?"
        ) from error


def data_of(reply: Reply) -> Any:
    """Of an answer of the analysis API, which has in `data` what it says."""
    answer = json_of(reply)
    return answer.get("data") if isinstance(answer, dict) else answer


def content_of(reply: Reply) -> Any:
    """By its media type: JSON parsed, text, or bytes; None where there is nothing."""
    content, media_type = reply.response.content, reply.headers.get("content-type", "")
    if not content:
        return None
    if media_type.startswith("application/json"):
        return json_of(reply)
    return reply.response.text if media_type.startswith("text/") else content
