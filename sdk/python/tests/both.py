"""AsyncFovea as if it were Fovea, so that what both do is written once and tried with both."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any, Iterator

from fovea import AsyncFovea


class Blocking:
    def __init__(self, target: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._target, self._loop = target, loop

    def __getattr__(self, name: str) -> Any:
        return self._made_blocking(getattr(self._target, name))

    def __iter__(self) -> Iterator[Any]:
        items = self._target.__aiter__()
        try:
            while True:
                try:
                    item = self._loop.run_until_complete(items.__anext__())
                except StopAsyncIteration:
                    return
                yield self._made_blocking(item)
        finally:
            self._loop.run_until_complete(items.aclose())

    def _made_blocking(self, value: Any) -> Any:
        if inspect.isawaitable(value):
            return self._made_blocking(self._loop.run_until_complete(value))
        if inspect.isroutine(value):
            return lambda *args, **options: self._made_blocking(value(*args, **options))
        if type(value).__module__.startswith("fovea.") and hasattr(value, "_io"):
            return Blocking(value, self._loop)
        return Blocking(value, self._loop) if inspect.isasyncgen(value) else value


def blocking_client(loop: asyncio.AbstractEventLoop, **options: Any) -> Any:
    return Blocking(AsyncFovea(**options), loop)
