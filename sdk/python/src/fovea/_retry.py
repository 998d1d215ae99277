"""Whether a request that failed is sent again, and when."""

from __future__ import annotations

import random
from typing import Optional

from ._errors import ApiConnectionError, ApiError, FoveaError

#: Longer than this nobody is kept waiting in silence: the caller learns of it, and decides.
LONGEST_ASKED_PAUSE = 60.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0

#: The service refused without having done anything. Of other failures nobody knows.
_REFUSED = frozenset((408, 429, 503))
_PASSING = frozenset((500, 502, 503, 504))


def pause_before_retry(error: FoveaError, attempt: int, *, repeatable: bool) -> Optional[float]:
    """Seconds until the next attempt; None where there must be none.

    `attempt` is the number of the one that failed, from 0. `repeatable` says whether the request may arrive twice.
    """
    # Many clients that failed together do not come back together.
    backoff = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**attempt) * random.uniform(0.5, 1.0)
    if isinstance(error, ApiConnectionError):
        return backoff if repeatable or not error.may_have_arrived else None
    if not isinstance(error, ApiError) or not _may_pass(error, repeatable):
        return None
    if error.retry_after is None:
        return backoff
    return error.retry_after if error.retry_after <= LONGEST_ASKED_PAUSE else None


def _may_pass(error: ApiError, repeatable: bool) -> bool:
    if error.status in _REFUSED or (repeatable and error.status in _PASSING):
        return True
    # An attempt whose connection broke is still at work: its answer will be that of the next one with its key.
    return error.code == "request_in_progress" and error.retry_after is not None
