from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fovea import BadRequestError, NotFoundError, UnprocessableEntityError
from patience import PATIENCE

SMALL = {"width": 128, "height": 128, "seed": 7}


def test_a_prompt_becomes_a_picture_on_the_disk(client: Any, tmp_path: Path) -> None:
    created = client.jobs.create(prompt="A serene lake", parameters=SMALL, metadata={"order": 17})
    job = client.jobs.wait(created.id, timeout=PATIENCE)
    assert (job.status, job.prompt, job.provider) == ("completed", "A serene lake", "local")
    assert job.metadata == {"order": 17}
    (picture,) = job.media
    assert (picture.width, picture.height, picture.seed) == (128, 128, 7)
    download = client.media.download(picture.id)
    assert (download.media_type, download.size) == ("image/png", picture.file_size_bytes)
    path = download.save(tmp_path)
    assert path == tmp_path / f"{picture.id}.png" and path.stat().st_size == picture.file_size_bytes
    # The address that the job tells opens as well.
    assert client.download(picture.url).bytes() == path.read_bytes()

    smaller = client.media.download(picture.id, width=64, format="webp").bytes()
    assert smaller[:4] == b"RIFF" and smaller[8:12] == b"WEBP"
    assert client.media.info(picture.id).aspect_ratio == "1:1"
    assert client.media.delete(picture.id) is None
    with pytest.raises(NotFoundError) as caught:
        client.media.info(picture.id)
    assert caught.value.code == "media_not_found"


def test_what_a_model_does_not_follow_is_a_warning_or_an_error(client: Any) -> None:
    parameters = {**SMALL, "num_inference_steps": 30}
    job = client.jobs.wait(client.jobs.create(prompt="A gate", parameters=parameters).id, timeout=PATIENCE)
    assert [(each.code, each.parameter) for each in job.warnings] == [("ignored", "num_inference_steps")]
    with pytest.raises(UnprocessableEntityError):
        client.jobs.create(prompt="A gate", parameters=parameters, strict=True)


def test_a_job_is_cancelled_unless_it_has_ended(client: Any) -> None:
    job_id = client.jobs.create(prompt="A harbour", parameters={"width": 2048, "height": 2048}).id
    assert client.jobs.cancel(job_id) is None
    assert client.jobs.wait(job_id, timeout=PATIENCE).status == "cancelled"
    with pytest.raises(BadRequestError) as caught:
        client.jobs.cancel(job_id)
    assert caught.value.code == "job_not_cancellable"
