from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Callable, Mapping, NamedTuple, Optional, Union, overload

from .._body import pieces_of
from .._client import AsyncFovea, Fovea
from .._effects import OffLoop
from .._flow import AsyncIo, Flow, SyncIo, perform
from .._inputs import ImageInput, image_source
from .._resource import Io, Resource, method
from .._settings import CallOptions
from ..resources.prepare import Prepare
from ..types.prepare import PreparedImage

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .process_options import ProcessOptions


class _Entry(NamedTuple):
    image: PreparedImage
    made_at: float


class PreparedCache(Resource[Io]):
    """Made by `cache_prepared`. It may be used by several threads."""

    def __init__(
        self, prepare: Prepare[Io], max_bytes: int, max_age: float, now: Callable[[], float]
    ) -> None:
        super().__init__(prepare._io, prepare._settings)
        self._prepare = prepare
        self._max_bytes, self._max_age, self._now = max_bytes, max_age, now
        #: Those that nobody asked for longest come first.
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Bytes that are kept."""
        return self._bytes

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._bytes = 0

    @method
    def process(self, image: ImageInput, **options: Unpack[ProcessOptions]) -> Flow[PreparedImage]:
        """As `prepare.process`: what was made of the same bytes with the same options is given again."""
        key = yield from perform(OffLoop(lambda: _key(image, options)))
        kept = self._find(key)
        if kept is not None:
            return kept
        prepared = yield from Prepare.process.flow(self._prepare, image, **options)
        self._keep(key, prepared)
        return prepared

    def _find(self, key: str) -> Optional[PreparedImage]:
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or self._now() - entry.made_at >= self._max_age:
                return None
            self._entries.move_to_end(key)
            return entry.image

    def _keep(self, key: str, image: PreparedImage) -> None:
        with self._lock:
            self._remove(key)
            if image.size > self._max_bytes:
                return
            self._entries[key] = _Entry(image, self._now())
            self._bytes += image.size
            while self._bytes > self._max_bytes:
                self._remove(next(iter(self._entries)))

    def _remove(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= entry.image.size


@overload
def cache_prepared(
    client: Fovea, *, max_bytes: int = ..., max_age: float = ..., now: Callable[[], float] = ...
) -> PreparedCache[SyncIo]: ...


@overload
def cache_prepared(
    client: AsyncFovea, *, max_bytes: int = ..., max_age: float = ..., now: Callable[[], float] = ...
) -> PreparedCache[AsyncIo]: ...


def cache_prepared(
    client: Union[Fovea, AsyncFovea],
    *,
    max_bytes: int = 64 * 1024 * 1024,
    max_age: float = 3600.0,
    now: Callable[[], float] = time.monotonic,
) -> Any:
    """Keeps what was prepared, by the SHA-256 of the bytes and the options.

    `max_bytes` is what all kept images may have together: those that nobody asked for longest go first. `max_age` is in
    seconds, by the clock `now`. An image that is a pipe cannot be read for its hash and then be sent.
    """
    return PreparedCache(client.prepare, max_bytes, max_age, now)


def _key(image: ImageInput, options: Mapping[str, Any]) -> str:
    source = image_source(image)
    if isinstance(source, str):
        digest = hashlib.sha256(source.encode())
    else:
        digest = hashlib.sha256()
        for piece in pieces_of(source.content()):
            digest.update(piece)
        if not source.sendable:
            raise ValueError("A pipe can be read only once: read it into bytes first")
    of_the_image = (each for each in options.items() if each[0] not in CallOptions.__annotations__)
    wanted = {name: value for name, value in of_the_image if value is not None}
    return f"{digest.hexdigest()} {json.dumps(wanted, sort_keys=True)}"
