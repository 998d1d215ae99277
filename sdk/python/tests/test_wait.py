from __future__ import annotations

import asyncio
import json
import threading
from typing import Any, List, Tuple

import pytest

from fovea import ApiConnectionError, ApiTimeoutError, AsyncFovea, Fovea, NotFoundError, OverloadedError, _live, _wait
from fovea.types import BatchProgress, Job
from patience import PATIENCE
from wire import Answer, Exchange, Wire, drop, hang, pass_on, respond

COUNTS = '"progress":{"total":1,"completed":0,"failed":1,"remaining":0},"saved_bytes":0'

Told = List[Tuple[str, bool]]


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked now and then is asked often."""
    monkeypatch.setattr(_wait, "FIRST_INTERVAL", 0.02)


def begin(other: Fovea, service: str) -> str:
    return other.batches.create([f"{service}/samples/bakery.jpg", "none"], auto_start=False).batch_id


def no_events(service: str, events: Answer) -> Answer:
    """All that the service says, but for its live events."""
    otherwise = pass_on(service)
    return lambda exchange: (events if exchange.seen.path.startswith("/api/v1/events") else otherwise)(exchange)


def test_progress_is_told_live_to_the_end(client: Any, other: Fovea, service: str) -> None:
    batch_id, told = begin(other, service), []

    def on_progress(progress: BatchProgress, live: bool) -> None:
        told.append((progress.status, live))
        if len(told) == 1:
            # It is followed before it goes on: the events of all that follows are live.
            start = threading.Timer(0, other.batches.start, (batch_id,))
            start.start()

    final = client.batches.wait(batch_id, on_progress=on_progress, timeout=PATIENCE)
    assert final.status == "completed" and final.processed_count == 2
    assert told[0] == ("pending", False) and told[-1] == ("completed", True)
    # Nothing is told twice.
    assert len({status for status, _ in told}) >= 2


def test_what_has_ended_is_answered_at_once(client: Any, other: Fovea, service: str, wire: Wire) -> None:
    batch_id = begin(other, service)
    other.batches.cancel(batch_id)
    told: List[BatchProgress] = []
    final = client.batches.wait(batch_id, on_progress=told.append, timeout=PATIENCE)
    assert final.status == "cancelled" and told == [final]


@pytest.mark.parametrize(
    "events",
    [respond(404, {"detail": "Not Found"}), respond(200, b"<html>"), drop],
    ids=["missing", "a page", "cut off"],
)
def test_without_live_events_it_is_asked(events: Answer, other: Fovea, service: str, wire: Wire) -> None:
    wire.answer(no_events(service, events))
    created = other.jobs.create(prompt="A mill", parameters={"width": 512, "height": 512})
    told: Told = []

    def on_progress(job: Job, live: bool) -> None:
        told.append((job.status, live))

    with Fovea(wire.url) as client:
        job = client.jobs.wait(created.id, on_progress=on_progress, timeout=PATIENCE)
    assert job.status == "completed" and told[-1] == ("completed", False)


def test_events_that_something_holds_back_are_given_up(
    other: Fovea, service: str, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_live, "LONGEST_SILENCE", 0.1)

    def held_back(exchange: Exchange) -> None:
        exchange.head(200, {"Content-Type": "text/event-stream"})
        exchange.wait_for_close()

    for silent in (hang, held_back):
        wire.answer(no_events(service, silent))
        created = other.jobs.create(prompt="A mill", parameters={"width": 256, "height": 256})
        with Fovea(wire.url) as client:
            assert client.jobs.wait(created.id, timeout=PATIENCE).status == "completed"


@pytest.mark.parametrize(
    "frame",
    [
        'event: catalog_progress\ndata: {"topic":"t","at":"","data":{"request_id":"1","status":"failed",%s}}' % COUNTS,
        'event: catalog_deleted\ndata: {"topic":"t","at":"","data":{"request_id":"1"}}',
        'event: job_completed\ndata: {"topic":"t","at":"","data":{"job_id":"1","summary":{}}}',
        "event: behind\ndata: {}",
    ],
    ids=["the status", "that it is gone", "the end", "that too much was left unread"],
)
def test_it_is_asked_as_soon_as_events_tell(frame: str, wire: Wire) -> None:
    def live(exchange: Exchange) -> None:
        exchange.head(200, {"Content-Type": "text/event-stream"})
        exchange.write(f"{frame}\n\n".encode())
        exchange.wait_for_close()

    def answer(exchange: Exchange) -> None:
        if exchange.seen.path.startswith("/api/v1/events"):
            return live(exchange)
        status = "failed" if len(wire.seen) > 1 else "processing"
        return respond(200, json.loads('{"request_id":"1","status":"%s",%s}' % (status, COUNTS)))(exchange)

    wire.answer(answer)
    with Fovea(wire.url) as client:
        # Without having understood it, it would wait for longer.
        assert client.catalog.wait("1", timeout=10).status == "failed"


def test_a_service_that_is_away_for_a_moment_is_waited_for(other: Fovea, service: str, wire: Wire) -> None:
    batch_id = begin(other, service)
    otherwise = pass_on(service)

    def away_after_the_first(exchange: Exchange) -> None:
        if len(wire.seen) in (1, 6):
            otherwise(exchange)
        else:
            respond(503, {"detail": "Restarting."}, {"Retry-After": "0"})(exchange)
        if len(wire.seen) == 5:
            other.batches.cancel(batch_id)

    wire.answer(away_after_the_first)
    with Fovea(wire.url, max_retries=0) as client:
        assert client.batches.wait(batch_id, timeout=PATIENCE).status == "cancelled"
    wire.seen.clear()
    wire.answer(respond(503, {"detail": "Away."}))
    # One that was never there is no outage to be patient about.
    with Fovea(wire.url, max_retries=0) as client, pytest.raises(OverloadedError):
        client.batches.wait(batch_id, timeout=PATIENCE)
    assert len(wire.seen) == 1


def test_when_the_time_is_over_it_says_how_to_come_back(client: Any, other: Fovea, service: str) -> None:
    batch_id = begin(other, service)
    with pytest.raises(ApiTimeoutError, match=f"client.batches.wait\\('{batch_id}'\\)"):
        client.batches.wait(batch_id, timeout=0.3)
    assert other.batches.progress(batch_id).status == "pending"


def test_a_connection_that_is_quiet_does_not_make_it_late(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """It might be silent for longer than there is time, so the next one is made that may not."""
    monkeypatch.setattr(_wait, "SLACK", 0.01)
    over = threading.Event()

    def answer(exchange: Exchange) -> None:
        if not exchange.seen.path.startswith("/api/v1/events"):
            return respond(200, json.loads('{"request_id":"1","status":"processing",%s}' % COUNTS))(exchange)
        exchange.head(200, {"Content-Type": "text/event-stream"})
        over.wait(0.1)
        exchange.write(b": still here\n\n")
        return exchange.wait_for_close()

    wire.answer(answer)
    with Fovea(wire.url) as client, pytest.raises(ApiTimeoutError):
        client.catalog.wait("1", timeout=0.4)
    assert len([seen for seen in wire.seen if seen.path.startswith("/api/v1/events")]) > 1


def test_what_is_deleted_meanwhile_or_never_was_is_not_found(client: Any, other: Fovea, service: str) -> None:
    batch_id = begin(other, service)
    with pytest.raises(NotFoundError):
        client.batches.wait(batch_id, on_progress=lambda _: other.batches.delete(batch_id, force=True),
        timeout=PATIENCE)
    with pytest.raises(NotFoundError):
        client.jobs.wait("00000000-0000-4000-8000-000000000000", timeout=PATIENCE)


def test_what_whoever_is_told_fails_with_is_not_lost(client: Any, other: Fovea, service: str) -> None:
    """Also where it is an error of this package, that live events could have failed with."""
    batch_id = begin(other, service)

    def on_progress(progress: BatchProgress, live: bool) -> None:
        if not live:
            threading.Timer(0, other.batches.start, (batch_id,)).start()
        else:
            raise ApiConnectionError("mine")

    with pytest.raises(ApiConnectionError, match="mine"):
        client.batches.wait(batch_id, on_progress=on_progress, timeout=PATIENCE)


def test_the_async_client_awaits_whoever_is_told(other: Fovea, service: str) -> None:
    told: Told = []

    async def on_progress(progress: BatchProgress, live: bool) -> None:
        await asyncio.sleep(0)
        told.append((progress.status, live))

    async def wait() -> None:
        async with AsyncFovea() as client:
            await client.batches.wait(batch_id, on_progress=on_progress, timeout=PATIENCE)

    batch_id = begin(other, service)
    other.batches.start(batch_id)
    asyncio.run(wait())
    assert told[-1][0] == "completed"


def test_a_task_that_is_cancelled_gives_its_connection_back(wire: Wire) -> None:
    following, closed = threading.Event(), threading.Semaphore(0)
    progress = json.loads('{"request_id":"1","status":"processing",%s}' % COUNTS)

    def answer(exchange: Exchange) -> None:
        if not exchange.seen.path.startswith("/api/v1/events"):
            return respond(200, progress)(exchange)
        exchange.head(200, {"Content-Type": "text/event-stream"})
        exchange.write(b": begun\n\n")
        following.set()
        exchange.wait_for_close()
        closed.release()
        return None

    async def cancel() -> None:
        async with AsyncFovea(wire.url) as client:
            waiting = asyncio.create_task(client.catalog.wait("1"))
            await asyncio.to_thread(following.wait, PATIENCE)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            assert await asyncio.to_thread(closed.acquire, timeout=PATIENCE)
            # The client works on.
            assert (await client.catalog.cancel("1")).status == "processing"

    wire.answer(answer)
    asyncio.run(cancel())
