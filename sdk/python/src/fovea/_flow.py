"""What both clients do is written once, as generators.

A `Flow` is a generator that yields an `Effect` wherever it has to wait for the world outside, and is handed what came
of it. `SyncIo` performs effects by blocking and `AsyncIo` by awaiting; nothing else differs between the two clients.
"""

from __future__ import annotations

from typing import Any, AsyncGenerator, Generator, Generic, Optional, TypeVar, Union

import httpx

Result = TypeVar("Result")
Item = TypeVar("Item")


class Effect(Generic[Result]):
    """Something that takes its time, in both ways to wait for it."""

    def block(self, io: SyncIo) -> Result:
        raise NotImplementedError

    async def wait(self, io: AsyncIo) -> Result:
        raise NotImplementedError


class Emit(Generic[Item]):
    """An item of a stream, for whoever iterates over it.

    Yielded by the stream itself, and by no generator within it: one of those could not wait any more when it is left.
    """

    def __init__(self, item: Item) -> None:
        self.item = item


Flow = Generator[Effect[Any], Any, Result]
Stream = Generator[Union[Effect[Any], Emit[Item]], Any, None]


def perform(effect: Effect[Result]) -> Flow[Result]:
    """`yield effect`, with the type of what comes of it."""
    result: Result = yield effect
    return result


class SyncIo:
    """Performs flows by blocking."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def run(self, flow: Flow[Result]) -> Result:
        value: Any = None
        error: Optional[BaseException] = None
        while True:
            try:
                effect = flow.send(value) if error is None else flow.throw(error)
            except StopIteration as end:
                result: Result = end.value
                return result
            value = error = None
            try:
                value = effect.block(self)
            except BaseException as raised:  # Ctrl-C too: the flow closes what it has open.
                error = raised

    def iterate(self, stream: Stream[Item]) -> Generator[Item, None, None]:
        value: Any = None
        error: Optional[BaseException] = None
        while True:
            try:
                step = stream.send(value) if error is None else stream.throw(error)
            except StopIteration:
                return
            value = error = None
            try:
                if isinstance(step, Emit):
                    yield step.item
                else:
                    value = step.block(self)
            except BaseException as raised:  # Also that the loop was left: the stream closes what it has open.
                error = raised


class AsyncIo:
    """Performs flows by awaiting, on asyncio."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def run(self, flow: Flow[Result]) -> Result:
        value: Any = None
        error: Optional[BaseException] = None
        while True:
            try:
                effect = flow.send(value) if error is None else flow.throw(error)
            except StopIteration as end:
                result: Result = end.value
                return result
            value = error = None
            try:
                value = await effect.wait(self)
            except GeneratorExit:  # The loop itself is gone, so nothing can be waited for any more.
                raise
            except BaseException as raised:  # Cancellation too: the flow closes what it has open.
                error = raised

    async def iterate(self, stream: Stream[Item]) -> AsyncGenerator[Item, None]:
        value: Any = None
        error: Optional[BaseException] = None
        while True:
            try:
                step = stream.send(value) if error is None else stream.throw(error)
            except StopIteration:
                return
            value = error = None
            try:
                if isinstance(step, Emit):
                    yield step.item
                else:
                    value = await step.wait(self)
            except BaseException as raised:
                error = raised
