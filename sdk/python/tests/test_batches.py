from __future__ import annotations

import csv
import io
import json
import uuid
import zipfile
from pathlib import Path
from typing import Any, Dict, List

import pytest

from fovea import BadRequestError, Fovea, NotFoundError
from patience import PATIENCE


def rows(service: str) -> List[Dict[str, Any]]:
    """Two that succeed, and one without an address."""
    return [
        {"url": f"{service}/samples/bakery.jpg", "shop": 'The "Bakery", Ltd.', "note": "two\nlines"},
        {"url": f"{service}/samples/hills.jpg", "shop": None, "opened": True},
        {"url": "no picture yet", "shop": 20},
    ]


@pytest.fixture(scope="module")
def ended(service: str, other: Fovea) -> str:
    """The id of a batch that has ended, for what only reads."""
    batch_id = other.batches.create(rows(service), batch_name="Shops").batch_id
    assert other.batches.wait(batch_id, timeout=PATIENCE).status == "completed"
    return batch_id


def test_records_become_a_batch_whose_results_are_read_and_exported(client: Any, service: str, tmp_path: Path) -> None:
    created = client.batches.create(rows(service), batch_name="Shops", cache="use")
    assert created.batch_info.batch_name == "Shops" and created.batch_info.invalid_urls == 1
    progress = client.batches.wait(created.batch_id, timeout=PATIENCE)
    assert (progress.status, progress.successful_count, progress.failed_count) == ("completed", 2, 1)

    results = client.batches.results(created.batch_id).to_list()
    assert [result.cells for result in results] == [
        [f"{service}/samples/bakery.jpg", 'The "Bakery", Ltd.', "two\nlines", ""],
        [f"{service}/samples/hills.jpg", "", "", "true"],
        ["no picture yet", "20", "", ""],
    ]
    assert [result.store_name for result in results] == ["PELLOWICK", "PELLOWICK", None]
    details = client.batches.get(created.batch_id)
    assert details.batch_info.columns == ["url", "shop", "note", "opened"]

    path = client.batches.export(created.batch_id, format="csv", raw=True).save(tmp_path / "shops.csv")
    with path.open(newline="") as file:
        assert [row["shop"] for row in csv.DictReader(file)] == ['The "Bakery", Ltd.', "", "20"]


def test_a_question_of_ones_own_is_answered_in_its_own_shape(client: Any, service: str) -> None:
    schema = {
        "type": "object",
        "properties": {"sign": {"type": ["string", "null"]}, "open": {"type": "boolean"}},
        "required": ["sign", "open"],
        "additionalProperties": False,
    }
    addresses = [f"{service}/samples/bakery.jpg"]
    created = client.batches.create(addresses, instruction="What does the sign say?", schema=schema)
    client.batches.wait(created.batch_id, timeout=PATIENCE)
    (result,) = client.batches.results(created.batch_id)
    assert result.analysis_result == {"sign": "PELLOWICK", "open": True}
    info = client.batches.get(created.batch_id).batch_info
    assert (info.instruction, info.schema) == ("What does the sign say?", schema)


def test_a_batch_is_made_once_for_an_idempotency_key(client: Any, service: str) -> None:
    key, addresses = str(uuid.uuid4()), [f"{service}/samples/hills.jpg"]
    first = client.batches.create(addresses, auto_start=False, idempotency_key=key)
    assert client.batches.create(addresses, auto_start=False, idempotency_key=key) == first
    assert client.batches.create(addresses, auto_start=False) != first


def test_an_estimate_is_made_of_a_table_or_of_a_number_of_rows(client: Any, service: str) -> None:
    of_table = client.batches.estimate(rows(service))
    assert (of_table.total_urls, of_table.invalid_urls, of_table.questions) == (3, 1, 2)
    of_rows = client.batches.estimate(rows=1000, width=800, height=600)
    assert of_rows.questions == 1000 and of_rows.estimated_tokens_per_image.expected > 0


