from __future__ import annotations

import datetime
import email.utils
from typing import Any, Dict, List, Optional

import pytest

from fovea import (
    ApiConnectionError,
    ApiError,
    ApiTimeoutError,
    AsyncFovea,
    BadRequestError,
    Fovea,
    FoveaError,
    OverloadedError,
    RateLimitError,
    ServerError,
)
from fovea._error_answer import retry_after
from fovea._retry import pause_before_retry
from pictures import png
from wire import Answer, Exchange, Wire, cut, drop, hang, respond

AT_ONCE = {"Retry-After": "0"}
JOB = {"id": "1", "status": "pending", "created_at": "", "status_url": "", "estimated_completion_time": 1}
ANALYSIS = {"success": True, "data": {"batch_id": "1", "started": True, "status": "queued"}}


def busy(status: int, headers: Optional[Dict[str, str]] = None) -> Answer:
    return respond(status, {"detail": "Later."}, AT_ONCE if headers is None else headers)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_again_where_asking_twice_does_no_harm(status: int, wire: Wire) -> None:
    wire.answer(busy(status), busy(status), respond(200, {"fine": True}))
    with Fovea(wire.url) as client:
        assert client.get("/") == {"fine": True}
    assert len(wire.seen) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 501, 507])
def test_what_will_not_pass_is_not_asked_again(status: int, wire: Wire) -> None:
    wire.answer(busy(status))
    with Fovea(wire.url) as client, pytest.raises(ApiError):
        client.get("/")
    assert len(wire.seen) == 1


@pytest.mark.parametrize(("status", "tries"), [(408, 2), (429, 2), (503, 2), (500, 1), (502, 1), (504, 1)])
def test_what_changes_something_is_sent_again_only_where_it_was_refused(status: int, tries: int, wire: Wire) -> None:
    wire.answer(busy(status), respond(200, ANALYSIS))
    with Fovea(wire.url) as client:
        if tries == 2:
            assert client.batches.start("1").started
        else:
            with pytest.raises(ServerError):
                client.batches.start("1")
    assert len(wire.seen) == tries


def test_what_may_have_arrived_is_not_sent_again_unless_that_does_no_harm(wire: Wire) -> None:
    wire.answer(drop, respond(200, ANALYSIS))
    with Fovea(wire.url) as client:
        with pytest.raises(ApiConnectionError) as caught:
            client.batches.start("1")
        assert caught.value.may_have_arrived and len(wire.seen) == 1
        wire.answer(drop, respond(200, {"as_of": "", "models": []}))
        assert client.models.list().models == []


def test_a_body_that_breaks_off_is_a_reason_to_ask_again(wire: Wire) -> None:
    wire.answer(cut(b'{"as_of', 100), respond(200, {"as_of": "", "models": []}))
    with Fovea(wire.url) as client:
        assert client.models.list().models == []


def test_what_costs_money_is_sent_again_under_one_key(wire: Wire) -> None:
    wire.answer(drop, busy(500), respond(201, JOB))
    with Fovea(wire.url) as client:
        assert client.jobs.create(prompt="A pier").id == "1"
        first, second, third = (seen.headers["idempotency-key"] for seen in wire.seen)
        assert first == second == third and len(first) == 36
        client.jobs.create(prompt="A pier")
        client.jobs.create(prompt="A pier", idempotency_key="mine")
    assert wire.seen[3].headers["idempotency-key"] != first and wire.seen[4].headers["idempotency-key"] == "mine"
    assert [seen.body for seen in wire.seen] == [b'{"prompt":"A pier"}'] * 5


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.batches.create(["http://example.com/a.jpg"]),
        lambda client: client.catalog.upload(b"product_name,image_url\n"),
        lambda client: client.icons.batches.create(categories=["ship"]),
    ],
    ids=["batches", "catalog", "icons"],
)
def test_all_that_creates_has_a_key(call: Any, wire: Wire) -> None:
    wire.answer(drop, busy(404))
    with Fovea(wire.url) as client, pytest.raises(ApiError):
        call(client)
    first, second = wire.seen
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"] is not None
    assert first.body == second.body != b""


def test_an_attempt_that_is_still_at_work_is_waited_for(wire: Wire) -> None:
    under_way = respond(400, {"detail": "The first is under way."}, {**AT_ONCE, "X-Error-Code": "request_in_progress"})
    wire.answer(drop, under_way, respond(201, JOB))
    with Fovea(wire.url) as client:
        assert client.jobs.create(prompt="A pier").id == "1"
    wire.answer(respond(400, {"detail": "No."}, {**AT_ONCE, "X-Error-Code": "idempotency_key_reused"}))
    with Fovea(wire.url) as client, pytest.raises(BadRequestError):
        client.jobs.create(prompt="A pier")


