from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any, List

import pytest

from fovea import BadRequestError, ConflictError
from fovea.types import IconProgress
from patience import PATIENCE


def test_an_icon_is_made_once_and_opens_in_every_size(client: Any, tmp_path: Path) -> None:
    icon = client.icons.generate(category="umbrella", style="flat", format="webp", sizes=[32, 64])
    assert icon.metadata.style == "flat" and icon.metadata.extra["icons"] == ["umbrella"]
    assert [file.size for file in icon.metadata.files] == [64, 32]
    path = client.icons.download(icon.metadata.files[1].url).save(tmp_path / "umbrella.webp")
    assert path.read_bytes()[8:12] == b"WEBP"
    again = client.icons.generate(category="umbrella", style="flat", format="webp", sizes=[32, 64])
    assert again.metadata.cached and again.image_url == icon.image_url
    assert any(each.category == "umbrella" for each in client.icons.cached(category="umbrella"))
    assert client.icons.stats().cache.hits >= 1
    assert client.icons.suggestions("gro") == ["Groceries", "Grocery"]


def test_a_set_of_icons_is_followed_to_its_end_and_downloaded(client: Any) -> None:
    created = client.icons.batches.create(categories=["tools", "ship"], custom_elements={"tools": ["hammer"]})
    assert created.total_icons == 2
    told: List[IconProgress] = []
    status = client.icons.batches.wait(created.batch_id, on_progress=told.append, timeout=PATIENCE)
    assert (status.status, status.successful, status.progress) == ("completed", 2, 100)
    assert told[-1].completed == told[-1].total == 2
    result = client.icons.batches.result(created.batch_id)
    assert [each.metadata.category for each in result.results] == ["tools", "ship"]
    archive = client.icons.batches.download(created.batch_id).bytes()
    assert "index.json" in zipfile.ZipFile(io.BytesIO(archive)).namelist()
    assert client.icons.batches.list().page().items[0].batch_id == created.batch_id


def test_a_set_that_is_not_ready_is_a_conflict_and_can_be_cancelled(client: Any) -> None:
    words = ["lighthouse", "harbour", "anchor", "compass", "rope"]
    batch_id = client.icons.batches.create(categories=words, style="realistic", variations_per_category=10).batch_id
    with pytest.raises(ConflictError) as caught:
        client.icons.batches.result(batch_id)
    assert caught.value.code == "batch_not_finished"
    assert client.icons.batches.cancel(batch_id).message
    assert client.icons.batches.wait(batch_id, timeout=PATIENCE).status == "cancelled"
    with pytest.raises(BadRequestError):
        client.icons.batches.cancel(batch_id)
