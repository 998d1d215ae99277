from __future__ import annotations

from pathlib import Path
from typing import Any, List, Tuple

import pytest

from fovea import BadRequestError, NotFoundError
from fovea.types import CatalogSummary
from patience import PATIENCE


def test_products_become_smaller_images_at_addresses_of_their_own(client: Any, service: str, tmp_path: Path) -> None:
    bakery, missing = f"{service}/samples/bakery.jpg", f"{service}/samples/missing.jpg"
    products = [
        {"product_name": "Bread, dark", "image_url": [bakery, missing]},
        {"product_name": "Nothing", "image_url": missing},
    ]
    told: List[Tuple[CatalogSummary, bool]] = []

    def on_progress(progress: CatalogSummary, live: bool) -> None:
        told.append((progress, live))

    uploaded = client.catalog.upload(products, quality=40, format="webp", max_dimension=300)
    summary = client.catalog.wait(uploaded.request_id, on_progress=on_progress, timeout=PATIENCE)
    assert (summary.status, summary.progress.completed, summary.progress.failed) == ("completed", 1, 1)
    assert told[-1][0] == summary and summary.saved_bytes > 0

    bread, nothing = client.catalog.products(uploaded.request_id, per_page=1)
    assert (bread.product_name, bread.input_urls) == ("Bread, dark", [bakery, missing])
    assert [each.error_code for each in bread.outputs] == [None, "http_404"]
    assert (bread.outputs[0].format, bread.outputs[0].width) == ("webp", 300)
    assert nothing.processing_status == "failed" and nothing.errors[0].error_code == "http_404"
    assert client.catalog.status(uploaded.request_id).products == [bread, nothing]

    image = client.download(bread.output_urls[0]).save(tmp_path / "bread.webp")
    assert image.stat().st_size == bread.outputs[0].output_bytes
    table = client.catalog.csv(uploaded.request_id)
    assert table.media_type == "text/csv" and bread.output_urls[0] in table.text()
    with pytest.raises(BadRequestError) as caught:
        client.catalog.cancel(uploaded.request_id)
    assert caught.value.code == "request_ended"


def test_an_upload_is_cancelled_and_what_is_not_begun_has_failed(client: Any, closed_port: int) -> None:
    # Nobody answers there, so nothing has ended by the time when it is cancelled.
    lines = "".join(f"p{number},http://127.0.0.1:{closed_port}/{number}.jpg\n" for number in range(200))
    request_id = client.catalog.upload(f"product_name,image_url\n{lines}".encode()).request_id
    client.catalog.cancel(request_id)
    assert client.catalog.wait(request_id, timeout=PATIENCE).status == "failed"


def test_a_file_of_the_disk_is_uploaded_under_its_name(client: Any, service: str, tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text(f"product_name,image_url\nLogo,{service}/samples/logo.png\n")
    assert client.catalog.upload(path).status == "received"
    with path.open("rb") as file:
        assert client.catalog.upload(file).status == "received"
    path.rename(tmp_path / "products.txt")
    (tmp_path / "broken.csv").write_text("product_name,image_url\nBread, dark,http://127.0.0.1:9/a.jpg\n")
    with pytest.raises(BadRequestError, match="line 2") as caught:
        client.catalog.upload(tmp_path / "broken.csv")
    assert caught.value.code == "malformed_row"


def test_a_receiver_is_configured_for_all_uploads(client: Any) -> None:
    answer = client.catalog.configure_webhook(webhook_url="http://127.0.0.1:9/hook", events=["processing.failed"])
    assert answer.message == "Webhook configured successfully"
    with pytest.raises(NotFoundError):
        client.catalog.status("nothing")
