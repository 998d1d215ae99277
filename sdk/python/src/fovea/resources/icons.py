from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional, Sequence

from .. import types
from .._body import json_body
from .._download import Download, download
from .._flow import Flow
from .._pages import Cursor, Page, Pages
from .._request import Request, given
from .._resource import Io, Resource, method
from .._settings import Settings
from .icon_batches import IconBatches

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .._settings import CallOptions
    from ..types.icons import ColorScheme, IconFormat, IconStyle

# An icon is answered when it is made, and a model has five minutes for it.
_GENERATE_PATIENCE = 330.0
_PER_PAGE = 100


class Icons(Resource[Io]):
    """A category in, an icon out."""

    def __init__(self, io: Io, settings: Settings) -> None:
        super().__init__(io, settings)
        self.batches: IconBatches[Io] = IconBatches(io, settings)

    @method
    def generate(
        self,
        *,
        category: str,
        style: Optional[IconStyle] = None,
        color_scheme: Optional[ColorScheme] = None,
        custom_elements: Optional[Sequence[str]] = None,
        format: Optional[IconFormat] = None,
        sizes: Optional[Sequence[int]] = None,
        **call: Unpack[CallOptions],
    ) -> Flow[types.Icon]:
        """Makes an icon, or finds the one that was made before for the same words.

        `sizes` are pixels of a side, with a file for each. Raises ServerError with a code where none could be made.
        """
        fields = given(
            category=category,
            style=style,
            color_scheme=color_scheme,
            custom_elements=custom_elements,
            format=format,
            sizes=sizes,
        )
        # Asked for twice it is made once: the service finds what it has for these words, or is about to have.
        request = Request(
            "POST", "/api/icons/generate", body=json_body(fields), repeatable=True, patience=_GENERATE_PATIENCE
        )
        return self._json(types.Icon, request, call)

    @method
    def suggestions(self, q: str = "", **call: Unpack[CallOptions]) -> Flow[List[str]]:
        """Categories that are known by these letters; without any, the fifteen that are known by name."""
        request = Request("GET", "/api/icons/categories/suggestions", query={"q": q})
        return self._json(List[str], request, call)

    def cached(self, *, category: Optional[str] = None, **call: Unpack[CallOptions]) -> Pages[Io, types.CachedIcon]:
        """Files of icons that are kept, newest first."""

        def read(start: Optional[Cursor]) -> Flow[Page[types.CachedIcon]]:
            offset = int(start or 0)
            query = {"category": category, "limit": _PER_PAGE, "offset": offset}
            items = yield from self._json(
                List[types.CachedIcon], Request("GET", "/api/icons/cached", query=query), call
            )
            return Page(items, None if len(items) < _PER_PAGE else offset + _PER_PAGE)

        return Pages(self._io, self._settings, read)

    @method
    def stats(self, **call: Unpack[CallOptions]) -> Flow[types.IconStatistics]:
        """What was made for you."""
        return self._json(types.IconStatistics, Request("GET", "/api/icons/stats"), call)

    @method
    def download(self, image_url: str, **call: Unpack[CallOptions]) -> Flow[Download[Io]]:
        """The file behind `image_url` of an icon, or behind `url` of one of its files."""
        return download(self, Request("GET", image_url, accept="*/*"), call)
