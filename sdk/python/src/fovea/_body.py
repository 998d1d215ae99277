"""What a request sends, as bytes in memory or in pieces that are made while they are sent."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any, BinaryIO, Callable, Iterator, Optional, Union

PIECE_BYTES = 64 * 1024

Content = Union[bytes, Iterator[bytes]]


class Body:
    """A body that can be sent again, since `make` gives it from its beginning each time."""

    def __init__(self, media_type: str, length: Optional[int], make: Callable[[], Content]) -> None:
        self.media_type = media_type
        #: Bytes; None where they are made as they are sent.
        self.length = length
        self._make = make

    @property
    def sendable(self) -> bool:
        """Whether it can be sent, be it for the first time or again."""
        return True

    def content(self) -> Content:
        return self._make()


class OnceBody(Body):
    """A body that can be read only once, such as a pipe."""

    _touched = False

    @property
    def sendable(self) -> bool:
        return not self._touched

    def content(self) -> Content:
        return self._pieces()

    def _pieces(self) -> Iterator[bytes]:
        # Touched with the first piece, and not before: where no connection is made nothing is lost.
        self._touched = True
        yield from pieces_of(self._make())


def pieces_of(content: Content) -> Iterator[bytes]:
    return iter((content,)) if isinstance(content, bytes) else content


def json_body(value: Any) -> Body:
    content = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Body("application/json", len(content), lambda: content)


def bytes_body(data: Union[bytes, bytearray, memoryview], media_type: str) -> Body:
    if isinstance(data, bytes):
        return Body(media_type, len(data), lambda: data)
    view = memoryview(data).cast("B")
    return Body(media_type, len(view), lambda: _slices(view))


def path_body(path: Path, media_type: str) -> Body:
    """A file of the disk. It is opened each time it is sent, and never in memory as a whole."""
    return Body(media_type, path.stat().st_size, lambda: _read_path(path))


def file_body(file: BinaryIO, media_type: str) -> Body:
    """An open file, from where it stands. The caller closes it."""
    if isinstance(file, io.TextIOBase):
        raise TypeError("The file is open as text: open it with mode 'rb'")
    if not _seekable(file):
        return OnceBody(media_type, None, lambda: _read(file))
    start = file.tell()
    length = file.seek(0, os.SEEK_END) - start

    def from_start() -> Iterator[bytes]:
        file.seek(start)
        return _read(file)

    return Body(media_type, length, from_start)


def _seekable(file: BinaryIO) -> bool:
    seekable = getattr(file, "seekable", None)
    return seekable is not None and bool(seekable())


def _slices(view: memoryview) -> Iterator[bytes]:
    for start in range(0, len(view), PIECE_BYTES):
        yield bytes(view[start : start + PIECE_BYTES])


def _read_path(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from _read(file)


def _read(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE_BYTES):
        yield piece