def test_a_batch_is_started_paused_resumed_cancelled_cloned_and_deleted(client: Any, service: str) -> None:
    batches = client.batches
    batch_id = batches.create(rows(service), auto_start=False, webhook_url="http://127.0.0.1:9/hook").batch_id
    with pytest.raises(BadRequestError) as caught:
        batches.pause(batch_id)
    assert caught.value.code == "batch_state"
    assert batches.cancel(batch_id).cancelled is True
    told = batches.clone(batch_id, new_name="Told").batch_id
    clone = batches.clone(batch_id, new_name="Again", webhook_url=None)
    assert clone.new_batch_name == "Again" and clone.status == "pending"
    receivers = [batches.get(each).batch_info.webhook_url for each in (batch_id, told, clone.batch_id)]
    assert receivers == ["http://127.0.0.1:9/hook", "http://127.0.0.1:9/hook", None]
    assert batches.start(clone.batch_id).started is True
    assert batches.wait(clone.batch_id, timeout=PATIENCE).status == "completed"
    assert batches.delete(batch_id, force=True).deleted is True
    with pytest.raises(NotFoundError):
        batches.get(batch_id)


def test_a_batch_that_the_service_pauses_is_idle_and_goes_on_with_another_budget(client: Any, service: str) -> None:
    # What this model costs is not known, so that no budget can be kept.
    batch_id = client.batches.create([f"{service}/samples/bakery.jpg"], max_cost_usd=1.5).batch_id
    paused = client.batches.wait(batch_id, until="idle", timeout=PATIENCE)
    assert paused.status == "paused" and "max_cost_usd" in paused.error_message
    assert client.batches.resume(batch_id, max_cost_usd="2.25").resumed is True
    assert client.batches.wait(batch_id, until="idle", timeout=PATIENCE).status == "paused"
    assert client.batches.get(batch_id).batch_info.max_cost_usd == 2.25
    client.batches.resume(batch_id, max_cost_usd=None)
    assert client.batches.wait(batch_id, timeout=PATIENCE).status == "completed"
    assert client.batches.get(batch_id).batch_info.max_cost_usd is None


def test_failed_rows_are_told_by_cause_and_tried_again(client: Any, service: str) -> None:
    batch_id = client.batches.create(rows(service)).batch_id
    client.batches.wait(batch_id, timeout=PATIENCE)
    errors = client.batches.errors(batch_id)
    assert errors.error_categories.invalid_urls == 1 and errors.top_errors[0].error_type == "invalid_url"
    with pytest.raises(BadRequestError) as caught:
        client.batches.retry(batch_id, codes=["http_404"])
    assert caught.value.code == "nothing_to_retry"
    assert client.batches.retry(batch_id, codes=["invalid_url"]).retried == 1
    client.batches.wait(batch_id, timeout=PATIENCE)
    result = client.batches.result(batch_id, 3)
    assert [(each.error_type, each.final) for each in result.attempts] == [("invalid_url", True)]


def test_results_are_filtered(client: Any, ended: str) -> None:
    def of(**filters: Any) -> List[int]:
        return [result.row for result in client.batches.results(ended, **filters)]

    assert of(status="failed") == [3] and of(success_only=True) == [1, 2]
    assert of(error_type=["invalid_url", "http_404"]) == [3]
    assert of(has_store_name=True, store_name_filter="pello", limit=1) == [1, 2]
    assert of(start_date="2100-01-01") == []
    with pytest.raises(TypeError, match="has_shop"):
        of(has_shop=True)


def test_an_export_has_the_rows_and_the_format_that_are_asked_for(client: Any, ended: str) -> None:
    preview = client.batches.preview_export(ended, failed_only=True, count=True)
    assert preview.total_matching == 1 and preview.preview_records[0].url == "no picture yet"
    lines = client.batches.export(ended, format="ndjson", success_only=True).text().splitlines()
    assert [json.loads(line)["row"] for line in lines] == [1, 2]
    workbook = client.batches.export(ended, format="xlsx")
    assert workbook.filename.endswith(".xlsx") and zipfile.is_zipfile(io.BytesIO(workbook.bytes()))
    archive = client.batches.export(ended, format="zip", failed_only=True)
    assert archive.media_type == "application/zip"
    with zipfile.ZipFile(io.BytesIO(archive.bytes())) as files:
        (table,) = (name for name in files.namelist() if name.endswith(".csv"))
        assert files.read(table).decode().count("no picture yet") == 1


def test_the_template_can_be_uploaded_as_it_is(client: Any) -> None:
    template = client.batches.template().bytes()
    assert client.batches.create(template, auto_start=False).batch_info.total_urls > 0
