"""Lists that are read a page at a time, as far as somebody wants them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import AsyncIterator, Callable, Generic, Iterator, List, Optional, TypeVar, Union, overload

from ._flow import AsyncIo, Emit, Flow, Stream, SyncIo
from ._resource import Io, Resource, method
from ._settings import Settings

Item = TypeVar("Item")
Cursor = Union[int, str]


@dataclass(frozen=True)
class Page(Generic[Item]):
    items: List[Item]
    #: Where the next one begins; None on the last.
    next: Optional[Cursor]


class Pages(Resource[Io], Generic[Io, Item]):
    """`for batch in client.batches.list(): …`, with AsyncFovea `async for`. Each loop reads the list anew."""

    def __init__(self, io: Io, settings: Settings, read: Callable[[Optional[Cursor]], Flow[Page[Item]]]) -> None:
        super().__init__(io, settings)
        self._read = read

    def __iter__(self: Pages[SyncIo, Item]) -> Iterator[Item]:
        return self._io.iterate(self._items())

    def __aiter__(self: Pages[AsyncIo, Item]) -> AsyncIterator[Item]:
        return self._io.iterate(self._items())

    @overload
    def pages(self: Pages[SyncIo, Item]) -> Iterator[Page[Item]]: ...

    @overload
    def pages(self: Pages[AsyncIo, Item]) -> AsyncIterator[Page[Item]]: ...

    def pages(self) -> Union[Iterator[Page[Item]], AsyncIterator[Page[Item]]]:
        """The pages as they are, one after the other."""
        return self._io.iterate(self._pages())

    @method
    def page(self, start: Optional[Cursor] = None) -> Flow[Page[Item]]:
        """One page: the first, or the one that begins where `next` of another said."""
        return self._read(start)

    @method
    def to_list(self, *, limit: Optional[int] = None) -> Flow[List[Item]]:
        """All items, or as many as `limit` says: a list can be longer than memory is large."""
        items: List[Item] = []
        start: Optional[Cursor] = None
        while limit is None or len(items) < limit:
            page = yield from self._read(start)
            items += page.items
            start = page.next
            if start is None:
                break
        return items[:limit]

    def _pages(self) -> Stream[Page[Item]]:
        start: Optional[Cursor] = None
        while True:
            page = yield from self._read(start)
            yield Emit(page)
            start = page.next
            if start is None:
                return

    def _items(self) -> Stream[Item]:
        start: Optional[Cursor] = None
        while True:
            page = yield from self._read(start)
            for item in page.items:
                yield Emit(item)
            start = page.next
            if start is None:
                return
