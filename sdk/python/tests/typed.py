"""What a type checker knows of both clients; checked by mypy, and run by nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, AsyncGenerator, AsyncIterable, Generator, Iterable, List

from fovea import (
    AsyncFovea,
    Download,
    Event,
    Fallback,
    Fovea,
    Outcome,
    PreparedImage,
    cache_prepared,
    map_concurrent,
    process_with_fallback,
)
from fovea._flow import AsyncIo, SyncIo
from fovea.types import BatchProgress, BatchResult, Job

if TYPE_CHECKING:
    from pathlib import Path

    from typing_extensions import assert_type


def of_the_sync_client(client: Fovea) -> None:
    assert_type(client.prepare.process("a.png", provider="claude", timeout=3), PreparedImage)
    assert_type(client.batches.wait("1", timeout=None), BatchProgress)
    assert_type(client.batches.results("1", status="failed").to_list(limit=3), List[BatchResult])
    for result in client.batches.results("1"):
        assert_type(result, BatchResult)
    with client.batches.export("1", format="zip", max_retries=0) as download:
        assert_type(download, Download[SyncIo])
    assert_type(client.media.download("1").save("a.png"), "Path")
    assert_type(client.events.stream("mine"), Generator[Event, None, None])
    assert_type(process_with_fallback(client, b"", ["claude"]), Fallback)
    assert_type(cache_prepared(client).process(b""), PreparedImage)
    assert_type(map_concurrent([1], str), Iterable[Outcome[int, str]])


async def of_the_async_client(client: AsyncFovea) -> None:
    assert_type(await client.prepare.process("a.png", provider="claude", timeout=3), PreparedImage)
    assert_type(await client.jobs.wait("1"), Job)
    assert_type(await client.batches.results("1", status="failed").to_list(limit=3), List[BatchResult])
    async for result in client.batches.results("1"):
        assert_type(result, BatchResult)
    assert_type(await client.batches.export("1"), Download[AsyncIo])
    assert_type(await (await client.media.download("1")).save("a.png"), "Path")
    assert_type(client.events.stream("mine"), AsyncGenerator[Event, None])
    assert_type(await process_with_fallback(client, b"", ["claude"]), Fallback)
    assert_type(await cache_prepared(client).process(b""), PreparedImage)
    assert_type(map_concurrent([1], client.jobs.get), AsyncIterable[Outcome[int, Job]])  # type: ignore[arg-type]


def what_is_wrong(client: Fovea, other: AsyncFovea) -> None:
    """Each line is an error, or mypy would complain of a comment without use."""
    client.prepare.process("a.png", provider="mistral")  # type: ignore[arg-type]
    client.batches.get("1", timout=3)  # type: ignore[call-arg]
    client.batches.results("1", status="lost")  # type: ignore[arg-type]
    client.jobs.create(promt="x")  # type: ignore[call-arg]
    for result in other.batches.results("1"):  # type: ignore[misc]
        print(result)
    other.jobs.get("1").status  # type: ignore[attr-defined, misc]
