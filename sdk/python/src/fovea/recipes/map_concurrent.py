from __future__ import annotations

import asyncio
import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import (
    Any,
    AsyncGenerator,
    AsyncIterable,
    Awaitable,
    Callable,
    Deque,
    Generator,
    Generic,
    Iterable,
    Optional,
    TypeVar,
    overload,
)

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Outcome(Generic[Item, Result]):
    """What came of one item: a value, or the error that `work` raised for it."""

    item: Item
    error: Optional[Exception]
    _value: Optional[Result] = None

    @property
    def ok(self) -> bool:
        return self.error is None

    @property
    def value(self) -> Result:
        """Raises the error where there is no value."""
        if self.error is not None:
            raise self.error
        # Set together with `error`: it may be None only where that is a Result.
        return self._value  # type: ignore[return-value]


@overload  # The second one would take an async `work` too, as one that returns an awaitable: the first goes before it.
def map_concurrent(  # type: ignore[misc]
    items: Iterable[Item],
    work: Callable[[Item], Awaitable[Result]],
    *,
    concurrency: int = ...,
    max_bytes: Optional[int] = ...,
    size_of: Callable[[Item], int] = ...,
) -> AsyncIterable[Outcome[Item, Result]]: ...


@overload
def map_concurrent(
    items: Iterable[Item],
    work: Callable[[Item], Result],
    *,
    concurrency: int = ...,
    max_bytes: Optional[int] = ...,
    size_of: Callable[[Item], int] = ...,
) -> Iterable[Outcome[Item, Result]]: ...


def map_concurrent(
    items: Iterable[Any],
    work: Callable[[Any], Any],
    *,
    concurrency: int = 4,
    max_bytes: Optional[int] = None,
    size_of: Callable[[Any], int] = lambda item: 0,
) -> Any:
    """Works on many items, `concurrency` at a time, and tells what came of each, in their order.

    `for outcome in map_concurrent(paths, prepare)` works in threads; with an async `work` it is `async for`, and
    asyncio. `max_bytes` is what those under way may have together by `size_of`; one that is larger is worked on
    alone. Items are taken as they are needed, so there may be more of them than memory holds. What fails does not
    stop the others; who leaves the loop begins no more.
    """
    if concurrency < 1:
        raise ValueError("concurrency: a whole number from 1")
    return _Concurrent(items, work, concurrency, max_bytes, size_of)


class _Room:
    """How much may be under way."""

    def __init__(self, concurrency: int, max_bytes: Optional[int]) -> None:
        self.concurrency = concurrency
        self._max_bytes = max_bytes
        self._running = 0
        self._bytes = 0

    def fits(self, size: int) -> bool:
        if self._running == 0:
            return True
        within = self._max_bytes is None or self._bytes + size <= self._max_bytes
        return self._running < self.concurrency and within

    def enter(self, size: int) -> None:
        self._running += 1
        self._bytes += size

    def leave(self, size: int) -> None:
        self._running -= 1
        self._bytes -= size


class _Concurrent(Generic[Item, Result]):
    def __init__(
        self,
        items: Iterable[Item],
        work: Callable[[Item], Any],
        concurrency: int,
        max_bytes: Optional[int],
        size_of: Callable[[Item], int],
    ) -> None:
        self._items, self._work, self._size_of = items, work, size_of
        self._concurrency, self._max_bytes = concurrency, max_bytes

    def __iter__(self) -> Generator[Outcome[Item, Result], None, None]:
        room, freed = _Room(self._concurrency, self._max_bytes), threading.Condition()
        under_way: Deque[Future[Outcome[Item, Result]]] = deque()

        def run(item: Item, size: int) -> Outcome[Item, Result]:
            try:
                return Outcome(item, None, self._work(item))
            except Exception as error:
                return Outcome(item, error)
            finally:
                with freed:
                    room.leave(size)
                    freed.notify()

        with ThreadPoolExecutor(room.concurrency) as pool:
            try:
                for item in self._items:
                    size = self._size_of(item)
                    with freed:
                        freed.wait_for(lambda: room.fits(size))
                        room.enter(size)
                    under_way.append(pool.submit(run, item, size))
                    # Results that nobody has taken are memory too.
                    while len(under_way) > room.concurrency:
                        yield under_way.popleft().result()
                while under_way:
                    yield under_way.popleft().result()
            finally:
                for each in under_way:
                    each.cancel()

    async def __aiter__(self) -> AsyncGenerator[Outcome[Item, Result], None]:
        room, freed = _Room(self._concurrency, self._max_bytes), asyncio.Condition()
        under_way: Deque[asyncio.Task[Outcome[Item, Result]]] = deque()

        async def run(item: Item, size: int) -> Outcome[Item, Result]:
            try:
                return Outcome(item, None, await self._work(item))
            except Exception as error:
                return Outcome(item, error)
            finally:
                async with freed:
                    room.leave(size)
                    freed.notify()

        try:
            for item in self._items:
                size = self._size_of(item)
                async with freed:
                    await freed.wait_for(lambda: room.fits(size))
                    room.enter(size)
                under_way.append(asyncio.ensure_future(run(item, size)))
                while len(under_way) > room.concurrency:
                    yield await under_way.popleft()
            while under_way:
                yield await under_way.popleft()
        finally:
            for each in under_way:
                each.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
