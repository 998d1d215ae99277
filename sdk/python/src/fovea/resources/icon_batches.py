from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, List, Mapping, Optional, Sequence, Tuple

from .. import types
from .._body import json_body
from .._download import Download, download
from .._flow import Flow
from .._live import Event
from .._pages import Cursor, Page, Pages
from .._parse import parse
from .._request import Request, given, segment
from .._resource import Io, Resource, method
from .._wait import Followed, wait_for_end

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .._settings import CallOptions
    from ..types.icons import CancelledIconBatch, ColorScheme, IconFormat, IconStyle

_OVER = frozenset(("completed", "failed", "cancelled"))
_PER_PAGE = 100


class IconBatches(Resource[Io]):
    """Many categories in, a set of icons that belongs together out."""

    @method
    def create(
        self,
        *,
        categories: Sequence[str],
        style: Optional[IconStyle] = None,
        color_scheme: Optional[ColorScheme] = None,
        variations_per_category: Optional[int] = None,
        custom_elements: Optional[Mapping[str, Sequence[str]]] = None,
        metadata: Optional[Mapping[str, Any]] = None,
        format: Optional[IconFormat] = None,
        sizes: Optional[Sequence[int]] = None,
        **call: Unpack[CallOptions],
    ) -> Flow[types.CreatedIconBatch]:
        """Has up to 50 categories made, each as often as `variations_per_category` says.

        It is made once, however often the request has to be sent.
        """
        fields = given(
            categories=categories,
            style=style,
            color_scheme=color_scheme,
            variations_per_category=variations_per_category,
            custom_elements=custom_elements,
            metadata=metadata,
            format=format,
            sizes=sizes,
        )
        request = Request("POST", "/api/icons/generate/batch", body=json_body(fields), once=True)
        return self._json(types.CreatedIconBatch, request, call)

    @method
    def get(self, batch_id: str, **call: Unpack[CallOptions]) -> Flow[types.IconBatchStatus]:
        return self._json(types.IconBatchStatus, Request("GET", _path(batch_id, "status")), call)

    @method
    def result(self, batch_id: str, **call: Unpack[CallOptions]) -> Flow[types.IconBatchResult]:
        """What came of each icon. Raises ConflictError before the batch has ended."""
        return self._json(types.IconBatchResult, Request("GET", _path(batch_id, "result")), call)

    def list(self, **call: Unpack[CallOptions]) -> Pages[Io, types.IconBatchSummary]:
        """One's own, newest first."""

        def read(start: Optional[Cursor]) -> Flow[Page[types.IconBatchSummary]]:
            offset = int(start or 0)
            request = Request("GET", "/api/icons/batches", query={"limit": _PER_PAGE, "offset": offset})
            items = yield from self._json(List[types.IconBatchSummary], request, call)
            return Page(items, None if len(items) < _PER_PAGE else offset + _PER_PAGE)

        return Pages(self._io, self._settings, read)

    @method
    def cancel(self, batch_id: str, **call: Unpack[CallOptions]) -> Flow[CancelledIconBatch]:
        """Begins no further icon; those under way are finished. Raises BadRequestError where it has ended."""
        return self._json(types.icons.CancelledIconBatch, Request("POST", _path(batch_id, "cancel")), call)

    @method
    def download(self, batch_id: str, **call: Unpack[CallOptions]) -> Flow[Download[Io]]:
        """Its files as a ZIP, with a contact sheet."""
        return download(self, Request("GET", _path(batch_id, "download"), accept="*/*"), call)

    @method
    def wait(
        self,
        batch_id: str,
        *,
        on_progress: Optional[Callable[..., Any]] = None,
        timeout: Optional[float] = None,
    ) -> Flow[types.IconBatchStatus]:
        """Waits until it has ended, and returns its status, which says how it ended.

        `on_progress` is given an IconProgress whenever there is news; where it takes two arguments, also whether the
        news came live. `timeout` is in seconds and for all of it: then ApiTimeoutError is raised, and the service
        goes on.
        """

        def ask() -> Flow[Tuple[types.IconBatchStatus, Optional[float]]]:
            request = Request("GET", _path(batch_id, "status"))
            return (yield from self._json(types.IconBatchStatus, request, {})), None

        followed = Followed[types.IconBatchStatus, types.IconProgress](
            topic=f"icons/{batch_id}",
            ask=ask,
            progress=_progress,
            told=_told,
            status=lambda state: state.status,
            over=_OVER,
            again=f"client.icons.batches.wait({batch_id!r})",
        )
        return wait_for_end(self._settings, followed, on_progress, timeout)


def _path(batch_id: str, what: str) -> str:
    return f"/api/icons/batch/{segment(batch_id)}/{what}"


def _progress(status: types.IconBatchStatus) -> types.IconProgress:
    return types.IconProgress(
        batch_id=status.batch_id,
        progress=status.progress,
        current_category=status.current_category,
        completed=status.successful + status.failed,
        total=status.total_icons,
    )


def _told(event: Event) -> Optional[types.IconProgress]:
    # Others tell of one icon (`job_output`), or that it is over.
    return parse(types.IconProgress, event.data) if event.event in ("snapshot", "batch_progress") else None
