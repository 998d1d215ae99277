from __future__ import annotations

from typing import TYPE_CHECKING

from .. import types
from .._flow import Flow
from .._request import Request
from .._resource import Io, Resource, method

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .._settings import CallOptions


class Models(Resource[Io]):
    """Models that see, and what is known of each."""

    @method
    def list(self, **call: Unpack[CallOptions]) -> Flow[types.Models]:
        """The whole catalog."""
        return self._json(types.Models, Request("GET", "/api/v1/models"), call)
