"""What all groups of methods are made of."""

from __future__ import annotations

import functools
import types
from typing import TYPE_CHECKING, Any, Callable, Coroutine, Generic, Type, TypeVar, Union, overload

from ._effects import Reply
from ._flow import AsyncIo, Flow, SyncIo
from ._json import data_of, json_of
from ._parse import parse
from ._request import Request
from ._send import send
from ._settings import CallOptions, Settings

Result = TypeVar("Result")
Io = TypeVar("Io", bound=Union[SyncIo, AsyncIo])

if TYPE_CHECKING:
    from typing_extensions import Concatenate, ParamSpec

    Parameters = ParamSpec("Parameters")
else:
    # Python 3.9 has no ParamSpec, and nothing but a type checker needs one.
    Parameters = TypeVar("Parameters")


class Resource(Generic[Io]):
    """A group of methods: those of `Fovea` where `Io` is `SyncIo`, and of `AsyncFovea` where it is `AsyncIo`."""

    def __init__(self, io: Io, settings: Settings) -> None:
        self._io: Io = io
        self._settings = settings

    def _send(self, request: Request, call: CallOptions, *, whole: bool = True) -> Flow[Reply]:
        return send(self._settings, request, call, whole=whole)

    def _json(self, kind: Type[Result], request: Request, call: CallOptions) -> Flow[Result]:
        reply = yield from self._send(request, call)
        return parse(kind, json_of(reply))

    def _data(self, kind: Type[Result], request: Request, call: CallOptions) -> Flow[Result]:
        """Of the analysis API, which has its answers in `data`."""
        reply = yield from self._send(request, call)
        return parse(kind, data_of(reply))

    def _nothing(self, request: Request, call: CallOptions) -> Flow[None]:
        yield from self._send(request, call)


class method(Generic[Parameters, Result]):
    """A method that is written as a flow: with `Fovea` it returns what the flow does, with `AsyncFovea` a coroutine."""

    def __init__(self, flow: Callable[Concatenate[Any, Parameters], Flow[Result]]) -> None:
        #: The flow itself, for flows that are made of it; its first argument is the resource.
        self.flow = flow
        functools.update_wrapper(self, flow)

    @overload
    def __get__(self, instance: None, owner: Any) -> method[Parameters, Result]: ...

    @overload
    def __get__(self, instance: Resource[SyncIo], owner: Any) -> Callable[Parameters, Result]: ...

    @overload
    def __get__(self, instance: Resource[AsyncIo], owner: Any) -> Callable[Parameters, Coroutine[Any, Any, Result]]: ...

    def __get__(self, instance: Any, owner: Any) -> Any:
        if instance is None:
            return self
        flow = types.MethodType(self.flow, instance)

        @functools.wraps(flow)
        def run(*args: Any, **options: Any) -> Any:
            return instance._io.run(flow(*args, **options))

        return run


