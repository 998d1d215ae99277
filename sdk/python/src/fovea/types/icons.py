"""Answers of the icon API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Literal, Optional

from .._parse import Answer

IconStyle = Literal["minimal", "detailed", "flat", "modern", "vintage", "abstract", "realistic"]
ColorScheme = Literal["monochrome", "colorful", "blue_tones", "warm_tones", "cool_tones", "brand_colors"]
IconFormat = Literal["png", "svg", "webp", "ico"]
IconBatchState = Literal["pending", "running", "completed", "failed", "cancelled"]


@dataclass(frozen=True)
class IconFile(Answer):
    url: str
    format: str
    #: Pixels of a side.
    size: Optional[int]


@dataclass(frozen=True)
class IconMetadata(Answer):
    """What is told of an icon. `extra` has more of those of the open set: `icons`, `source`, `license`, `matched`."""

    style: IconStyle
    color_scheme: ColorScheme
    category: str
    custom_elements: Optional[List[str]] = None
    provider: Optional[str] = None
    model: Optional[str] = None
    #: Whether it was there already.
    cached: Optional[bool] = None
    attempts: Optional[int] = None
    #: `asset://<asset_id>` stands for it in other APIs.
    asset_id: Optional[str] = None
    prompt: Optional[str] = None
    sizes_not_made: Optional[List[int]] = None
    files: Optional[List[IconFile]] = None


@dataclass(frozen=True)
class Icon(Answer):
    success: bool
    #: Opens as it is, without a credential.
    image_url: str
    #: Its name in the storage.
    local_path: str
    #: Seconds.
    generation_time: float
    metadata: IconMetadata


@dataclass(frozen=True)
class IconResult(Answer):
    """What came of an icon of a batch."""

    success: bool
    image_url: Optional[str]
    local_path: Optional[str]
    error: Optional[str]
    metadata: IconMetadata
    generation_time: float


@dataclass(frozen=True)
class CreatedIconBatch(Answer):
    message: str
    batch_id: str
    status: IconBatchState
    total_categories: int
    total_icons: int


@dataclass(frozen=True)
class IconBatchStatus(Answer):
    batch_id: str
    status: IconBatchState
    #: Per cent.
    progress: int
    current_category: Optional[str]
    total_categories: int
    completed_categories: int
    estimated_completion: Optional[str]
    created_at: str
    started_at: Optional[str]
    completed_at: Optional[str]
    total_icons: int
    successful: int
    failed: int
    reason: Optional[str] = None


@dataclass(frozen=True)
class IconProgress(Answer):
    """What is told while a batch of icons is at work: live events tell less of it than its status does."""

    batch_id: str
    #: Per cent.
    progress: int
    current_category: Optional[str]
    #: Icons that have ended, of `total`.
    completed: int
    total: int


@dataclass(frozen=True)
class IconBatchResult(Answer):
    batch_id: str
    total_requested: int
    successful: int
    failed: int
    start_time: Optional[str]
    end_time: Optional[str]
    duration: Optional[float]
    results: List[IconResult]
    metadata: Dict[str, Any]


@dataclass(frozen=True)
class IconBatchSummary(Answer):
    batch_id: str
    status: IconBatchState
    progress: int
    total_categories: int
    completed_categories: int
    created_at: str
    completed_at: Optional[str]


@dataclass(frozen=True)
class CancelledIconBatch(Answer):
    message: str


@dataclass(frozen=True)
class CachedIcon(Answer):
    """A file of an icon that is kept."""

    filename: str
    category: str
    path: str
    #: Bytes.
    size: int
    created: str
    url: str


@dataclass(frozen=True)
class IconCache(Answer):
    items: int
    size_bytes: int
    hits: int
    misses: int
    hit_rate: float


@dataclass(frozen=True)
class IconStatistics(Answer):
    total_generated: int
    total_failed: int
    total_batches: int
    average_generation_time: float
    last_generation: Optional[str]
    active_batches: int
    total_active_jobs: int
    cached_icons: int
    success_rate: float
    cache: IconCache
