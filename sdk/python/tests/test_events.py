from __future__ import annotations

import asyncio
import json
import threading
from typing import Any, Callable, List

import pytest

from fovea import ApiConnectionError, AsyncFovea, Event, Fovea, NotFoundError
from fovea._sse import FrameReader
from fovea.resources import events as events_module
from patience import PATIENCE
from wire import Answer, Exchange, Wire, drop, respond

SAMPLE = (
    "retry: 3817\n\n: still here\n\nid: a-1\nevent: batch_progress\ndata: {\"n\":\ndata: 1}\n\n"
    "data: naïve\r\ndata: twice\r\n\r\nevent: empty\n\nunknown: x\nid\ndata:  two spaces\r\rdata: cut"
).encode()
FRAMES = [("batch_progress", '{"n":\n1}', "a-1"), ("message", "naïve\ntwice", "a-1"), ("message", " two spaces", "")]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, len(SAMPLE)])
def test_frames_are_read_wherever_their_pieces_are_cut(size: int) -> None:
    reader = FrameReader()
    pieces = [SAMPLE[start : start + size] for start in range(0, len(SAMPLE), size)]
    frames = [frame for piece in pieces for frame in reader.read(piece)]
    assert [(frame.event, frame.data, frame.id) for frame in frames] == FRAMES and reader.retry == 3.817


def test_a_topic_is_told_of_from_its_snapshot_on(client: Any, other: Fovea, service: str) -> None:
    batch_id = other.batches.create([service], auto_start=False).batch_id
    stream = client.events.stream(f"batch/{batch_id}")
    events = iter(stream)
    snapshot = next(events)
    assert (snapshot.event, snapshot.topic, snapshot.id) == ("snapshot", f"batch/{batch_id}", None)
    assert snapshot.data["status"] == "pending"
    other.batches.cancel(batch_id)
    cancelled = next(each for each in events if each.event == "batch_cancelled")
    assert cancelled.data["status"] == "cancelled" and cancelled.id and cancelled.at.endswith("Z")
    events.close()


def test_what_there_is_not_is_refused(client: Any) -> None:
    with pytest.raises(NotFoundError) as caught:
        next(iter(client.events.stream(["mine", "batch/nothing"])))
    assert caught.value.code == "topic_not_found"


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_module, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(events_module, "LONGEST_PAUSE", 0.01)


def saying(*frames: str, then: Callable[[Exchange], None]) -> Answer:
    def answer(exchange: Exchange) -> None:
        exchange.head(200, {"Content-Type": "text/event-stream"})
        for frame in frames:
            exchange.write(f"{frame}\n\n".encode())
        then(exchange)

    return answer


def told(number: int) -> str:
    data = json.dumps({"topic": "mine", "at": "", "data": {"number": number}})
    return f"retry: 10\nevent: snapshot\ndata: {data}"


def test_a_connection_that_ends_is_made_again(hurried: None, wire: Wire) -> None:
    stay = saying(told(3), then=lambda exchange: exchange.wait_for_close())
    wire.answer(saying(told(1), then=Exchange.end), drop, respond(503, {}), saying(told(2), then=Exchange.end), stay)
    with Fovea(wire.url) as client:
        events = client.events.stream("mine")
        assert [next(events).data["number"] for _ in range(3)] == [1, 2, 3]
        events.close()
    assert len(wire.seen) == 5


def test_a_connection_whose_credential_is_over_is_made_again_with_a_fresh_one(hurried: None, wire: Wire) -> None:
    asked: List[bool] = []

    def token(refresh: bool) -> str:
        asked.append(refresh)
        return "t"

    over = "event: expired\ndata: {}"
    wire.answer(saying(told(1), over, then=Exchange.end), saying(told(2), then=lambda each: each.wait_for_close()))
    with Fovea(wire.url, token=token) as client:
        events = client.events.stream("mine")
        assert [next(events).data["number"] for _ in range(2)] == [1, 2]
        events.close()
    assert asked == [False, True]


def test_one_that_was_never_made_and_one_that_is_away_for_long_are_errors(
    hurried: None, wire: Wire
) -> None:
    wire.answer(drop)
    with Fovea(wire.url) as client, pytest.raises(ApiConnectionError):
        next(client.events.stream("mine"))
    assert len(wire.seen) == 1
    wire.seen.clear()
    wire.answer(saying(told(1), then=Exchange.end), drop)
    with Fovea(wire.url) as client:
        events = client.events.stream("mine")
        next(events)
        with pytest.raises(ApiConnectionError):
            next(events)
    assert len(wire.seen) == 1 + events_module.MOST_ATTEMPTS


def test_a_loop_that_is_left_ends_its_connection(wire: Wire) -> None:
    closed = threading.Semaphore(0)

    def stay(exchange: Exchange) -> None:
        exchange.wait_for_close()
        closed.release()

    async def leave() -> Event:
        async with AsyncFovea(wire.url) as client:
            events = client.events.stream("mine")
            async for event in events:
                break
            await events.aclose()
            assert await asyncio.to_thread(closed.acquire, timeout=PATIENCE)
            return event

    wire.answer(saying(told(1), then=stay))
    with Fovea(wire.url) as client:
        for _ in client.events.stream("mine"):
            break
        assert closed.acquire(timeout=PATIENCE)
    assert asyncio.run(leave()).data == {"number": 1}
