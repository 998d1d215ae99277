"""Sends a request until there is an answer, or no sense in trying again."""

from __future__ import annotations

import inspect
import uuid
from typing import Optional

import httpx

from ._effects import CallBack, Close, Pause, ReadAll, Reply, Send
from ._error_answer import read_error
from ._errors import ApiError, AuthenticationError, FoveaError
from ._flow import Flow, perform
from ._request import Request, query_pairs
from ._retry import pause_before_retry
from ._settings import CallOptions, Settings, check_call, plain
from ._version import USER_AGENT

_IDEMPOTENT = frozenset(("GET", "HEAD", "PUT", "DELETE"))
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_MOST_REDIRECTS = 5


def send(
    settings: Settings, request: Request, call: CallOptions, *, whole: bool = True, fresh_token: bool = False
) -> Flow[Reply]:
    """The answer to the request, which has a status below 300.

    `whole` reads its body too, as part of the attempt: a connection that breaks then is a reason to try again.
    Otherwise the caller reads and closes it. `fresh_token` says that the token of before is known to be over.
    """
    unknown = set(call) - set(CallOptions.__annotations__)
    if unknown:
        raise TypeError(f"Unexpected keyword argument: {', '.join(sorted(unknown))}")
    max_retries = call.get("max_retries", settings.max_retries)
    timeout = _timeout(settings, request, call)
    check_call(timeout.read, max_retries)
    key = call.get("idempotency_key") or (str(uuid.uuid4()) if request.once else None)
    repeatable = request.repeatable or key is not None or request.method in _IDEMPOTENT
    given = {**settings.headers, **call.get("headers", {}), **({"Idempotency-Key": key} if key else {})}
    refresh, may_refresh = fresh_token, callable(settings.token)
    attempt = 0
    while True:
        try:
            return (yield from _once(settings, request, given, timeout, whole=whole, refresh=refresh))
        except FoveaError as error:
            sendable = request.body is None or request.body.sendable
            if isinstance(error, AuthenticationError) and may_refresh and sendable:
                refresh, may_refresh = True, False
                continue
            pause = pause_before_retry(error, attempt, repeatable=repeatable)
            if pause is None or attempt >= max_retries or not sendable:
                raise
        refresh = False
        attempt += 1
        yield from perform(Pause(pause))


def _once(
    settings: Settings,
    request: Request,
    given: dict[str, str],
    timeout: httpx.Timeout,
    *,
    whole: bool,
    refresh: bool,
) -> Flow[Reply]:
    url = _address(settings.base_url, request)
    for _ in range(_MOST_REDIRECTS + 1):
        own = _origin(url) == _origin(settings.base_url)
        headers = httpx.Headers({"Accept": request.accept, "User-Agent": USER_AGENT})
        if request.accept == "*/*":
            # Files come as they are, so that their size is known.
            headers["Accept-Encoding"] = "identity"
        if own:
            headers.update((yield from _credentials(settings, refresh)))
            headers.update(given)
        if request.body is not None:
            headers.setdefault("Content-Type", request.body.media_type)
            if request.body.length is not None:
                headers["Content-Length"] = str(request.body.length)
        reply = yield from perform(Send(request.method, url, headers, request.body, timeout, own_origin=own))
        if reply.status < 300:
            if whole:
                yield from perform(ReadAll(reply))
            return reply
        location = reply.headers.get("location")
        if reply.status not in _REDIRECTS or location is None:
            content = yield from perform(ReadAll(reply))
            raise read_error(reply.status, reply.headers, content)
        yield from perform(Close(reply))
        url = url.join(location)
        if request.method not in ("GET", "HEAD"):
            # What is sent again elsewhere might be sent in the clear, or to somebody else.
            raise _redirected(reply, f"The service leads to {url.copy_with(query=None)}: is that its base_url?")
    raise _redirected(reply, f"More than {_MOST_REDIRECTS} redirects, the last to {url.copy_with(query=None)}")


def _redirected(reply: Reply, sentence: str) -> ApiError:
    return ApiError(sentence, status=reply.status, headers=reply.headers)


def _credentials(settings: Settings, refresh: bool) -> Flow[dict[str, str]]:
    headers = {}
    token: Optional[str]
    if callable(settings.token):
        options = {"refresh": refresh} if _takes_refresh(settings.token) else {}
        token = yield from perform(CallBack(settings.token, **options))
    else:
        token = settings.token
    if token:
        headers["Authorization"] = f"Bearer {plain('token', token)}"
    if settings.api_key:
        headers["X-API-Key"] = settings.api_key
    if settings.admin_token:
        headers["X-Admin-Token"] = settings.admin_token
    return headers


def _takes_refresh(provider: object) -> bool:
    if not callable(provider):
        return False
    try:
        parameters = inspect.signature(provider).parameters.values()
    except (TypeError, ValueError):  # Some functions that are written in C tell no signature.
        return False
    return any(each.name == "refresh" or each.kind is each.VAR_KEYWORD for each in parameters)


def _timeout(settings: Settings, request: Request, call: CallOptions) -> httpx.Timeout:
    if "timeout" in call:
        return httpx.Timeout(call["timeout"])
    usual = settings.timeout
    read = usual if usual is None or request.patience is None else max(usual, request.patience)
    return httpx.Timeout(usual, read=read)


def _address(base: httpx.URL, request: Request) -> httpx.URL:
    pairs = tuple(query_pairs(request.query))
    whole = request.path.startswith(("http://", "https://"))
    if not whole and not request.path.startswith("/"):
        raise ValueError(f"A path begins with a slash: /{request.path}")
    url = httpx.URL(request.path if whole else f"{str(base).rstrip('/')}{request.path}")
    return url.copy_merge_params(pairs) if pairs else url


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)
