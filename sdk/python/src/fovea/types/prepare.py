"""Answers of the prepare API."""

from __future__ import annotations

import base64
import builtins
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, Literal, Mapping, Optional, Union

from .._error_answer import request_id
from .._errors import FoveaError
from .._parse import Answer

Provider = Literal["claude", "openai", "gemini"]
ImageFormat = Literal["JPEG", "PNG", "WEBP"]


@dataclass(frozen=True)
class Picture:
    """A picture that came as bytes, with what its headers say of it."""

    bytes: builtins.bytes = field(repr=False)
    #: `image/jpeg`
    media_type: str
    #: Pixels.
    width: int
    height: int
    #: Names the request in the service's log.
    correlation_id: Optional[str]
    #: In the service, waiting included.
    processing_time_ms: Optional[float]

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.bytes)

    def data_url(self) -> str:
        """As pages and the APIs of models take it; a third larger than the bytes."""
        return f"data:{self.media_type};base64,{base64.b64encode(self.bytes).decode()}"

    def save(self, path: Union[str, os.PathLike[str]]) -> Path:
        """Writes it to a file, and returns the path."""
        target = Path(path)
        target.write_bytes(self.bytes)
        return target


@dataclass(frozen=True)
class Thumbnail(Picture):
    """A small copy of an image, always a JPEG."""

    @staticmethod
    def of(content: builtins.bytes, headers: Mapping[str, str]) -> Thumbnail:
        facts = _Facts(headers)
        return Thumbnail(
            bytes=content,
            media_type=facts.media_type(),
            width=facts.integer("x-image-width"),
            height=facts.integer("x-image-height"),
            correlation_id=request_id(headers),
            processing_time_ms=facts.optional("x-image-process-time"),
        )


@dataclass(frozen=True)
class PreparedImage(Picture):
    """An image that its model accepts."""

    #: `JPEG`, `PNG` or `WEBP`; `GIF` where one passed through.
    format: str
    original_format: str
    #: Pixels, upright.
    original_width: int
    original_height: int
    #: Bytes.
    original_size: int
    #: Whether the pixels are those of the original: at most metadata was cut out.
    passed_through: bool
    #: Of the encoding; None for PNG and for what passed through.
    quality: Optional[int]
    #: The model that the next members are about: the one that was named, else the provider's usual one.
    model: str
    #: The size at which the model will see it, in pixels.
    model_width: int
    model_height: int
    #: What a coordinate in what the model sees is multiplied with, to be one in the upright original.
    scale_x: float
    scale_y: float
    #: Input tokens for this model, by its vendor's published rule: an estimate. None where there is none.
    estimated_tokens: Optional[int]
    #: Sentences.
    warnings: List[str]

    @staticmethod
    def of(content: builtins.bytes, headers: Mapping[str, str]) -> PreparedImage:
        facts = _Facts(headers)
        quality, tokens = facts.optional("x-image-quality"), facts.optional("x-image-estimated-tokens")
        return PreparedImage(
            bytes=content,
            media_type=facts.media_type(),
            width=facts.integer("x-image-width"),
            height=facts.integer("x-image-height"),
            correlation_id=request_id(headers),
            processing_time_ms=facts.optional("x-image-process-time"),
            format=facts.text("x-image-format"),
            original_format=facts.text("x-image-original-format"),
            original_width=facts.integer("x-image-original-width"),
            original_height=facts.integer("x-image-original-height"),
            original_size=facts.integer("x-image-original-size"),
            passed_through=facts.text("x-image-passed-through") == "true",
            quality=None if quality is None else int(quality),
            model=facts.text("x-image-model"),
            model_width=facts.integer("x-image-model-width"),
            model_height=facts.integer("x-image-model-height"),
            scale_x=float(facts.text("x-image-scale-x")),
            scale_y=float(facts.text("x-image-scale-y")),
            estimated_tokens=None if tokens is None else int(tokens),
            warnings=[each for each in re.split(r"(?<=\.) ", headers.get("x-image-warnings", "")) if each],
        )


