"""One connection to live events, until it ends by whatever."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from typing import Any, Deque, Mapping, Optional, Sequence, Union

from ._effects import Close, NextPiece, Reply
from ._errors import FoveaError
from ._flow import Flow, perform
from ._request import Request
from ._send import send
from ._settings import CallOptions, Settings
from ._sse import Frame, FrameReader

#: Seconds. The service says every 15 that it is still there.
LONGEST_SILENCE = 35.0


@dataclass(frozen=True)
class Event:
    """Something that happened; or, as `snapshot` at the beginning of each connection, how it is."""

    event: str
    topic: str
    #: ISO 8601, UTC.
    at: str
    data: Mapping[str, Any]
    #: None for snapshots.
    id: Optional[str] = None


@dataclass(frozen=True)
class Quiet:
    """A sign of life without news."""


@dataclass(frozen=True)
class LastWord:
    """The service ends the connection: `expired`, with the credential; or `behind`, where too much was left unread."""

    word: str


Told = Union[Event, Quiet, LastWord]


def connect(
    settings: Settings, topics: Sequence[str], *, patience: Optional[float] = None, fresh_token: bool = False
) -> Flow[LiveConnection]:
    """`patience` is for how many seconds it may be silent, where that is less than is usual."""
    silence = LONGEST_SILENCE if patience is None else min(patience, LONGEST_SILENCE)
    request = Request("GET", "/api/v1/events", query={"topic": list(topics)}, accept="text/event-stream")
    # Whoever follows decides when to try again, and has something else to do meanwhile.
    call: CallOptions = {"timeout": silence, "max_retries": 0}
    reply = yield from send(settings, request, call, whole=False, fresh_token=fresh_token)
    return LiveConnection(reply, silence)


class LiveConnection:
    def __init__(self, reply: Reply, silence: float) -> None:
        #: Seconds without a sign of life that end it.
        self.silence = silence
        self._reply = reply
        self._reader = FrameReader()
        self._told: Deque[Told] = deque()

    @property
    def retry(self) -> Optional[float]:
        """Seconds after which the service wants to be asked again once this has ended."""
        return self._reader.retry

    def next(self) -> Flow[Optional[Told]]:
        """What is told next; None at the end. Raises ApiConnectionError where it breaks off or falls silent."""
        if not self._told:
            piece = yield from perform(NextPiece(self._reply))
            if piece is None:
                return None
            self._told.extend(_told(frame) for frame in self._reader.read(piece))
        return self._told.popleft() if self._told else Quiet()

    def close(self) -> Flow[None]:
        return perform(Close(self._reply))


def _told(frame: Frame) -> Told:
    if frame.event in ("expired", "behind"):
        return LastWord(frame.event)
    try:
        told = json.loads(frame.data)
        return Event(frame.event, told["topic"], told["at"], told["data"], frame.id)
    except (ValueError, TypeError, KeyError) as error:
        raise FoveaError(f"The event {frame.event} cannot be read: {frame.data[:200]}") from error
