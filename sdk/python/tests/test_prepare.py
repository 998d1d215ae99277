from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest

from fovea import Fovea, UnprocessableEntityError
from patience import PATIENCE
from pictures import png

STREET = Path(__file__).parents[3] / "docs/images/street.jpg"
MODEL = {"model": "claude-sonnet-5-5"}


def test_an_image_comes_back_as_the_model_takes_it_with_the_facts_about_it(client: Any, tmp_path: Path) -> None:
    image = client.prepare.process(STREET, **MODEL, max_dimension=400)
    assert (image.format, image.media_type, image.width, image.height) == ("JPEG", "image/jpeg", 300, 400)
    assert (image.original_format, image.original_width, image.original_height) == ("JPEG", 3024, 4032)
    assert image.original_size == STREET.stat().st_size
    assert image.bytes.startswith(b"\xff\xd8\xff") and image.size == len(image.bytes)
    assert (image.model, image.model_width, image.model_height) == ("claude-sonnet-5-5", 300, 400)
    assert image.scale_x == pytest.approx(10.08) and image.estimated_tokens > 0
    assert image.quality > 0 and not image.passed_through and image.warnings == []
    assert image.correlation_id.startswith("req-") and image.processing_time_ms > 0
    assert image.save(tmp_path / "small.jpg").read_bytes() == image.bytes
    assert base64.b64decode(image.data_url().partition("base64,")[2]) == image.bytes


def test_what_fits_already_is_left_as_it_is(client: Any) -> None:
    image = client.prepare.process(png(), **MODEL)
    assert image.passed_through and image.quality is None and image.format == "PNG"


def test_options_are_followed_and_warnings_are_sentences(client: Any) -> None:
    options = {"format": "JPEG", "quality": 40, "preserve_transparency": True, "background_color": "#000000"}
    image = client.prepare.process(png(transparent=True), provider="openai", **options)
    assert (image.format, image.quality) == ("JPEG", 40)
    assert len(image.warnings) == 1 and image.warnings[0].startswith("JPEG has no transparency")
    # An animation of two frames; each warning is a sentence of its own.
    frame = b"\x21\xf9\x04\x01\x0a\x00\x00\x00\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00"
    head = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff"
    animation = head + frame * 2 + b"\x3b"
    moving = client.prepare.process(animation, provider="claude", format="JPEG", preserve_transparency=True)
    assert [each.split()[0] for each in moving.warnings] == ["The", "JPEG"]


@pytest.mark.parametrize("kind", ["bytes", "bytearray", "memoryview", "path", "text path", "file", "pipe", "data URL"])
def test_an_image_may_be_given_as(kind: str, client: Any, tmp_path: Path) -> None:
    content = png(40, 20)
    path = tmp_path / "image.png"
    path.write_bytes(content)
    images = {
        "bytes": content,
        "bytearray": bytearray(content),
        "memoryview": memoryview(content),
        "path": path,
        "text path": str(path),
        "file": io.BytesIO(content),
        "pipe": Pipe(content),
        "data URL": f"data:image/png;base64,{base64.b64encode(content).decode()}",
    }
    analysis = client.prepare.analyze(images[kind]).analysis
    assert (analysis.dimensions.width, analysis.dimensions.height, analysis.size_bytes) == (40, 20, len(content))


def test_a_stored_picture_may_be_given_by_its_address(client: Any, other: Fovea) -> None:
    job = other.jobs.create(prompt="A gate", parameters={"width": 128, "height": 128})
    media = other.jobs.wait(job.id, timeout=PATIENCE).media
    assert media is not None
    assert client.prepare.process(f"asset://{media[0].id}", **MODEL).original_width == 128


def test_validate_says_whether_it_is_taken_as_it_is(client: Any) -> None:
    fitting = client.prepare.validate(png(), **MODEL)
    assert fitting.valid and fitting.error_message is None and fitting.metadata.model == "claude-sonnet-5-5"
    too_large = client.prepare.validate(STREET, provider="openai")
    assert not too_large.valid and "exceed" in too_large.error_message
    assert client.prepare.validate(b"no image", provider="openai").metadata is None


def test_a_thumbnail_fits_into_its_box_or_is_as_large_as_it(client: Any) -> None:
    image = png(200, 100)
    inside = client.prepare.thumbnail(image, width=50, height=50)
    assert (inside.width, inside.height, inside.media_type) == (50, 25, "image/jpeg")
    stretched = client.prepare.thumbnail(image, width=50, height=50, maintain_aspect_ratio=False, quality=10)
    assert (stretched.width, stretched.height) == (50, 50)


def test_providers_and_models_are_told_with_what_this_version_does_not_know(client: Any) -> None:
    assert client.prepare.providers().provider_requirements["claude"].max_size == 5 * 1024 * 1024
    model = next(each for each in client.models.list().models if each.id == "claude-sonnet-5-5")
    assert model.provider == "claude" and "limits" in model.extra and "id" not in model.extra


def test_what_is_no_image_is_refused_by_the_service(client: Any) -> None:
    with pytest.raises(UnprocessableEntityError) as caught:
        client.prepare.process(b"no image", **MODEL)
    assert caught.value.code == "validation_error" and caught.value.body["details"]["reason"] == "not_an_image"


def test_what_cannot_be_sent_is_refused_before_it_is(client: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="fetch the address first"):
        client.prepare.analyze("https://example.com/a.png")
    with pytest.raises(TypeError, match="mode 'rb'"):
        client.prepare.analyze(io.StringIO("text"))
    with pytest.raises(TypeError, match="not int"):
        client.prepare.analyze(3)
    with pytest.raises(FileNotFoundError):
        client.prepare.analyze(tmp_path / "missing.png")
    with pytest.raises(TypeError, match="Name a model"):
        client.prepare.process(png())
    with pytest.raises(TypeError, match="quallity"):
        client.prepare.analyze(png(), quallity=3)


class Pipe:
    """Can be read, and not be rewound."""

    def __init__(self, content: bytes) -> None:
        self._file = io.BytesIO(content)

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)
