"""Answers of the analysis API. Times are ISO 8601 in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Literal, Optional

from .._parse import Answer

BatchState = Literal["pending", "queued", "processing", "paused", "completed", "failed", "cancelled"]


@dataclass(frozen=True)
class CreatedBatchInfo(Answer):
    batch_id: str
    batch_name: str
    total_urls: int
    total_chunks: int
    chunks_created: int
    chunk_size: int
    #: In capitals here, and nowhere else.
    status: str
    auto_started: bool
    duplicate_urls: int
    #: Rows without an address, which fail.
    invalid_urls: int
    #: Why it was not started, where that was asked for.
    auto_start_error: Optional[str] = None


@dataclass(frozen=True)
class CreatedBatch(Answer):
    batch_id: str
    batch_info: CreatedBatchInfo


@dataclass(frozen=True)
class BatchProgress(Answer):
    batch_id: str
    status: BatchState
    progress_percentage: float
    processed_count: int
    total_urls: int
    successful_count: int
    failed_count: int
    current_chunk: int
    total_chunks: int
    estimated_completion: Optional[str]
    processing_rate_per_minute: float
    #: Pending, queued or processing.
    is_active: bool
    #: Why the service has paused it.
    error_message: Optional[str]
    #: Until when every key of its model rests.
    waiting_until: Optional[str]


@dataclass(frozen=True)
class BatchSummary(Answer):
    """A batch in a list."""

    batch_id: str
    batch_name: str
    status: BatchState
    total_urls: int
    processed_count: int
    successful_count: int
    failed_count: int
    progress_percentage: float
    success_rate: float
    processing_rate: float
    chunk_size: int
    total_chunks: int
    current_chunk: int
    is_active: bool
    original_filename: Optional[str]
    duplicate_urls: int
    error_message: Optional[str]
    created_at: str
    started_at: Optional[str]
    completed_at: Optional[str]
    estimated_completion: Optional[str]
    deleted: Optional[bool] = None
    deleted_at: Optional[str] = None
    purge_after: Optional[str] = None


@dataclass(frozen=True)
class Pagination(Answer):
    page: int
    per_page: int
    total: int
    total_pages: int
    has_next: bool
    has_prev: bool


@dataclass(frozen=True)
class BatchList(Answer):
    batches: List[BatchSummary]
    count: int
    limit: int
    status_filter: Optional[BatchState]
    pagination: Pagination


@dataclass(frozen=True)
class BatchInfo(Answer):
    batch_id: str
    batch_name: str
    status: BatchState
    total_urls: int
    chunk_size: int
    total_chunks: int
    is_active: bool
    original_filename: Optional[str]
    duplicate_urls: int
    #: Headers of the file; None where it had none.
    columns: Optional[List[str]]
    model: Optional[str]
    cache: Literal["use", "revalidate", "refresh"]
    webhook_url: Optional[str]
    max_cost_usd: Optional[float]
    lane: Literal["online", "batch"]
    instruction: Optional[str]
    schema: Optional[Dict[str, Any]]
    error_message: Optional[str]
    created_at: str
    started_at: Optional[str]
    completed_at: Optional[str]
    deleted: Optional[bool] = None
    deleted_at: Optional[str] = None
    purge_after: Optional[str] = None


@dataclass(frozen=True)
class BatchCounts(Answer):
    processed_count: int
    successful_count: int
    failed_count: int
    progress_percentage: float
    current_chunk: int
    total_chunks: int


@dataclass(frozen=True)
class BatchTiming(Answer):
    estimated_completion: Optional[str]
    elapsed_time_minutes: float


@dataclass(frozen=True)
class BatchPerformance(Answer):
    processing_rate_per_minute: float
    success_rate: float
    average_time_per_url: float


@dataclass(frozen=True)
class UncertainCall(Answer):
    """A question that may have been billed, and brought no answer."""

    row: Optional[int]
    model: str
    api_key_used: Optional[str]
    outcome: str
    asked_again: bool
    begun_at: str


@dataclass(frozen=True)
class BatchUsage(Answer):
    calls: int
    input_tokens: int
    output_tokens: int
    estimated_cost_usd: Optional[float]
    unpriced_calls: int
    possibly_paid_twice: int
    possibly_paid_twice_calls: List[UncertainCall]


@dataclass(frozen=True)
class Batch(Answer):
    batch_info: BatchInfo
    progress: BatchCounts
    timing: BatchTiming
    performance: BatchPerformance
    usage: BatchUsage


@dataclass(frozen=True)
class BatchChange(Answer):
    """What an operation has made of a batch."""

    batch_id: str
    #: Whether it was ever started.
    started: bool
    status: BatchState
    paused: Optional[bool] = None
    resumed: Optional[bool] = None
    cancelled: Optional[bool] = None
    original_status: Optional[BatchState] = None
    new_status: Optional[BatchState] = None
    chunks_reset: Optional[int] = None


@dataclass(frozen=True)
class RetriedBatch(Answer):
    batch_id: str
    #: Rows that are tried again.
    retried: int
    status: BatchState


@dataclass(frozen=True)
class ClonedBatch(Answer):
    #: Of the new batch, as `new_batch_id`.
    batch_id: str
    original_batch_id: str
    new_batch_id: str
    new_batch_name: str
    chunks_created: int
    results_copied: int
    status: BatchState


@dataclass(frozen=True)
class DeletedBatch(Answer):
    batch_id: str
    deleted: bool


@dataclass(frozen=True)
class Range(Answer):
    low: float
    expected: float
    high: float


@dataclass(frozen=True)
class BatchEstimate(Answer):
    is_estimate: bool
    total_urls: int
    invalid_urls: int
    #: Distinct addresses: a model is asked so often at most.
    questions: int
    model: Optional[str]
    estimated_tokens_per_image: Optional[Range]
    estimated_tokens_per_instruction: Optional[int]
    estimated_tokens_per_answer: Optional[Range]
    estimated_cost_usd: Optional[Range]
    estimated_seconds: Optional[float]
    limited_by: Optional[Literal["requests_per_minute", "tokens_per_minute", "requests_per_day"]]