def test_retries_are_counted_for_the_client_and_for_a_call(wire: Wire) -> None:
    wire.answer(busy(503))
    with Fovea(wire.url, max_retries=1) as client:
        with pytest.raises(OverloadedError):
            client.models.list()
        assert len(wire.seen) == 2
        for retries in (0, 3):
            wire.seen.clear()
            with pytest.raises(OverloadedError):
                client.models.list(max_retries=retries)
            assert len(wire.seen) == retries + 1


def test_who_asks_for_a_long_pause_is_told_about_at_once(wire: Wire) -> None:
    wire.answer(busy(429, {"Retry-After": "61"}))
    with Fovea(wire.url) as client, pytest.raises(RateLimitError) as caught:
        client.get("/")
    assert caught.value.retry_after == 61 and len(wire.seen) == 1


def test_no_answer_in_time_is_a_timeout(wire: Wire) -> None:
    wire.answer(hang)
    with Fovea(wire.url, timeout=0.1, max_retries=0) as client, pytest.raises(ApiTimeoutError, match="no answer"):
        client.get("/")
    with Fovea(wire.url, max_retries=0) as client, pytest.raises(ApiTimeoutError):
        client.get("/", timeout=0.1)


def test_a_body_that_stops_is_a_timeout(wire: Wire) -> None:
    def stop(exchange: Exchange) -> None:
        exchange.head(200, {"Content-Type": "application/json", "Content-Length": "10"})
        exchange.write(b'{"a')
        exchange.wait_for_close()

    wire.answer(stop)
    with Fovea(wire.url, timeout=0.1, max_retries=0) as client, pytest.raises(ApiTimeoutError):
        client.get("/")


def test_nobody_there_is_a_connection_error_that_says_where(closed_port: int) -> None:
    url = f"http://127.0.0.1:{closed_port}"
    with Fovea(url, max_retries=0) as client, pytest.raises(ApiConnectionError, match=url) as caught:
        client.get("/api?signature=secret")
    assert not caught.value.may_have_arrived and "secret" not in str(caught.value)


def test_what_can_be_read_only_once_is_not_sent_again(wire: Wire) -> None:
    class Pipe:
        def __init__(self) -> None:
            self.pieces: List[bytes] = [png(), b""]

        def read(self, size: int = -1) -> bytes:
            return self.pieces.pop(0)

    wire.answer(busy(503))
    with Fovea(wire.url) as client, pytest.raises(OverloadedError):
        client.prepare.analyze(Pipe())  # type: ignore[arg-type] # As much of a file as is needed of one.
    assert len(wire.seen) == 1 and wire.seen[0].body == png()


def test_a_file_is_sent_again_from_where_it_stood(wire: Wire, tmp_path: Any) -> None:
    path = tmp_path / "images.csv"
    path.write_bytes(b"not this\nurl\nhttp://example.com/a.jpg\n")
    wire.answer(busy(503), busy(404))
    with Fovea(wire.url) as client, path.open("rb") as file:
        file.seek(9)
        with pytest.raises(ApiError):
            client.batches.create(file)
    assert all(b"\r\n\r\nurl\nhttp://example.com/a.jpg\n\r\n--" in seen.body for seen in wire.seen)
    assert len(wire.seen) == 2


async def _async_retry(url: str) -> Any:
    async with AsyncFovea(url) as client:
        return await client.get("/")


def test_the_async_client_tries_again_too(wire: Wire) -> None:
    import asyncio

    wire.answer(busy(503), drop, respond(200, {"fine": True}))
    assert asyncio.run(_async_retry(wire.url)) == {"fine": True}


def test_pauses_double_up_to_a_bound_and_differ() -> None:
    error: FoveaError = ApiConnectionError("gone")
    for attempt, longest in enumerate([0.5, 1, 2, 4, 8, 8]):
        pauses = {pause_before_retry(error, attempt, repeatable=True) for _ in range(50)}
        assert len(pauses) > 1
        assert all(pause is not None and longest / 2 <= pause <= longest for pause in pauses)
    asked = OverloadedError("busy", status=503, retry_after=60)
    assert pause_before_retry(asked, 0, repeatable=False) == 60


def test_retry_after_is_seconds_or_a_date() -> None:
    now = datetime.datetime(2026, 11, 22, tzinfo=datetime.timezone.utc)
    in_a_minute = email.utils.format_datetime(now + datetime.timedelta(minutes=1), usegmt=True)
    long_ago = "Thu, 01 Jan 1970 00:00:00 GMT"
    for value, seconds in (("7", 7.0), (in_a_minute, 60.0), (long_ago, 0.0), ("soon", None), ("", None)):
        assert retry_after({"retry-after": value}, now=now.timestamp()) == seconds
    assert retry_after({}) is None
