"""Waits for the end of something, by live events, and where there are none by asking.

A proxy that holds events back, or a network that breaks long connections, makes it slower and not wrong.
"""

from __future__ import annotations

import inspect
import time
from dataclasses import dataclass
from typing import Any, Callable, FrozenSet, Generic, Optional, Tuple, Type, TypeVar

from ._effects import CallBack, Pause
from ._errors import ApiConnectionError, ApiTimeoutError, FoveaError, RateLimitError, ServerError
from ._flow import Flow, perform
from ._live import Event, LastWord, LiveConnection, Quiet, connect
from ._parse import parse
from ._settings import Settings

State = TypeVar("State")
Progress = TypeVar("Progress")
Result = TypeVar("Result")

FIRST_INTERVAL = 1.0
LONGEST_INTERVAL = 5.0
#: How much later than its timeout it may be told of that.
SLACK = 1.0
#: Live events that are not to be had are asked for again after as long, then after twice as long.
_FIRST_POLLING = 10.0
_LONGEST_POLLING = 120.0
#: A service that was there may be away for as long: it may be restarting, and the work goes on by itself.
_LONGEST_OUTAGE = 300.0


@dataclass(frozen=True)
class Followed(Generic[State, Progress]):
    #: Of the live events: `batch/<id>`.
    topic: str
    #: Asks how it is, and where the service says it, after how many seconds to ask again.
    ask: Callable[[], Flow[Tuple[State, Optional[float]]]]
    #: What is told of a state.
    progress: Callable[[State], Progress]
    #: What is told of the data of an event; None where the event does not say how it is.
    told: Callable[[Event], Optional[Progress]]
    #: The state, by name.
    status: Callable[[State], str]
    #: The states, by name, in which it is over.
    over: FrozenSet[str]
    #: How to wait again: `client.batches.wait("…")`.
    again: str


def wait_for_end(
    settings: Settings,
    followed: Followed[State, Progress],
    on_progress: Optional[Callable[..., Any]],
    timeout: Optional[float],
) -> Flow[State]:
    waiting = _Waiting(settings, followed, on_progress, timeout)
    return waiting.flow()


class _Waiting(Generic[State, Progress]):
    def __init__(
        self,
        settings: Settings,
        followed: Followed[State, Progress],
        on_progress: Optional[Callable[..., Any]],
        timeout: Optional[float],
    ) -> None:
        self._settings = settings
        self._followed = followed
        self._on_progress = on_progress
        self._tells_live = on_progress is not None and _takes_two(on_progress)
        self._timeout = timeout
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._last_told: Optional[Progress] = None
        self._heard_at: Optional[float] = None
        self._polling = _FIRST_POLLING
        self._fresh_token = False
        self._interval: Optional[float] = None

    def flow(self) -> Flow[State]:
        state = yield from self._ask()
        while state is None or not self._is_over(state):
            if (yield from self._follow()):
                state = yield from self._ask()
            else:
                state = yield from self._poll(self._polling)
                self._polling = min(_LONGEST_POLLING, self._polling * 2)
        return state

    def _is_over(self, state: State) -> bool:
        return self._followed.status(state) in self._followed.over

    def _follow(self) -> Flow[bool]:
        """By live events. True where it is to be asked next, false where they are not to be had."""
        live = yield from _or_none(self._connect())
        if live is None:
            return False
        try:
            while (told := (yield from _or_none(live.next()))) is not None:
                self._heard_at = time.monotonic()
                if isinstance(told, Event):
                    self._fresh_token, self._polling = False, _FIRST_POLLING
                    progress = self._followed.told(told)
                    if progress is not None:
                        yield from self._tell(progress, live=True)
                    if self._may_be_over(told):
                        return True
                elif isinstance(told, LastWord):
                    self._fresh_token = told.word == "expired"
                    return True
                left = self._left()
                # To be silent for as long as it may would take longer than there is time: the next connection may less.
                if isinstance(told, Quiet) and left is not None and left < live.silence - SLACK:
                    return True
        finally:
            yield from live.close()
        return False

    def _connect(self) -> Flow[LiveConnection]:
        topics = [self._followed.topic]
        return connect(self._settings, topics, patience=self._left(), fresh_token=self._fresh_token)

    def _may_be_over(self, event: Event) -> bool:
        """Then it is asked: it may also have been begun again since, or be gone."""
        last = event.event in ("job_completed", "job_failed") or event.event.endswith("_deleted")
        return last or event.data.get("status") in self._followed.over

    def _poll(self, seconds: float) -> Flow[Optional[State]]:
        """By asking, for so long or until it is over."""
        until = time.monotonic() + seconds
        interval = FIRST_INTERVAL
        while True:
            state = yield from self._ask()
            if state is not None and self._is_over(state):
                return state
            left = self._left()
            pause = self._interval or interval
            yield from perform(Pause(pause if left is None else min(pause, left)))
            interval = min(LONGEST_INTERVAL, interval * 1.5)
            if time.monotonic() >= until:
                return state

    def _ask(self) -> Flow[Optional[State]]:
        """How it is; None while the service is away for a moment."""
        self._left()
        try:
            state, self._interval = yield from self._followed.ask()
        except (ApiConnectionError, ServerError, RateLimitError):
            if self._heard_at is None or time.monotonic() - self._heard_at > _LONGEST_OUTAGE:
                raise
            self._interval = None
            return None
        self._heard_at = time.monotonic()
        yield from self._tell(self._followed.progress(state), live=False)
        return state

    def _tell(self, progress: Progress, *, live: bool) -> Flow[None]:
        # The first answer of a connection mostly is what was told last.
        if self._on_progress is None or progress == self._last_told:
            return
        self._last_told = progress
        yield from perform(CallBack(self._on_progress, progress, *([live] if self._tells_live else [])))

    def _left(self) -> Optional[float]:
        """Seconds until the timeout. Raises ApiTimeoutError when it is over."""
        if self._deadline is None:
            return None
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise ApiTimeoutError(
                f"{self._followed.topic} has not ended within {self._timeout:g} s. The service goes on with it; "
                f"to wait again: {self._followed.again}"
            )
        return left


def _or_none(flow: Flow[Result]) -> Flow[Optional[Result]]:
    """None where there are no live events. Whoever may not follow is told so when it is asked."""
    try:
        return (yield from flow)
    except FoveaError:
        return None


def state_told(kind: Type[State]) -> Callable[[Event], Optional[State]]:
    """Of events whose data is the state, or nothing but the id of what is gone."""
    return lambda event: parse(kind, event.data) if "status" in event.data else None


def _takes_two(function: Callable[..., Any]) -> bool:
    try:
        inspect.signature(function).bind(None, None)
    except (TypeError, ValueError):
        return False
    return True
