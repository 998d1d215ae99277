from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Literal, Mapping, Optional, Sequence, Tuple, Union

from .. import types
from .._body import json_body
from .._download import Download, download
from .._effects import OffLoop
from .._filters import ResultFilters, split_filters
from .._flow import Flow, perform
from .._form import form_body, text_fields
from .._inputs import TableInput, table_upload
from .._json import data_of
from .._pages import Cursor, Page, Pages
from .._parse import parse
from .._request import UPLOAD_PATIENCE, Request, given, segment
from .._resource import Io, Resource, method
from .._unset import UNSET, Unset
from .._wait import Followed, state_told, wait_for_end

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .._settings import CallOptions

ExportFormat = Literal["csv", "json", "xlsx", "ndjson", "zip"]

_OVER = frozenset(("completed", "failed", "cancelled"))
_IDLE = _OVER | {"paused", "pending"}


class Batches(Resource[Io]):
    """A CSV of image addresses in, facts about every image out."""

    @method
    def create(
        self,
        table: TableInput,
        *,
        batch_name: Optional[str] = None,
        auto_start: Optional[bool] = None,
        model: Optional[str] = None,
        cache: Optional[Literal["use", "revalidate", "refresh"]] = None,
        webhook_url: Optional[str] = None,
        max_cost_usd: Union[float, str, None] = None,
        lane: Optional[Literal["online", "batch"]] = None,
        instruction: Optional[str] = None,
        schema: Union[Mapping[str, Any], str, None] = None,
        **call: Unpack[CallOptions],
    ) -> Flow[types.CreatedBatch]:
        """Makes a batch of a CSV, of addresses or of records, and starts it unless `auto_start` is false.

        `instruction` and `schema` (JSON Schema) ask a question of one's own instead of the five facts. It is made once,
        however often the request has to be sent. Raises BadRequestError for a file that cannot be read; the sentence
        says where.
        """
        fields = text_fields(
            batch_name=batch_name,
            auto_start=auto_start,
            model=model,
            cache=cache,
            webhook_url=webhook_url,
            max_cost_usd=max_cost_usd,
            lane=lane,
            instruction=instruction,
            schema=schema,
        )
        upload = yield from perform(OffLoop(lambda: table_upload(table, "images.csv")))
        body = form_body(fields, {"file": upload})
        request = Request("POST", "/api/v1/batches", body=body, once=True, patience=UPLOAD_PATIENCE)
        return (yield from self._data(types.CreatedBatch, request, call))

    @method
    def estimate(
        self,
        table: Optional[TableInput] = None,
        *,
        rows: Optional[int] = None,
        width: Optional[int] = None,
        height: Optional[int] = None,
        model: Optional[str] = None,
        lane: Optional[Literal["online", "batch"]] = None,
        instruction: Optional[str] = None,
        schema: Union[Mapping[str, Any], str, None] = None,
        **call: Unpack[CallOptions],
    ) -> Flow[types.BatchEstimate]:
        """What such a batch would cost, and how long it would take. Nothing is stored.

        Of a table, or of as many `rows`; `width` and `height` of a usual picture, in pixels, make it better.
        """
        options: dict[str, Any] = {"width": width, "height": height, "model": model, "lane": lane}
        options.update(instruction=instruction, schema=schema)
        if table is None:
            body = json_body(given(rows=rows, **options))
        else:
            source = table
            upload = yield from perform(OffLoop(lambda: table_upload(source, "images.csv")))
            body = form_body(text_fields(**options), {"file": upload})
        path = "/api/v1/batches/estimate"
        request = Request("POST", path, body=body, repeatable=True, patience=UPLOAD_PATIENCE)
        return (yield from self._data(types.BatchEstimate, request, call))

    def list(
        self,
        *,
        status: Optional[types.batches.BatchState] = None,
        per_page: Optional[int] = None,
        include_soft_deleted: Optional[bool] = None,
        **call: Unpack[CallOptions],
    ) -> Pages[Io, types.BatchSummary]:
        """Batches, newest first."""
        query = {"status": status, "per_page": per_page, "include_soft_deleted": include_soft_deleted}

        def read(start: Optional[Cursor]) -> Flow[Page[types.BatchSummary]]:
            request = Request("GET", "/api/v1/batches", query={**query, "page": start})
            data = yield from self._data(types.batches.BatchList, request, call)
            return Page(data.batches, data.pagination.page + 1 if data.pagination.has_next else None)

        return Pages(self._io, self._settings, read)

    @method
    def get(self, batch_id: str, **call: Unpack[CallOptions]) -> Flow[types.Batch]:
        """One batch, with its settings, times and costs."""
        return self._data(types.Batch, Request("GET", _path(batch_id)), call)

    @method
    def progress(self, batch_id: str, **call: Unpack[CallOptions]) -> Flow[types.BatchProgress]:
        """How far it is: costs the same for fifty rows and for a million."""
        return self._data(types.BatchProgress, Request("GET", _path(batch_id, "progress")), call)

    @method
    def wait(
        self,
        batch_id: str,
        *,
        on_progress: Optional[Callable[..., Any]] = None,
        until: Literal["end", "idle"] = "end",
        timeout: Optional[float] = None,
    ) -> Flow[types.BatchProgress]:
        """Waits until it has ended, and returns its progress then, whose `status` says how it ended.

        - `on_progress` is given the progress whenever there is news; where it takes two arguments, also whether the
          news came live.
        - `until="idle"` ends at a pause too. Otherwise a paused batch is waited for.
        - `timeout`: seconds in all. Then ApiTimeoutError is raised, and the service goes on with the batch.
        """
        over = _OVER if until == "end" else _IDLE

        def ask() -> Flow[Tuple[types.BatchProgress, Optional[float]]]:
            request = Request("GET", _path(batch_id, "progress"))
            reply = yield from self._send(request, {})
            interval = reply.headers.get("x-polling-interval")
            return parse(types.BatchProgress, data_of(reply)), None if interval is None else float(interval)

        followed = Followed[types.BatchProgress, types.BatchProgress](
            topic=f"batch/{batch_id}",
            ask=ask,
            progress=lambda state: state,
            told=state_told(types.BatchProgress),
            status=lambda state: state.status,
            over=over,
            again=f"client.batches.wait({batch_id!r})",
        )
        return wait_for_end(self._settings, followed, on_progress, timeout)

    def results(
        self, batch_id: str, *, limit: Optional[int] = None, **filters: Unpack[ResultFilters]
    ) -> Pages[Io, types.BatchResult]:
        """What came of the rows, in the order of the file. `limit` is how many a page has: 100, at most 1000.

        While the batch runs, rows without a result are left out, and may appear on a page that was read already.
        """
        wire, call = split_filters(filters)

        def read(start: Optional[Cursor]) -> Flow[Page[types.BatchResult]]:
            request = Request("GET", _path(batch_id, "results"), query={**wire, "limit": limit, "after": start})
            data = yield from self._data(types.results.BatchResults, request, call)
            return Page(data.results, data.next_after)

        return Pages(self._io, self._settings, read)

    @method
    def result(self, batch_id: str, row: int, **call: Unpack[CallOptions]) -> Flow[types.BatchResultDetails]:
        """What came of one row, and its tries. `row` counts from 1, without the header."""
        return self._data(types.BatchResultDetails, Request("GET", _path(batch_id, f"results/{row}")), call)

    @method
    def export(
        self,
        batch_id: str,
        *,
        format: ExportFormat = "csv",
        metadata: Optional[bool] = None,
        input_columns: Optional[bool] = None,
        bom: Optional[bool] = None,
        raw: Optional[bool] = None,
        part: Optional[int] = None,
        **filters: Unpack[ResultFilters],
    ) -> Flow[Download[Io]]:
        """The results as a file: of all rows, or of those that the filters name.

        `metadata=False` leaves out how each result came about; `raw=True` is a CSV for programs, and not for
        spreadsheets; `bom=True` is one that Excel knows as UTF-8; `part` is of batches of more than a million rows.
        `zip` has a CSV of all its parts.
        """
        wire, call = split_filters(filters)
        options = given(metadata=metadata, input_columns=input_columns, bom=bom, raw=raw)
        if format == "zip":
            content = {"batch_ids": [batch_id], "format": "csv", **options, "filters": wire}
            request = Request(
                "POST", "/api/v1/export/batches/multiple", body=json_body(content), accept="*/*", repeatable=True
            )
        else:
            query = {"format": format, "part": part, **options, **wire}
            request = Request("GET", f"/api/v1/export/batch/{segment(batch_id)}", query=query, accept="*/*")
        return download(self, request, call)

    @method
    def preview_export(
        self, batch_id: str, *, count: Optional[bool] = None, **filters: Unpack[ResultFilters]
    ) -> Flow[types.ExportPreview]:
        """The first hundred results that such an export would hold; with `count` how many match in all."""
        wire, call = split_filters(filters)
        path = f"/api/v1/export/batch/{segment(batch_id)}/preview"
        return self._data(types.ExportPreview, Request("GET", path, query={**wire, "count": count}), call)

    @method
    def errors(self, batch_id: str, **call: Unpack[CallOptions]) -> Flow[types.BatchErrors]:
        """What failed, by cause."""
        return self._data(types.BatchErrors, Request("GET", _path(batch_id, "analyze")), call)

    @method
    def start(self, batch_id: str, **call: Unpack[CallOptions]) -> Flow[types.BatchChange]:
        """Starts a batch that is pending."""
        return self._data(types.BatchChange, Request("POST", _path(batch_id, "start")), call)

    @method
    def pause(self, batch_id: str, **call: Unpack[CallOptions]) -> Flow[types.BatchChange]:
        """Begins no more rows; those under way finish and are stored."""
        return self._data(types.BatchChange, Request("POST", _path(batch_id, "pause")), call)

    @method
    def resume(
        self,
        batch_id: str,
        *,
        max_cost_usd: Union[float, str, None, Unset] = UNSET,
        **call: Unpack[CallOptions],
    ) -> Flow[types.BatchChange]:
        """Goes on; with `max_cost_usd` with another limit, where None is none."""
        body = None if isinstance(max_cost_usd, Unset) else json_body({"max_cost_usd": max_cost_usd})
        return self._data(types.BatchChange, Request("POST", _path(batch_id, "resume"), body=body), call)

    @method
    def cancel(self, batch_id: str, **call: Unpack[CallOptions]) -> Flow[types.BatchChange]:
        """Ends it; results are kept."""
        return self._data(types.BatchChange, Request("POST", _path(batch_id, "cancel")), call)

    @method
    def retry(
        self,
        batch_id: str,
        *,
        codes: Optional[Sequence[str]] = None,
        rows: Optional[Sequence[int]] = None,
        **call: Unpack[CallOptions],
    ) -> Flow[types.RetriedBatch]:
        """Runs failed rows again: all of them, those that failed with these codes, or certain ones by their rows."""
        body = json_body(
            given(codes=None if codes is None else [*codes], rows=None if rows is None else [*rows])
        )
        return self._data(types.RetriedBatch, Request("POST", _path(batch_id, "retry"), body=body), call)

    @method
    def clone(
        self,
        batch_id: str,
        *,
        new_name: str,
        copy_results: Optional[bool] = None,
        webhook_url: Union[str, None, Unset] = UNSET,
        **call: Unpack[CallOptions],
    ) -> Flow[types.ClonedBatch]:
        """A pending batch of the same rows. With `copy_results` only rows without a result are left to do.

        It tells the receiver of the other one, unless `webhook_url` names another, or none.
        """
        fields = given(new_name=new_name, copy_results=copy_results)
        if not isinstance(webhook_url, Unset):
            fields["webhook_url"] = webhook_url
        return self._data(
            types.ClonedBatch, Request("POST", _path(batch_id, "clone"), body=json_body(fields)), call
        )

    @method
    def delete(
        self, batch_id: str, *, force: Optional[bool] = None, **call: Unpack[CallOptions]
    ) -> Flow[types.DeletedBatch]:
        """Removes it with its results, at once; with `force` also while it is at work."""
        return self._data(types.DeletedBatch, Request("DELETE", _path(batch_id), query={"force": force}), call)

    @method
    def template(self, format: Literal["csv"] = "csv", **call: Unpack[CallOptions]) -> Flow[Download[Io]]:
        """A file to fill in and upload."""
        return download(self, Request("GET", "/api/v1/export/template", query={"format": format}, accept="*/*"), call)


def _path(batch_id: str, rest: str = "") -> str:
    return f"/api/v1/batches/{segment(batch_id)}{'/' if rest else ''}{rest}"
