"""Reads Server-Sent Events (WHATWG HTML, 9.2.6) from pieces as they come."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import List, Optional

_LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True)
class Frame:
    event: str
    data: str
    id: Optional[str]


class FrameReader:
    """Give it pieces of any size: a frame, a line or a character may be cut anywhere."""

    def __init__(self) -> None:
        self._rest = b""
        self._event = ""
        self._data: List[str] = []
        self._id: Optional[str] = None
        #: Seconds after which to connect again, where the service has said so.
        self.retry: Optional[float] = None

    def read(self, piece: bytes) -> List[Frame]:
        """The frames that this piece completes."""
        # A CR at the end may be half of a line end.
        text = self._rest + piece
        kept = b"\r" if text.endswith(b"\r") else b""
        *lines, rest = _LINE_END.split(text[: len(text) - len(kept)])
        self._rest = rest + kept
        frames = (self._line(line.decode("utf-8", "replace")) for line in lines)
        return [frame for frame in frames if frame is not None]

    def _line(self, line: str) -> Optional[Frame]:
        if line == "":
            return self._dispatch()
        name, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if name == "event":
            self._event = value
        elif name == "data":
            self._data.append(value)
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and value.isdecimal():
            self.retry = int(value) / 1000
        # A line that begins with a colon is a comment, which keeps the connection in use.
        return None

    def _dispatch(self) -> Optional[Frame]:
        frame = Frame(self._event or "message", "\n".join(self._data), self._id) if self._data else None
        self._event, self._data = "", []
        return frame
