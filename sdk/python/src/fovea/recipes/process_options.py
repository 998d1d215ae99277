from __future__ import annotations

from typing import Optional

from .._settings import CallOptions
from ..types.prepare import ImageFormat, Provider


class FormatOptions(CallOptions, total=False):
    """How `prepare.process` makes an image, whoever it is for. The options of a call may stand beside them."""

    format: Optional[ImageFormat]
    quality: Optional[int]
    max_dimension: Optional[int]
    preserve_transparency: Optional[bool]
    background_color: Optional[str]


class ProcessOptions(FormatOptions, total=False):
    """All that `prepare.process` takes beside the image."""

    provider: Optional[Provider]
    model: Optional[str]
