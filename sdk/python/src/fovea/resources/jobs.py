from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Mapping, Optional, Tuple

from .. import types
from .._body import json_body
from .._flow import Flow
from .._pages import Cursor, Page, Pages
from .._request import Request, given, segment
from .._resource import Io, Resource, method
from .._wait import Followed, state_told, wait_for_end

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .._settings import CallOptions

_OVER = frozenset(("completed", "failed", "cancelled"))


class Jobs(Resource[Io]):
    """A prompt in, stored pictures out."""

    @method
    def create(
        self,
        *,
        prompt: str,
        parameters: Optional[Mapping[str, Any]] = None,
        model: Optional[str] = None,
        webhook_url: Optional[str] = None,
        metadata: Optional[Mapping[str, Any]] = None,
        strict: Optional[bool] = None,
        **call: Unpack[CallOptions],
    ) -> Flow[types.CreatedJob]:
        """Begins a job. It is made once, however often the request has to be sent.

        `parameters` are `width`, `height`, `aspect_ratio`, `seed`, `num_outputs` and others. What the model does not
        follow is a warning of the job, or with `strict` an UnprocessableEntityError.
        """
        fields = given(
            prompt=prompt, parameters=parameters, model=model, webhook_url=webhook_url, metadata=metadata, strict=strict
        )
        return self._json(
            types.CreatedJob, Request("POST", "/api/v1/jobs/generate", body=json_body(fields), once=True), call
        )

    @method
    def get(self, job_id: str, **call: Unpack[CallOptions]) -> Flow[types.Job]:
        """How the job is, and its pictures."""
        return self._json(types.Job, Request("GET", f"/api/v1/jobs/status/{segment(job_id)}"), call)

    def list(
        self,
        *,
        status: Optional[types.media.JobState] = None,
        per_page: Optional[int] = None,
        **call: Unpack[CallOptions],
    ) -> Pages[Io, types.Job]:
        """Jobs, newest first."""

        def read(start: Optional[Cursor]) -> Flow[Page[types.Job]]:
            query = {"status": status, "per_page": per_page, "page": start}
            answer = yield from self._json(types.media.JobList, Request("GET", "/api/v1/jobs", query=query), call)
            return Page(answer.jobs, answer.page + 1 if answer.has_next else None)

        return Pages(self._io, self._settings, read)

    @method
    def cancel(self, job_id: str, **call: Unpack[CallOptions]) -> Flow[None]:
        """Cancels it at once. Raises BadRequestError where it has ended."""
        return self._nothing(Request("DELETE", f"/api/v1/jobs/{segment(job_id)}"), call)

    @method
    def wait(
        self,
        job_id: str,
        *,
        on_progress: Optional[Callable[..., Any]] = None,
        timeout: Optional[float] = None,
    ) -> Flow[types.Job]:
        """Waits until it has ended, and returns the job, whose `status` says how it ended.

        `on_progress` is given the job whenever there is news; where it takes two arguments, also whether the news came
        live. `timeout` is in seconds and for all of it: then ApiTimeoutError is raised, and the service goes on.
        """

        def ask() -> Flow[Tuple[types.Job, Optional[float]]]:
            path = f"/api/v1/jobs/status/{segment(job_id)}"
            return (yield from self._json(types.Job, Request("GET", path), {})), None

        followed = Followed[types.Job, types.Job](
            topic=f"media/{job_id}",
            ask=ask,
            progress=lambda state: state,
            told=state_told(types.Job),
            status=lambda state: state.status,
            over=_OVER,
            again=f"client.jobs.wait({job_id!r})",
        )
        return wait_for_end(self._settings, followed, on_progress, timeout)