class _Facts:
    """Reads facts from headers. What a proxy has cut off is told by its name."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def text(self, name: str) -> str:
        value = self._headers.get(name)
        if value is None:
            raise FoveaError(f"The answer has no header {name}: is this Fovea, and does a proxy let its headers pass?")
        return value

    def integer(self, name: str) -> int:
        return int(self.text(name))

    def optional(self, name: str) -> Optional[float]:
        value = self._headers.get(name)
        return None if value is None else float(value)

    def media_type(self) -> str:
        return self.text("content-type").partition(";")[0]


@dataclass(frozen=True)
class Size(Answer):
    #: Pixels, upright.
    width: int
    height: int
    aspect_ratio: float


@dataclass(frozen=True)
class Requirements(Answer):
    size_limit: bool
    dimension_limit: bool
    format_supported: bool


@dataclass(frozen=True)
class ImageLimits(Answer):
    #: None where none is published, as the next one.
    max_size_mb: Optional[float]
    max_dimension: Optional[int]
    supported_formats: List[str]


@dataclass(frozen=True)
class ModelView(Answer):
    """The size at which the model will see the image, by its vendor's published rule."""

    model: str
    #: The request named none, so this is the provider's usual one.
    model_assumed: bool
    width: int
    height: int
    size_documented: bool
    accepted: bool
    reason: Optional[str]
    rule: str
    as_of: str


@dataclass(frozen=True)
class Scale(Answer):
    x: float
    y: float


@dataclass(frozen=True)
class ValidationMetadata(Answer):
    provider: Provider
    model: Optional[str]
    model_view: ModelView
    estimated_tokens: Optional[int]
    scale_to_original: Scale


@dataclass(frozen=True)
class ImageValidation(Answer):
    """Whether a provider or model takes an image as it is."""

    valid: bool
    provider: Provider
    #: Every problem; None where there is none.
    error_message: Optional[str]
    #: Bytes.
    file_size: int
    file_size_mb: float
    dimensions: Size
    #: `unknown` where it is no image.
    format: str
    color_mode: Optional[str]
    has_transparency: Optional[bool]
    requirements_met: Requirements
    limits: ImageLimits
    #: None for what is no image that can be prepared.
    metadata: Optional[ValidationMetadata]
    correlation_id: str


@dataclass(frozen=True)
class Color(Answer):
    hex: str
    #: From 0 to 1.
    share: float


@dataclass(frozen=True)
class Measures(Answer):
    dimensions: Size
    format: str
    mode: str
    size_bytes: int
    size_mb: float
    has_transparency: bool
    has_animation: bool
    frames: int
    #: 0 (flat) to 10 (noise).
    complexity_score: float
    #: How many distinct colours there are.
    dominant_colors: int
    palette: List[Color]
    is_grayscale: bool
    #: 0 (photo) to 1 (screenshot, document).
    text_likeness: float
    has_exif: bool
    exif_orientation: int
    image_hash: str
    perceptual_hash: str
    thumb_hash: str
    estimated_compression_ratio: float
    analysis_time_ms: float


@dataclass(frozen=True)
class Recommendations(Answer):
    best_provider: Provider
    suggested_format: str
    estimated_quality: int
    processing_notes: List[str]


@dataclass(frozen=True)
class ImageAnalysis(Answer):
    success: bool
    analysis: Measures
    recommendations: Recommendations
    correlation_id: str


@dataclass(frozen=True)
class ProviderLimits(Answer):
    #: Bytes.
    max_size: int
    max_size_mb: float
    #: Pixels of a side.
    max_dimension: int
    supported_formats: List[str]
    preferred_format: str
    default_model: str
    notes: str


@dataclass(frozen=True)
class Providers(Answer):
    supported_providers: List[Provider]
    provider_requirements: Dict[str, ProviderLimits]
