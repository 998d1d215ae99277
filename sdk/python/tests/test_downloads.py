from __future__ import annotations

import asyncio
import threading
import tracemalloc
from pathlib import Path
from typing import Any, Iterator, List

import pytest

from fovea import ApiConnectionError, AsyncFovea, BadRequestError, Fovea, FoveaError
from patience import PATIENCE
from wire import Exchange, Wire, cut, respond

LARGE = 24 * 1024 * 1024


def files(folder: Path) -> List[str]:
    return sorted(path.name for path in folder.iterdir())


def large(exchange: Exchange) -> None:
    exchange.head(200, {"Content-Type": "image/png", "Content-Length": str(LARGE)})
    for _ in range(LARGE // 65536):
        exchange.write(b"x" * 65536)


def test_a_download_knows_what_it_is_before_it_is_read(wire: Wire) -> None:
    headers = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": "attachment; filename=shops.csv"}
    wire.answer(respond(200, "naïve".encode(), headers))
    with Fovea(wire.url) as client, client.download("/file") as download:
        assert (download.media_type, download.filename, download.size) == ("text/csv", "shops.csv", 6)
        assert download.text() == "naïve"
    assert wire.seen[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('inline; filename="a \\"b\\".png"', 'a "b".png'),
        ("attachment; filename=\"x.csv\"; filename*=UTF-8''%C3%A4.csv", "ä.csv"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ("attachment; filename*=UTF-8''..%5C..%2Fevil.csv", "evil.csv"),
        ('attachment; filename=".."', None),
        ("attachment", None),
        ("", None),
    ],
)
def test_its_name_is_never_a_path(header: str, name: Any, wire: Wire) -> None:
    wire.answer(respond(200, b"", {"Content-Disposition": header}))
    with Fovea(wire.url) as client, client.download("/file") as download:
        assert download.filename == name


def test_it_is_saved_to_a_file_or_under_its_name_into_a_folder(wire: Wire, tmp_path: Path) -> None:
    wire.answer(respond(200, b"content", {"Content-Disposition": "attachment; filename=own.csv"}))
    with Fovea(wire.url) as client:
        assert client.download("/file").save(tmp_path / "mine.csv") == tmp_path / "mine.csv"
        assert client.download("/file").save(str(tmp_path)) == tmp_path / "own.csv"
        wire.answer(respond(200, b"content"))
        with pytest.raises(IsADirectoryError, match="no name of its own"):
            client.download("/file").save(tmp_path)
    assert files(tmp_path) == ["mine.csv", "own.csv"] and (tmp_path / "own.csv").read_bytes() == b"content"


def test_a_broken_download_is_an_error_and_leaves_what_was_there(client: Any, wire: Wire, tmp_path: Path) -> None:
    path = tmp_path / "kept.bin"
    path.write_bytes(b"before")
    wire.answer(cut(b"half", 8))
    with pytest.raises(ApiConnectionError):
        client.download(f"{wire.url}/file").save(path)
    with pytest.raises(ApiConnectionError):
        client.download(f"{wire.url}/file").bytes()
    assert files(tmp_path) == ["kept.bin"] and path.read_bytes() == b"before"


def test_what_cannot_be_written_leaves_nothing_behind(client: Any, wire: Wire, tmp_path: Path) -> None:
    wire.answer(respond(200, b"content"))
    with pytest.raises(FileNotFoundError):
        client.download(f"{wire.url}/file").save(tmp_path / "missing" / "file.bin")
    assert files(tmp_path) == []


def test_it_is_read_once(client: Any, wire: Wire) -> None:
    wire.answer(respond(200, b"content"))
    download = client.download(f"{wire.url}/file")
    assert b"".join(download) == b"content"
    with pytest.raises(FoveaError, match="read once"):
        download.bytes()
    closed = client.download(f"{wire.url}/file")
    closed.close()
    with pytest.raises(FoveaError):
        closed.bytes()


def test_a_loop_that_is_left_gives_the_connection_back(wire: Wire) -> None:
    closed = threading.Semaphore(0)

    def endless(exchange: Exchange) -> None:
        exchange.head(200, {"Content-Type": "image/png", "Content-Length": "1000000000"})
        exchange.write(b"x" * 65536)
        exchange.wait_for_close()
        closed.release()

    async def leave() -> None:
        async with AsyncFovea(wire.url) as client, await client.download("/file") as download:
            async for _ in download:
                break

    wire.answer(endless)
    with Fovea(wire.url) as client:
        pieces = iter(client.download("/file"))
        next(pieces)
        del pieces
        assert closed.acquire(timeout=PATIENCE)
        asyncio.run(leave())
        assert closed.acquire(timeout=PATIENCE)


def test_a_save_that_is_cancelled_leaves_nothing_behind(wire: Wire, tmp_path: Path) -> None:
    begun = threading.Event()

    def endless(exchange: Exchange) -> None:
        exchange.head(200, {"Content-Type": "image/png", "Content-Length": "1000000000"})
        exchange.write(b"x" * 65536)
        begun.set()
        exchange.wait_for_close()

    async def cancel() -> None:
        async with AsyncFovea(wire.url) as client:
            download = await client.download("/file")
            saving = asyncio.ensure_future(download.save(tmp_path / "file.png"))
            await asyncio.to_thread(begun.wait, PATIENCE)
            while not files(tmp_path):
                await asyncio.sleep(0)
            saving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await saving

    wire.answer(endless)
    asyncio.run(cancel())
    assert files(tmp_path) == []


@pytest.mark.parametrize("way", ["save", "loop"])
def test_a_large_file_is_never_in_memory_as_a_whole(way: str, wire: Wire, tmp_path: Path) -> None:
    wire.answer(large)
    with Fovea(wire.url) as client:
        tracemalloc.start()
        try:
            download = client.download("/file")
            if way == "save":
                assert download.save(tmp_path / "large.png").stat().st_size == LARGE
            else:
                assert sum(len(piece) for piece in download) == LARGE
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < LARGE / 8


@pytest.fixture
def large_path(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(LARGE)
    yield path


def test_a_large_upload_is_never_in_memory_as_a_whole(client: Any, large_path: Path) -> None:
    tracemalloc.start()
    try:
        # All of it is sent, since the service reads to the end also what it refuses.
        with pytest.raises(BadRequestError, match="NUL"):
            client.batches.create(large_path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < LARGE / 8
