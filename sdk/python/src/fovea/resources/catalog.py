from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Literal, Optional, Sequence, Tuple, Union

from .. import types
from .._body import json_body
from .._download import Download, download
from .._effects import OffLoop
from .._flow import Flow, perform
from .._form import form_body, text_fields
from .._inputs import TableInput, table_upload
from .._pages import Cursor, Page, Pages
from .._request import UPLOAD_PATIENCE, Request, segment
from .._resource import Io, Resource, method
from .._wait import Followed, state_told, wait_for_end

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .._settings import CallOptions
    from ..types.catalog import ConfiguredWebhook

CatalogEvent = Literal["processing.started", "processing.completed", "processing.failed"]

# One that was cancelled is completed or failed by what it came to, like any other.
_OVER = frozenset(("completed", "failed"))


class Catalog(Resource[Io]):
    """A CSV of products in, their images smaller and at addresses of their own out."""

    @method
    def upload(
        self,
        table: TableInput,
        *,
        quality: Union[int, Literal["auto"], None] = None,
        format: Optional[Literal["keep", "webp", "avif", "auto"]] = None,
        max_dimension: Optional[int] = None,
        target_bytes: Optional[int] = None,
        effort: Optional[Literal["fast", "balanced", "best"]] = None,
        **call: Unpack[CallOptions],
    ) -> Flow[types.UploadedCatalog]:
        """Takes a CSV, or records with `product_name` and `image_url`, and begins.

        It is taken once, however often the request has to be sent. Raises BadRequestError for the first fault of the
        file, and names its line.
        """
        fields = text_fields(
            quality=quality, format=format, max_dimension=max_dimension, target_bytes=target_bytes, effort=effort
        )
        upload = yield from perform(OffLoop(lambda: table_upload(table, "products.csv")))
        body = form_body(fields, {"file": upload})
        request = Request("POST", "/api/v1/upload", body=body, once=True, patience=UPLOAD_PATIENCE)
        return (yield from self._json(types.UploadedCatalog, request, call))

    @method
    def status(
        self,
        request_id: str,
        *,
        page: Optional[int] = None,
        per_page: Optional[int] = None,
        **call: Unpack[CallOptions],
    ) -> Flow[types.CatalogStatus]:
        """How it is, with all products or a page of at most 1000 of them."""
        return self._status(request_id, page, per_page, call)

    def products(
        self, request_id: str, *, per_page: int = 100, **call: Unpack[CallOptions]
    ) -> Pages[Io, types.CatalogProduct]:
        """Its products, in the order of the file."""

        def read(start: Optional[Cursor]) -> Flow[Page[types.CatalogProduct]]:
            page = int(start or 1)
            status = yield from self._status(request_id, page, per_page, call)
            return Page(status.products, page + 1 if page < (status.total_pages or 1) else None)

        return Pages(self._io, self._settings, read)

    @method
    def wait(
        self,
        request_id: str,
        *,
        on_progress: Optional[Callable[..., Any]] = None,
        timeout: Optional[float] = None,
    ) -> Flow[types.CatalogSummary]:
        """Waits until it has ended, and returns what it came to, without the products.

        `on_progress` is given that whenever there is news; where it takes two arguments, also whether the news came
        live. `timeout` is in seconds and for all of it: then ApiTimeoutError is raised, and the service goes on.
        """

        def ask() -> Flow[Tuple[types.CatalogSummary, Optional[float]]]:
            # One product is the least that can be asked for.
            request = Request("GET", _path(request_id), query={"page": 1, "per_page": 1})
            return (yield from self._json(types.CatalogSummary, request, {})), None

        followed = Followed[types.CatalogSummary, types.CatalogSummary](
            topic=f"catalog/{request_id}",
            ask=ask,
            progress=lambda state: state,
            told=state_told(types.CatalogSummary),
            status=lambda state: state.status,
            over=_OVER,
            again=f"client.catalog.wait({request_id!r})",
        )
        return wait_for_end(self._settings, followed, on_progress, timeout)

    @method
    def csv(self, request_id: str, **call: Unpack[CallOptions]) -> Flow[Download[Io]]:
        """The products with the addresses of their smaller images."""
        return download(self, Request("GET", _path(request_id, "/csv"), accept="*/*"), call)

    @method
    def cancel(self, request_id: str, **call: Unpack[CallOptions]) -> Flow[types.CatalogSummary]:
        """Begins no further product; what was made stays. Raises BadRequestError where it has ended."""
        return self._json(types.CatalogSummary, Request("POST", _path(request_id, "/cancel")), call)

    @method
    def configure_webhook(
        self, *, webhook_url: str, events: Sequence[CatalogEvent], **call: Unpack[CallOptions]
    ) -> Flow[ConfiguredWebhook]:
        """Sets the one receiver of all uploads, in place of the one before."""
        body = json_body({"webhook_url": webhook_url, "events": [*events]})
        request = Request("POST", "/api/v1/webhook/configure", body=body, repeatable=True)
        return self._json(types.catalog.ConfiguredWebhook, request, call)

    def _status(
        self, request_id: str, page: Optional[int], per_page: Optional[int], call: CallOptions
    ) -> Flow[types.CatalogStatus]:
        query = {"page": page, "per_page": per_page}
        return self._json(types.CatalogStatus, Request("GET", _path(request_id), query=query), call)


def _path(request_id: str, rest: str = "") -> str:
    return f"/api/v1/status/{segment(request_id)}{rest}"
