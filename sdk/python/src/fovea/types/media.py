"""Answers of the media API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Literal, Optional

from .._parse import Answer

JobState = Literal["pending", "processing", "retrying", "completed", "failed", "cancelled"]


@dataclass(frozen=True)
class CreatedJob(Answer):
    id: str
    status: JobState
    created_at: str
    status_url: str
    #: Seconds; the same for all.
    estimated_completion_time: int


@dataclass(frozen=True)
class JobMedia(Answer):
    """A stored picture of a job."""

    id: str
    url: str
    type: str
    mime_type: str
    file_size_bytes: int
    #: Pixels.
    width: int
    height: int
    seed: Optional[int] = None
    is_expired: Optional[bool] = None


@dataclass(frozen=True)
class JobWarning(Answer):
    """What the model did not follow."""

    code: Literal["ignored", "clamped", "adjusted", "withheld", "missing"]
    parameter: str
    message: str


@dataclass(frozen=True)
class JobErrorDetails(Answer):
    retry_count: int
    max_retries: int


@dataclass(frozen=True)
class Job(Answer):
    id: str
    status: JobState
    prompt: str
    parameters: Optional[Dict[str, Any]]
    created_at: str
    updated_at: str
    started_at: Optional[str]
    completed_at: Optional[str]
    duration_seconds: Optional[float]
    retry_count: int
    error_message: Optional[str]
    #: None before there are pictures, and when all are deleted.
    media: Optional[List[JobMedia]]
    #: Per cent.
    progress: float
    provider: str
    model: str
    warnings: Optional[List[JobWarning]] = None
    metadata: Optional[Dict[str, Any]] = None
    error_code: Optional[str] = None
    error_details: Optional[JobErrorDetails] = None
    #: None where no price is known.
    estimated_cost_usd: Optional[float] = None
    possibly_paid_twice: Optional[int] = None


@dataclass(frozen=True)
class JobList(Answer):
    jobs: List[Job]
    total: int
    page: int
    per_page: int
    has_next: bool
    has_prev: bool


@dataclass(frozen=True)
class MediaInfo(Answer):
    id: str
    type: str
    storage_path: str
    storage_url: Optional[str]
    file_size_bytes: int
    mime_type: str
    file_extension: str
    #: Pixels.
    width: int
    height: int
    created_at: str
    duration_seconds: Optional[float] = None
    aspect_ratio: Optional[str] = None
    generation_model_name: Optional[str] = None
    generation_model_version: Optional[str] = None
    storage_provider: Optional[str] = None
    bucket_name: Optional[str] = None
    expires_at: Optional[str] = None
    is_expired: Optional[bool] = None
    extra_metadata: Optional[Dict[str, Any]] = None
