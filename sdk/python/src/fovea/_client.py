"""The two clients: the same methods, the one for blocking code and the other for asyncio."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Mapping, Optional, Type, Union

import httpx

from ._body import Body, json_body
from ._download import Download, download
from ._effects import OffLoop
from ._flow import AsyncIo, Flow, SyncIo, perform
from ._form import mixed_form
from ._inputs import ImageInput, binary_body
from ._json import content_of
from ._request import Request
from ._resource import Io, Resource, method
from ._settings import AsyncTokenProvider, Settings, Timeout, TokenProvider, read_settings
from .resources.batches import Batches
from .resources.catalog import Catalog
from .resources.events import Events
from .resources.icons import Icons
from .resources.jobs import Jobs
from .resources.media import Media
from .resources.models import Models
from .resources.prepare import Prepare
from .resources.webhooks import Webhooks

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._settings import CallOptions


class _Client(Resource[Io]):
    def __init__(self, io: Io, settings: Settings) -> None:
        super().__init__(io, settings)
        self.prepare: Prepare[Io] = Prepare(io, settings)
        self.models: Models[Io] = Models(io, settings)
        self.batches: Batches[Io] = Batches(io, settings)
        self.jobs: Jobs[Io] = Jobs(io, settings)
        self.media: Media[Io] = Media(io, settings)
        self.icons: Icons[Io] = Icons(io, settings)
        self.catalog: Catalog[Io] = Catalog(io, settings)
        self.webhooks: Webhooks[Io] = Webhooks(io, settings)
        self.events: Events[Io] = Events(io, settings)

    @property
    def base_url(self) -> str:
        """Without a slash at its end."""
        return str(self._settings.base_url).rstrip("/")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_url!r})"

    @method
    def get(self, path: str, *, query: Optional[Mapping[str, Any]] = None, **call: Unpack[CallOptions]) -> Flow[Any]:
        """For addresses that have no method here: JSON as it is on the wire, text, bytes, or None for nothing."""
        reply = yield from self._send(Request("GET", path, query=query or {}), call)
        return content_of(reply)

    @method
    def post(
        self,
        path: str,
        *,
        json: Any = None,
        form: Optional[Mapping[str, Any]] = None,
        body: Optional[ImageInput] = None,
        query: Optional[Mapping[str, Any]] = None,
        **call: Unpack[CallOptions],
    ) -> Flow[Any]:
        """As `get`, with JSON, a form, or a body as it is.

        In a form bytes, paths and open files are files. A body is sent as `application/octet-stream`, unless `headers`
        say otherwise. What may have arrived is sent again only where it has an `idempotency_key`.
        """
        sent = yield from perform(OffLoop(lambda: _body_of(json, form, body)))
        reply = yield from self._send(Request("POST", path, query=query or {}, body=sent), call)
        return content_of(reply)

    @method
    def delete(self, path: str, *, query: Optional[Mapping[str, Any]] = None, **call: Unpack[CallOptions]) -> Flow[Any]:
        """As `get`."""
        reply = yield from self._send(Request("DELETE", path, query=query or {}), call)
        return content_of(reply)

    @method
    def download(self, url: str, **call: Unpack[CallOptions]) -> Flow[Download[Io]]:
        """A file at an address that the service has handed out. One elsewhere is given no credential."""
        return download(self, Request("GET", url, accept="*/*"), call)


def _body_of(json: Any, form: Optional[Mapping[str, Any]], body: Optional[ImageInput]) -> Optional[Body]:
    if sum(each is not None for each in (json, form, body)) > 1:
        raise TypeError("One of json, form and body at most")
    if form is not None:
        return mixed_form(form)
    if body is not None:
        return binary_body(body, "application/octet-stream")
    return None if json is None else json_body(json)


class Fovea(_Client[SyncIo]):
    """A client of one Fovea service, for blocking code. It may be used by several threads.

    - `base_url`: where the service is, with its base path. Default: `FOVEA_URL`, else `http://127.0.0.1:8000`.
    - `token`: sent as `Authorization: Bearer`; or a function that gives it, asked before every request, and once more
      with `refresh=True`, if it takes that, where the service has refused the token. Default: `FOVEA_TOKEN`.
    - `api_key`, `admin_token`: sent as `X-API-Key` and `X-Admin-Token`. Default: `FOVEA_API_KEY`, `FOVEA_ADMIN_TOKEN`.
    - `timeout`: seconds that an attempt may wait for its answer, and then between two pieces of it. Uploads have ten
      minutes for their answer, and an icon five.
    - `max_retries`: how often a request is repeated that failed for a reason that may pass.
    - `headers`: sent along with every request to the service.
    - `http_client`: an `httpx.Client` to send with, which is then yours to close.

    Credentials and headers go to the service's own origin alone.
    """

    def __init__(
        self,
        base_url: Optional[str] = None,
        token: Union[str, TokenProvider, None] = None,
        api_key: Optional[str] = None,
        admin_token: Optional[str] = None,
        timeout: Timeout = 60.0,
        max_retries: int = 2,
        headers: Optional[Mapping[str, str]] = None,
        http_client: Optional[httpx.Client] = None,
    ) -> None:
        settings = read_settings(base_url, token, api_key, admin_token, timeout, max_retries, headers)
        self._owns_http = http_client is None
        super().__init__(SyncIo(http_client or httpx.Client()), settings)

    def close(self) -> None:
        """Closes its connections."""
        if self._owns_http:
            self._io.http.close()

    def __enter__(self) -> Fovea:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()


class AsyncFovea(_Client[AsyncIo]):
    """A client of one Fovea service, for asyncio. As `Fovea`, whose methods are awaited here.

    `token` and `on_progress` may be async functions, `http_client` is an `httpx.AsyncClient`, and lists are read with
    `async for`. A task that is cancelled gives its connection back.
    """

    def __init__(
        self,
        base_url: Optional[str] = None,
        token: Union[str, AsyncTokenProvider, None] = None,
        api_key: Optional[str] = None,
        admin_token: Optional[str] = None,
        timeout: Timeout = 60.0,
        max_retries: int = 2,
        headers: Optional[Mapping[str, str]] = None,
        http_client: Optional[httpx.AsyncClient] = None,
    ) -> None:
        settings = read_settings(base_url, token, api_key, admin_token, timeout, max_retries, headers)
        self._owns_http = http_client is None
        super().__init__(AsyncIo(http_client or httpx.AsyncClient()), settings)

    async def close(self) -> None:
        """Closes its connections."""
        if self._owns_http:
            await self._io.http.aclose()

    aclose = close

    async def __aenter__(self) -> AsyncFovea:
        return self

    async def __aexit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        await self.close()
