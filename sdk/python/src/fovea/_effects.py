"""All that a flow may wait for, by blocking and by awaiting, side by side."""

from __future__ import annotations

import asyncio
import inspect
import time
from contextlib import contextmanager
from typing import Any, AsyncIterator, Callable, Iterator, Mapping, Optional, TypeVar, Union

import httpx

from ._body import Body
from ._errors import ApiConnectionError, ApiTimeoutError, FoveaError
from ._flow import AsyncIo, Effect, SyncIo

Result = TypeVar("Result")


class Reply:
    """An answer whose body is on its way: to be read by `NextPiece` or `ReadAll`, or to be closed."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        # An Iterator or an AsyncIterator, made with the first piece.
        self.pieces: Any = None


class Send(Effect[Reply]):
    """Sends a request once, and waits for the head of its answer."""

    def __init__(
        self,
        method: str,
        url: httpx.URL,
        headers: httpx.Headers,
        body: Optional[Body],
        timeout: httpx.Timeout,
        *,
        own_origin: bool,
    ) -> None:
        self._method, self._url, self._headers = method, url, headers
        self._body, self._timeout, self._own_origin = body, timeout, own_origin

    def block(self, io: SyncIo) -> Reply:
        with _told_as_our_own(self._method, self._url):
            request = self._request(io.http, None if self._body is None else self._body.content())
            # Without `auth=None` httpx would send what it finds about the host in a .netrc file.
            auth = {} if self._own_origin else {"auth": None}
            return Reply(io.http.send(request, stream=True, follow_redirects=False, **auth))

    async def wait(self, io: AsyncIo) -> Reply:
        with _told_as_our_own(self._method, self._url):
            request = self._request(io.http, None if self._body is None else _in_threads(self._body.content()))
            auth = {} if self._own_origin else {"auth": None}
            return Reply(await io.http.send(request, stream=True, follow_redirects=False, **auth))

    def _request(self, http: Union[httpx.Client, httpx.AsyncClient], content: Any) -> httpx.Request:
        extensions = {"timeout": self._timeout.as_dict()}
        if self._own_origin:
            return http.build_request(
                self._method, self._url, headers=self._headers, content=content, extensions=extensions
            )
        # Without what a client that was handed in has as headers and cookies: they are for the service alone.
        return httpx.Request(self._method, self._url, headers=self._headers, content=content, extensions=extensions)


class NextPiece(Effect[Optional[bytes]]):
    """The next bytes of a body, as they come; None at its end."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    def block(self, io: SyncIo) -> Optional[bytes]:
        reply = self._reply
        with _told_as_our_own("", reply.response.url):
            reply.pieces = reply.pieces or reply.response.iter_bytes()
            return next(reply.pieces, None)

    async def wait(self, io: AsyncIo) -> Optional[bytes]:
        reply = self._reply
        with _told_as_our_own("", reply.response.url):
            reply.pieces = reply.pieces or reply.response.aiter_bytes()
            async for piece in reply.pieces:
                return bytes(piece)
            return None


class ReadAll(Effect[bytes]):
    """The whole body."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    def block(self, io: SyncIo) -> bytes:
        with _told_as_our_own("", self._reply.response.url):
            return self._reply.response.read()

    async def wait(self, io: AsyncIo) -> bytes:
        with _told_as_our_own("", self._reply.response.url):
            return await self._reply.response.aread()


class Close(Effect[None]):
    """Gives the connection back, whatever is still on its way."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    def block(self, io: SyncIo) -> None:
        self._reply.response.close()

    async def wait(self, io: AsyncIo) -> None:
        await self._reply.response.aclose()


class Pause(Effect[None]):
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def block(self, io: SyncIo) -> None:
        time.sleep(self._seconds)

    async def wait(self, io: AsyncIo) -> None:
        await asyncio.sleep(self._seconds)


class CallBack(Effect[Any]):
    """Calls a function of the caller's, which may be `async` with AsyncFovea."""

    def __init__(self, function: Callable[..., Any], *args: Any, **options: Any) -> None:
        self._function, self._args, self._options = function, args, options

    def block(self, io: SyncIo) -> Any:
        result = self._function(*self._args, **self._options)
        if inspect.iscoroutine(result):
            result.close()
            raise TypeError(f"{self._function!r} is async: it needs AsyncFovea")
        return result

    async def wait(self, io: AsyncIo) -> Any:
        result = self._function(*self._args, **self._options)
        return await result if inspect.isawaitable(result) else result


class OffLoop(Effect[Result]):
    """Calls a function that blocks, such as one that reads a disk: with AsyncFovea in a thread."""

    def __init__(self, function: Callable[[], Result]) -> None:
        self._function = function

    def block(self, io: SyncIo) -> Result:
        return self._function()

    async def wait(self, io: AsyncIo) -> Result:
        return await asyncio.to_thread(self._function)


def _in_threads(content: Any) -> Any:
    """Pieces that are read from a disk, read beside the event loop. What is in memory is sent as it is."""
    return content if isinstance(content, bytes) else _each_in_thread(content)


async def _each_in_thread(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await asyncio.to_thread(lambda: next(pieces, None))) is not None:
        yield piece


@contextmanager
def _told_as_our_own(method: str, url: httpx.URL) -> Iterator[None]:
    """Errors of httpx as errors of this package; without the query, which may have a signature in it."""
    place = f"{method} {url.copy_with(query=None)}".strip()
    try:
        yield
    except (httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise ApiTimeoutError(f"{place}: no connection in time", may_have_arrived=False) from error
    except httpx.TimeoutException as error:
        raise ApiTimeoutError(f"{place}: no answer in time") from error
    except httpx.ConnectError as error:
        raise ApiConnectionError(f"{place}: {error}", may_have_arrived=False) from error
    except httpx.TransportError as error:
        raise ApiConnectionError(f"{place}: {error or type(error).__name__}") from error
    except (httpx.DecodingError, httpx.StreamError) as error:
        raise FoveaError(f"{place}: {error}") from error
