"""Files that the service sends, on their way to a disk or into memory."""

from __future__ import annotations

import builtins
import os
import re
import secrets
import urllib.parse
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import AsyncIterator, BinaryIO, Iterator, List, Optional, Type, Union

from ._effects import Close, NextPiece, OffLoop, Reply
from ._errors import FoveaError
from ._flow import AsyncIo, Emit, Flow, Stream, SyncIo, perform
from ._request import Request
from ._resource import Io, Resource, method
from ._send import send
from ._settings import CallOptions, Settings


class Download(Resource[Io]):
    """A file, read once: by `save`, by `bytes` or `text`, or piece by piece in a loop. Nothing of it is kept.

    Whoever reads nothing closes it, or uses `with`.
    """

    def __init__(self, io: Io, settings: Settings, reply: Reply) -> None:
        super().__init__(io, settings)
        self._reply = reply
        self._begun = False
        headers = reply.headers
        self.media_type = headers.get("content-type", "application/octet-stream").partition(";")[0].strip()
        #: The name that the service proposes; never a path.
        self.filename = _filename(headers.get("content-disposition", ""))
        length = None if "content-encoding" in headers else headers.get("content-length")
        #: Bytes; None where it is made while it is sent.
        self.size = None if length is None else int(length)

    @method
    def save(self, path: Union[str, os.PathLike[str]]) -> Flow[Path]:
        """Writes it to a file, or under its own name into a folder, and returns the path.

        The file is there whole or not at all: until its end it has another name beside the one it gets.
        """
        target = yield from perform(OffLoop(lambda: self._target(Path(path))))
        part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        try:
            file: BinaryIO = yield from perform(OffLoop(lambda: part.open("xb")))
            try:
                yield from self._write_to(file)
            finally:
                yield from perform(OffLoop(file.close))
            yield from perform(OffLoop(lambda: part.replace(target)))
        except BaseException:
            yield from perform(OffLoop(lambda: part.unlink(missing_ok=True)))
            raise
        finally:
            yield from perform(Close(self._reply))
        return target

    @method
    def bytes(self) -> Flow[builtins.bytes]:
        """All of it, in memory."""
        return self._whole()

    @method
    def text(self) -> Flow[str]:
        content = yield from self._whole()
        return content.decode(self._reply.response.charset_encoding or "utf-8")

    @method
    def close(self) -> Flow[None]:
        """Not wanted after all."""
        return perform(Close(self._reply))

    def __iter__(self: Download[SyncIo]) -> Iterator[builtins.bytes]:
        return self._io.iterate(self._pieces())

    def __aiter__(self: Download[AsyncIo]) -> AsyncIterator[builtins.bytes]:
        return self._io.iterate(self._pieces())

    def __enter__(self: Download[SyncIo]) -> Download[SyncIo]:
        return self

    def __exit__(
        self: Download[SyncIo],
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    async def __aenter__(self: Download[AsyncIo]) -> Download[AsyncIo]:
        return self

    async def __aexit__(
        self: Download[AsyncIo],
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        await self.close()

    def _target(self, path: Path) -> Path:
        if not path.is_dir():
            return path
        if self.filename is None:
            raise IsADirectoryError(f"{path} is a folder, and the file has no name of its own: name one")
        return path / self.filename

    def _write_to(self, file: BinaryIO) -> Flow[None]:
        self._begin()
        while (piece := (yield from perform(NextPiece(self._reply)))) is not None:
            yield from perform(OffLoop(partial(file.write, piece)))

    def _whole(self) -> Flow[builtins.bytes]:
        self._begin()
        pieces: List[builtins.bytes] = []
        try:
            while (piece := (yield from perform(NextPiece(self._reply)))) is not None:
                pieces.append(piece)
        finally:
            yield from perform(Close(self._reply))
        return b"".join(pieces)

    def _pieces(self) -> Stream[builtins.bytes]:
        self._begin()
        try:
            while (piece := (yield from perform(NextPiece(self._reply)))) is not None:
                yield Emit(piece)
        finally:
            yield from perform(Close(self._reply))

    def _begin(self) -> None:
        if self._begun:
            raise FoveaError("A download is read once: what was read is not kept")
        self._begun = True


def download(resource: Resource[Io], request: Request, call: CallOptions) -> Flow[Download[Io]]:
    reply = yield from send(resource._settings, request, call, whole=False)
    return Download(resource._io, resource._settings, reply)


def _filename(header: str) -> Optional[str]:
    """RFC 6266: the name in UTF-8 goes before the other."""
    extended = re.search(r"filename\*=UTF-8''([^;]+)", header, re.IGNORECASE)
    plain = re.search(r'filename="((?:[^"\\]|\\.)*)"|filename=([^;"]+)', header, re.IGNORECASE)
    name = ""
    if extended:
        name = urllib.parse.unquote(extended[1])
    elif plain:
        name = re.sub(r"\\(.)", r"\1", plain[1]) if plain[1] is not None else plain[2]
    # What looks like a folder is cut off: the name may come from whoever named the batch.
    return re.split(r"[/\\]", name.strip())[-1].strip(". ") or None
