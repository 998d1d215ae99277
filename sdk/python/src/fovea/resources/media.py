from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Optional

from .. import types
from .._download import Download, download
from .._flow import Flow
from .._request import Request, segment
from .._resource import Io, Resource, method

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .._settings import CallOptions


class Media(Resource[Io]):
    """Stored pictures."""

    @method
    def download(
        self,
        media_id: str,
        *,
        width: Optional[int] = None,
        height: Optional[int] = None,
        format: Optional[Literal["png", "jpg", "jpeg", "webp"]] = None,
        quality: Optional[int] = None,
        **call: Unpack[CallOptions],
    ) -> Flow[Download[Io]]:
        """The picture, or a copy of it that fits into a box of pixels or has another format.

        Raises GoneError where its time is over, and NotFoundError where there is none.
        """
        query = {"width": width, "height": height, "format": format, "quality": quality}
        return download(self, Request("GET", _path(media_id), query=query, accept="*/*"), call)

    @method
    def info(self, media_id: str, **call: Unpack[CallOptions]) -> Flow[types.MediaInfo]:
        return self._json(types.MediaInfo, Request("GET", f"{_path(media_id)}/info"), call)

    @method
    def delete(self, media_id: str, **call: Unpack[CallOptions]) -> Flow[None]:
        """Its bytes are gone at once, in all sizes."""
        return self._nothing(Request("DELETE", _path(media_id)), call)


def _path(media_id: str) -> str:
    return f"/api/v1/media/{segment(media_id)}"
