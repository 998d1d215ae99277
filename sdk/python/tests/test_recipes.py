from __future__ import annotations

import asyncio
import io
import threading
from pathlib import Path
from typing import Any, AsyncIterator, Dict, List

import pytest

from fovea import (
    AllProvidersFailedError,
    AsyncFovea,
    AuthenticationError,
    Fovea,
    Outcome,
    Stage,
    cache_prepared,
    map_concurrent,
    process_in_stages,
    process_with_fallback,
    select_provider,
)
from fovea._parse import parse
from fovea.types import ImageAnalysis, PreparedImage
from pictures import png
from wire import Exchange, Wire, pass_on, respond


@pytest.mark.parametrize(
    ("measured", "provider"),
    [
        ({"width": 2049, "transparent": True}, "gemini"),
        ({"height": 2049}, "gemini"),
        ({"width": 2048, "transparent": True, "megabytes": 6.0}, "openai"),
        ({"megabytes": 5.1, "complexity": 9.0}, "claude"),
        ({"megabytes": 5.0, "complexity": 7.1}, "gemini"),
        ({"complexity": 7.0}, "claude"),
    ],
)
def test_a_provider_is_selected_as_the_document_says(measured: Dict[str, Any], provider: str, found: Any) -> None:
    raw = {**found.raw, "analysis": {**found.raw["analysis"]}}
    width, height = measured.get("width", 100), measured.get("height", 100)
    raw["analysis"].update(
        dimensions={"width": width, "height": height, "aspect_ratio": 1.0},
        has_transparency=measured.get("transparent", False),
        size_mb=measured.get("megabytes", 0.1),
        complexity_score=measured.get("complexity", 1.0),
    )
    assert select_provider(parse(ImageAnalysis, raw)) == provider


@pytest.fixture(scope="module")
def found(other: Fovea) -> ImageAnalysis:
    analysis = other.prepare.analyze(png(3000, 10))
    # The service's advice goes by the same rules.
    assert select_provider(analysis) == analysis.recommendations.best_provider == "gemini"
    return analysis


def test_the_first_provider_that_takes_an_image_has_it(wire: Wire, service: str) -> None:
    otherwise = pass_on(service)

    def only_gemini(exchange: Exchange) -> None:
        if "provider=gemini" in exchange.seen.path:
            return otherwise(exchange)
        return respond(422, {"error": "validation_error", "message": "No.", "details": {}})(exchange)

    wire.answer(only_gemini)
    with Fovea(wire.url) as client:
        result = process_with_fallback(client, png(), ["claude", "openai", "gemini"], format="WEBP")
        assert (result.provider, result.image.format) == ("gemini", "WEBP")
        assert [(each.provider, each.error.status) for each in result.failures] == [("claude", 422), ("openai", 422)]
        with pytest.raises(AllProvidersFailedError, match="claude: No.; openai: No."):
            process_with_fallback(client, png(), ["claude", "openai"])

    async def ask() -> None:
        async with AsyncFovea(wire.url) as client:
            assert (await process_with_fallback(client, png(), ["openai", "gemini"])).provider == "gemini"

    asyncio.run(ask())


def test_what_no_other_provider_mends_is_not_tried_with_it(service: str, wire: Wire) -> None:
    wire.answer(pass_on(service))
    with Fovea(wire.url, token="wrong") as client, pytest.raises(AuthenticationError):
        process_with_fallback(client, png(), ["claude", "openai"])
    assert len(wire.seen) == 1
    with Fovea(wire.url) as client, pytest.raises(ValueError, match="one provider"):
        process_with_fallback(client, png(), [])


def test_stages_are_told_while_an_image_is_prepared(other: Fovea) -> None:
    stages: List[Stage] = []

    async def tell(stage: Stage) -> None:
        stages.append(stage)

    async def ask() -> PreparedImage:
        async with AsyncFovea() as client:
            return await process_in_stages(client, png(), tell, provider="claude", quality=50)

    def blocking() -> PreparedImage:
        return process_in_stages(other, png(), stages.append, provider="claude", quality=50)

    def awaiting() -> PreparedImage:
        return asyncio.run(ask())

    for prepare in (blocking, awaiting):
        stages.clear()
        image = prepare()
        assert [(each.stage, each.percent) for each in stages] == [("validating", 0), ("processing", 50), ("done", 100)]
        assert stages[1].validation is not None and stages[1].validation.valid
        assert stages[2].image == image and image.quality == 50


