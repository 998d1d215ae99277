"""Makes dataclasses of JSON, by their annotations.

Fields that this version does not know stay reachable in `extra`, so a newer service breaks nothing.
"""

from __future__ import annotations

import dataclasses
import functools
import typing
from typing import Any, Callable, Mapping, Optional, Type, TypeVar, Union

from ._errors import FoveaError

Parsed = TypeVar("Parsed")
Read = Callable[[Any], Any]


class Answer:
    """Base of what the service answers. Its attributes have the names of the wire."""

    @property
    def raw(self) -> Mapping[str, Any]:
        """The JSON it was made of."""
        raw: Mapping[str, Any] = self.__dict__.get("_raw", {})
        return raw

    @property
    def extra(self) -> Mapping[str, Any]:
        """What the JSON had besides."""
        known = {field.name for field in dataclasses.fields(self)}
        return {name: value for name, value in self.raw.items() if name not in known}


def parse(kind: Type[Parsed], value: Any) -> Parsed:
    """Raises FoveaError where the JSON is of another shape."""
    hashable: Any = kind  # A type is; mypy does not see it through `Type`.
    read = _reader(hashable)
    parsed: Parsed = value if read is None else read(value)
    return parsed


@functools.lru_cache(maxsize=None)
def _reader(kind: Any) -> Optional[Read]:
    """What makes a value of this kind; None where JSON has it as it should be."""
    if dataclasses.is_dataclass(kind):
        return _object_reader(kind)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is Union:
        (member,) = (each for each in arguments if each is not type(None))
        return _optional_reader(_reader(member))
    if origin is list:
        return _list_reader(_reader(arguments[0]))
    if origin is dict:
        return _dict_reader(_reader(arguments[1]))
    return None


def _optional_reader(read: Optional[Read]) -> Optional[Read]:
    if read is None:
        return None
    return functools.partial(_read_unless_none, read)


def _read_unless_none(read: Read, value: Any) -> Any:
    return None if value is None else read(value)


def _list_reader(read: Optional[Read]) -> Read:
    def read_list(value: Any) -> Any:
        _expect(list, value)
        return value if read is None else [read(each) for each in value]

    return read_list


def _dict_reader(read: Optional[Read]) -> Read:
    def read_dict(value: Any) -> Any:
        _expect(dict, value)
        return value if read is None else {name: read(each) for name, each in value.items()}

    return read_dict


def _object_reader(kind: Any) -> Read:
    hints = typing.get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in dataclasses.fields(kind)}
    required = {field.name for field in dataclasses.fields(kind) if field.default is dataclasses.MISSING}

    def read_object(value: Any) -> Any:
        _expect(dict, value)
        missing = required - value.keys()
        if missing:
            raise FoveaError(
                f"The answer has no {', '.join(sorted(missing))}, which {kind.__name__} needs: "
                "is this service as new as this client?"
            )
        fields = {
            name: value[name] if read is None else read(value[name])
            for name, read in readers.items()
            if name in value
        }
        parsed = kind(**fields)
        # Not a field: two answers are equal by what they say, and it would be shown twice.
        object.__setattr__(parsed, "_raw", value)
        return parsed

    return read_object


def _expect(kind: type, value: Any) -> None:
    if not isinstance(value, kind):
        raise FoveaError(f"The answer has {type(value).__name__} where {kind.__name__} was expected")
