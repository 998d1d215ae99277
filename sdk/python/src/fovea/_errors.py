"""Everything that a call may fail with is a `FoveaError`."""

from __future__ import annotations

from typing import Any, Mapping, Optional


class FoveaError(Exception):
    """Base of all errors of this package."""


class ApiConnectionError(FoveaError):
    """There was no answer, or it broke off.

    `may_have_arrived` tells whether the service may have acted on the request all the same.
    """

    def __init__(self, message: str, *, may_have_arrived: bool = True) -> None:
        super().__init__(message)
        self.may_have_arrived = may_have_arrived


class ApiTimeoutError(ApiConnectionError):
    """There was no answer in time, or what was waited for has not ended in time."""


class WebhookVerificationError(FoveaError):
    """A webhook that is not what the service has sent, or not at its time. Answer it with 401, and do nothing."""


class ApiError(FoveaError):
    """The service has refused. There is a class of its own for each usual status.

    `code` is stable, and what to match on; `message` is a sentence for people, and may change. `request_id` names the
    request in the service's log; `body` is the answer as it came, parsed where it is JSON; `retry_after` is in seconds.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: Optional[str] = None,
        request_id: Optional[str] = None,
        headers: Optional[Mapping[str, str]] = None,
        body: Any = None,
        retry_after: Optional[float] = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.request_id = request_id
        self.headers: Mapping[str, str] = {} if headers is None else headers
        self.body = body
        self.retry_after = retry_after

    def __str__(self) -> str:
        name = f" {self.code}" if self.code else ""
        request = f" (request {self.request_id})" if self.request_id else ""
        return f"{self.status}{name}: {self.message}{request}"


class BadRequestError(ApiError):
    """400"""


class AuthenticationError(ApiError):
    """401: no credential, or one that is wrong or expired."""


class PermissionDeniedError(ApiError):
    """403: the credential is valid, and may not do this."""


class NotFoundError(ApiError):
    """404"""


class ConflictError(ApiError):
    """409: not in this state, such as the result of icons that are still being made."""


class GoneError(ApiError):
    """410: it was there, and its time is over."""


class PayloadTooLargeError(ApiError):
    """413"""


class UnprocessableEntityError(ApiError):
    """422: a field is missing or wrong, or an image cannot be used."""


class RateLimitError(ApiError):
    """429: too many requests; `retry_after` says when to come again."""


class ServerError(ApiError):
    """5xx: the service failed, or something between here and there."""


class OverloadedError(ServerError):
    """503: too much work at the moment, or something that the service needs is away."""


_BY_STATUS: Mapping[int, type[ApiError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    410: GoneError,
    413: PayloadTooLargeError,
    422: UnprocessableEntityError,
    429: RateLimitError,
    503: OverloadedError,
}


def error_class(status: int) -> type[ApiError]:
    return _BY_STATUS.get(status, ServerError if status >= 500 else ApiError)