def test_what_was_prepared_is_given_again_until_it_is_old_or_there_is_too_much(
    service: str, wire: Wire, tmp_path: Path
) -> None:
    wire.answer(pass_on(service))
    now = [0.0]
    first, second, third = (png(colour=colour) for colour in (1, 2, 3))
    path = tmp_path / "first.png"
    path.write_bytes(first)
    with Fovea(wire.url) as client:
        size = client.prepare.process(first, provider="openai").size
        wire.seen.clear()
        cache = cache_prepared(client, max_bytes=2 * size + 8, max_age=60, now=lambda: now[0])

        def asked(image: Any, **options: Any) -> int:
            before = len(wire.seen)
            options.setdefault("provider", "openai")
            assert isinstance(cache.process(image, **options), PreparedImage)
            return len(wire.seen) - before

        assert [asked(first), asked(path), asked(io.BytesIO(first), timeout=9)] == [1, 0, 0]
        assert [asked(first, format="JPEG"), asked(first, format=None)] == [1, 0]
        cache.clear()
        assert cache.size == 0
        # The second was not asked for since, so it makes room for the third.
        assert [asked(each) for each in (first, second, first, third, first, second)] == [1, 1, 0, 1, 0, 1]
        assert cache.size <= 2 * size + 8
        now[0] = 60
        assert asked(first) == 1
        with pytest.raises(ValueError, match="read only once"):
            cache.process(Pipe(first), provider="openai")  # type: ignore[arg-type]


def test_the_async_client_has_such_a_cache_too(service: str, wire: Wire) -> None:
    async def ask() -> None:
        async with AsyncFovea(wire.url) as client:
            cache = cache_prepared(client)
            assert await cache.process(png(), provider="claude") is await cache.process(png(), provider="claude")

    wire.answer(pass_on(service))
    asyncio.run(ask())
    assert len(wire.seen) == 1


class Pipe:
    def __init__(self, content: bytes) -> None:
        self._file = io.BytesIO(content)

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)


class Watched:
    """Work that knows how much of it is under way."""

    def __init__(self) -> None:
        self.under_way = self.most = 0
        self.sizes: List[int] = []
        self._lock = threading.Lock()

    def begin(self, size: int) -> None:
        with self._lock:
            self.sizes.append(size)
            self.under_way += size
            self.most = max(self.most, self.under_way)

    def end(self, size: int) -> None:
        with self._lock:
            self.under_way -= size


def checked(outcomes: List[Outcome[int, int]], items: List[int]) -> None:
    assert [outcome.item for outcome in outcomes] == items
    assert [outcome.value for outcome in outcomes if outcome.ok] == [item * 2 for item in items if item != 3]
    (failed,) = (outcome for outcome in outcomes if not outcome.ok)
    assert failed.item == 3 and isinstance(failed.error, ZeroDivisionError)
    with pytest.raises(ZeroDivisionError):
        failed.value


ITEMS = [5, 1, 3, 2, 9, 1, 1, 4]


@pytest.mark.parametrize(("concurrency", "max_bytes", "most"), [(1, None, 9), (3, 6, 9), (8, None, sum(ITEMS))])
def test_items_are_worked_on_beside_each_other_within_bounds(concurrency: int, max_bytes: Any, most: int) -> None:
    watched = Watched()

    def work(item: int) -> int:
        watched.begin(item)
        try:
            return item * 2 if item != 3 else item // 0
        finally:
            watched.end(item)

    async def awaited(item: int) -> int:
        watched.begin(item)
        await asyncio.sleep(0)
        watched.end(item)
        return item * 2 if item != 3 else item // 0

    bounds: Dict[str, Any] = {"concurrency": concurrency, "max_bytes": max_bytes, "size_of": lambda item: item}

    async def all_of() -> List[Outcome[int, int]]:
        return [outcome async for outcome in map_concurrent(ITEMS, awaited, **bounds)]

    checked(list(map_concurrent(ITEMS, work, **bounds)), ITEMS)
    assert watched.most <= most
    watched.most = 0
    checked(asyncio.run(all_of()), ITEMS)
    # One that is larger than the bound is worked on alone.
    assert watched.most <= most and watched.under_way == 0
    if concurrency == 8:
        assert watched.most > 9


def test_who_leaves_begins_no_more() -> None:
    begun: List[int] = []

    def work(item: int) -> int:
        begun.append(item)
        return item

    async def awaited(item: int) -> int:
        return work(item)

    async def leave() -> None:
        outcomes: AsyncIterator[Outcome[int, int]] = map_concurrent(range(1000), awaited, concurrency=2).__aiter__()
        await outcomes.__anext__()
        await outcomes.aclose()  # type: ignore[attr-defined] # It is a generator, as every loop's is.

    for _ in map_concurrent(range(1000), work, concurrency=2):
        break
    asyncio.run(leave())
    assert len(begun) < 10
    with pytest.raises(ValueError, match="concurrency"):
        map_concurrent([], work, concurrency=0)


def test_images_are_prepared_beside_each_other(other: Fovea) -> None:
    images = [png(colour=colour) for colour in range(6)]
    outcomes = map_concurrent(images, lambda image: other.prepare.process(image, provider="claude"), concurrency=3)
    assert [outcome.value.width for outcome in outcomes] == [64] * 6
