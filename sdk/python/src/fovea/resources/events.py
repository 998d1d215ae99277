from __future__ import annotations

import random
from typing import AsyncGenerator, Generator, Sequence, Union, overload

from .._effects import Pause
from .._errors import ApiConnectionError, OverloadedError
from .._flow import AsyncIo, Emit, Stream, SyncIo, perform
from .._live import Event, LastWord, connect
from .._resource import Io, Resource

FIRST_PAUSE = 3.0
LONGEST_PAUSE = 30.0
# With pauses that grow to half a minute this is some four minutes, in which a service has been restarted.
MOST_ATTEMPTS = 12


class Events(Resource[Io]):
    """What happens in the service, told live."""

    @overload
    def stream(self: Events[SyncIo], topics: Union[str, Sequence[str]]) -> Generator[Event, None, None]: ...

    @overload
    def stream(self: Events[AsyncIo], topics: Union[str, Sequence[str]]) -> AsyncGenerator[Event, None]: ...

    def stream(
        self, topics: Union[str, Sequence[str]]
    ) -> Union[Generator[Event, None, None], AsyncGenerator[Event, None]]:
        """`for event in client.events.stream("mine"): …`, until the loop is left.

        `topics` are up to 20 of `batch/<id>`, `media/<id>`, `icons/<id>`, `catalog/<id>` and `mine`. A connection
        that ends is made again, and begins with a `snapshot` of each topic: what happened in between is in there.
        Raises ApiError where the service refuses, and ApiConnectionError when it is away for minutes.
        """
        return self._io.iterate(self._follow([topics] if isinstance(topics, str) else topics))

    def _follow(self, topics: Sequence[str]) -> Stream[Event]:
        failed = 0
        heard = fresh_token = False
        while True:
            pause = FIRST_PAUSE
            try:
                live = yield from connect(self._settings, topics, fresh_token=fresh_token)
                try:
                    while (told := (yield from live.next())) is not None:
                        failed, heard = 0, True
                        fresh_token = isinstance(told, LastWord) and told.word == "expired"
                        if isinstance(told, Event):
                            yield Emit(told)
                        elif isinstance(told, LastWord):
                            break
                    pause = live.retry or pause
                finally:
                    yield from live.close()
            except (ApiConnectionError, OverloadedError):
                failed += 1
                if not heard or failed >= MOST_ATTEMPTS:
                    raise
                pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (failed - 1))
            # Of many that were cut off together, not all come back together.
            yield from perform(Pause(pause * random.uniform(1.0, 1.5)))
