"""What a client is told by its arguments, and otherwise by the environment."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import Awaitable, Callable, Mapping, Optional, TypedDict, Union

import httpx

#: Gives a bearer token. Asked before every request, so it keeps what it has; one that takes `refresh` is called with
#: `refresh=True` where the service has refused that.
TokenProvider = Callable[..., str]
AsyncTokenProvider = Callable[..., Union[str, Awaitable[str]]]

Timeout = Optional[float]


class CallOptions(TypedDict, total=False):
    """What every method that asks the service takes beside its own arguments."""

    #: Seconds that an attempt may wait for its answer, and then between two pieces of it; None for no limit.
    timeout: Timeout
    #: How often the request is repeated if it fails for a reason that may pass.
    max_retries: int
    #: Sent along.
    headers: Mapping[str, str]
    #: Names what is to happen once, however often it is asked for. Where something is made or paid for each call has
    #: one of its own.
    idempotency_key: str


@dataclass(frozen=True)
class Settings:
    base_url: httpx.URL
    """Its path ends without a slash."""
    token: Optional[Union[str, AsyncTokenProvider]] = field(repr=False)
    api_key: Optional[str] = field(repr=False)
    admin_token: Optional[str] = field(repr=False)
    timeout: Timeout
    max_retries: int
    headers: Mapping[str, str] = field(repr=False)


def read_settings(
    base_url: Optional[str],
    token: Optional[Union[str, AsyncTokenProvider]],
    api_key: Optional[str],
    admin_token: Optional[str],
    timeout: Timeout,
    max_retries: int,
    headers: Optional[Mapping[str, str]],
) -> Settings:
    """Raises ValueError for an address that is none, and for numbers that make no sense."""
    check_call(timeout, max_retries)
    return Settings(
        base_url=_base_url(base_url or os.environ.get("FOVEA_URL") or "http://127.0.0.1:8000"),
        token=token if callable(token) else _credential("token", token),
        api_key=_credential("api_key", api_key),
        admin_token=_credential("admin_token", admin_token),
        timeout=timeout,
        max_retries=max_retries,
        headers=headers or {},
    )


def check_call(timeout: Timeout, max_retries: int) -> None:
    if timeout is not None and timeout <= 0:
        raise ValueError("timeout: seconds, more than 0; or None for no limit")
    if max_retries < 0:
        raise ValueError("max_retries: a whole number from 0")


def plain(name: str, credential: str) -> str:
    """The credential, if it can stand in a header. Else the error that comes of it would show it."""
    if not re.fullmatch(r"[!-~]+", credential):
        raise ValueError(f"{name}: has a space, a line end or another character that no credential has")
    return credential


def _credential(name: str, given: Optional[str]) -> Optional[str]:
    credential = given or os.environ.get(f"FOVEA_{name.upper()}")
    return plain(name, credential) if credential else None


def _base_url(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"base_url: expected an address such as http://127.0.0.1:8000, not {text!r}")
    if url.userinfo:
        raise ValueError("base_url: a credential belongs in token or api_key, not in the address")
    return url.copy_with(path=url.path.rstrip("/") or "/", query=None, fragment=None)
