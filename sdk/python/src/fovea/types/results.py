"""What came of the rows of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Optional

from .._parse import Answer


@dataclass(frozen=True)
class Review(Answer):
    """What a person said of a result."""

    #: ``accepted`` or ``flagged``.
    verdict: str
    note: Optional[str]
    #: A name for people.
    by: str
    at: str


@dataclass(frozen=True)
class BatchResult(Answer):
    """What came of a row. The five facts are None where the model could not tell, and of a failed row."""

    result_id: str
    batch_id: str
    chunk_id: str
    #: Of the file, from 1; its header does not count.
    row: int
    url: str
    success: bool
    store_image: Optional[bool]
    text_content: Optional[str]
    store_name: Optional[str]
    business_contact: Optional[str]
    image_description: Optional[str]
    #: The model's answer as it came; the whole answer to a question of one's own.
    analysis_result: Optional[Dict[str, Any]]
    error_type: Optional[str]
    error_message: Optional[str]
    processing_time_seconds: float
    api_key_used: Optional[str]
    gemini_model_used: Optional[str]
    cache_hit: bool
    content_hash: Optional[str]
    input_tokens: Optional[int]
    output_tokens: Optional[int]
    estimated_cost_usd: Optional[float]
    #: The row as it was uploaded.
    cells: List[str]
    #: None where nobody said anything since it was stored.
    review: Optional[Review]
    created_at: str


@dataclass(frozen=True)
class BatchResults(Answer):
    batch_id: str
    columns: Optional[List[str]]
    results: List[BatchResult]
    count: int
    next_after: Optional[int]


@dataclass(frozen=True)
class RowAttempt(Answer):
    number: int
    error_type: str
    error_message: Optional[str]
    #: The row had failed with it, until it was retried.
    final: bool
    at: str


@dataclass(frozen=True)
class BatchResultDetails(BatchResult):
    #: The tries before this result.
    attempts: List[RowAttempt]


@dataclass(frozen=True)
class ErrorCategories(Answer):
    network_errors: int
    invalid_urls: int
    processing_errors: int


@dataclass(frozen=True)
class ErrorCount(Answer):
    error_type: str
    count: int
    #: Of the errors, not of the rows.
    percentage: float


@dataclass(frozen=True)
class CodeCount(Answer):
    error_type: str
    count: int
    #: Whether the same row may succeed when it is tried again as it is.
    retryable: bool


@dataclass(frozen=True)
class BatchErrors(Answer):
    total_errors: int
    error_categories: ErrorCategories
    #: The most frequent.
    top_errors: List[ErrorCount]
    #: Every code.
    errors: List[CodeCount]
    recommendations: List[str]


@dataclass(frozen=True)
class PreviewRecord(Answer):
    url: str
    success: bool
    store_image: Optional[bool]
    text_content: Optional[str]
    store_name: Optional[str]
    business_contact: Optional[str]
    image_description: Optional[str]
    error_message: Optional[str]
    created_at: str


@dataclass(frozen=True)
class ExportPreview(Answer):
    preview_records: List[PreviewRecord]
    total_records_shown: int
    #: None unless `count` was asked for.
    total_matching: Optional[int]
    is_preview: bool
    filters_applied: Dict[str, Any]
