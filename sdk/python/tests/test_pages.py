from __future__ import annotations

from typing import Any

import pytest

from fovea import Fovea
from patience import PATIENCE
from wire import Wire, pass_on, respond


@pytest.fixture(scope="module")
def batch(service: str, other: Fovea) -> str:
    """The id of a batch of five rows that have ended."""
    batch_id = other.batches.create(["nothing", "no", "none", "nil", f"{service}/samples/bakery.jpg"]).batch_id
    other.batches.wait(batch_id, timeout=PATIENCE)
    return batch_id


def test_a_loop_reads_page_after_page(client: Any, batch: str) -> None:
    assert [result.row for result in client.batches.results(batch, limit=2)] == [1, 2, 3, 4, 5]


def test_a_list_can_be_read_again_in_pages_from_a_place_and_up_to_a_limit(client: Any, batch: str) -> None:
    results = client.batches.results(batch, limit=2)
    assert [[result.row for result in page.items] for page in results.pages()] == [[1, 2], [3, 4], [5]]
    first = results.page()
    second = results.page(first.next)
    assert [result.row for result in second.items] == [3, 4] and results.page(second.next).next is None
    assert [result.row for result in results.to_list(limit=3)] == [1, 2, 3]
    assert len(results.to_list()) == 5 and results.to_list(limit=0) == []


def test_no_more_is_asked_for_than_is_read(service: str, wire: Wire, batch: str) -> None:
    wire.answer(pass_on(service))
    with Fovea(wire.url) as client:
        next(iter(client.batches.results(batch, limit=1)))
        assert len(wire.seen) == 1
        client.batches.results(batch, limit=1).to_list(limit=2)
        assert len(wire.seen) == 3


def test_batches_are_listed_newest_first_over_pages(client: Any) -> None:
    made = [client.batches.create(["http://127.0.0.1:9/a.jpg"], auto_start=False).batch_id for _ in range(3)]
    listed = client.batches.list(status="pending", per_page=1).to_list(limit=3)
    assert [each.batch_id for each in listed] == made[::-1]


def test_jobs_are_listed_newest_first_over_pages(client: Any) -> None:
    made = [client.jobs.create(prompt="A pier", parameters={"width": 128, "height": 128}).id for _ in range(3)]
    assert [each.id for each in client.jobs.list(per_page=1).to_list(limit=3)] == made[::-1]


def test_deliveries_are_listed_newest_first_over_pages(client: Any) -> None:
    made = [client.webhooks.test("http://127.0.0.1:9/hook").delivery.id for _ in range(3)]
    assert [each.id for each in client.webhooks.deliveries.list(limit=1).to_list(limit=3)] == made[::-1]


def test_products_are_listed_in_the_order_of_the_file_over_pages(client: Any) -> None:
    request_id = client.catalog.upload(b"product_name,image_url\nc,\nb,\na,\n").request_id
    assert [each.product_name for each in client.catalog.products(request_id, per_page=1)] == ["c", "b", "a"]


def test_lists_by_offset_end_with_a_page_that_is_not_full(wire: Wire) -> None:
    icon = {"filename": "a.png", "category": "a", "path": "a/a.png", "size": 1, "created": "", "url": ""}
    wire.answer(respond(200, [icon] * 100), respond(200, [icon] * 100), respond(200, [icon]))
    with Fovea(wire.url) as client:
        assert len(client.icons.cached(category="a").to_list()) == 201
    assert [seen.path.partition("?")[2] for seen in wire.seen] == [
        f"category=a&limit=100&offset={offset}" for offset in (0, 100, 200)
    ]
