"""Answers of the catalog API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Literal, Optional

from .._parse import Answer

CatalogState = Literal["received", "processing", "completed", "failed"]


@dataclass(frozen=True)
class UploadedCatalog(Answer):
    request_id: str
    status: CatalogState
    message: str


@dataclass(frozen=True)
class CatalogProgress(Answer):
    """Products."""

    total: int
    completed: int
    failed: int
    #: All that have not ended.
    remaining: int


@dataclass(frozen=True)
class CatalogSummary(Answer):
    """An upload without its products."""

    request_id: str
    status: CatalogState
    progress: CatalogProgress
    #: Bytes.
    saved_bytes: int


@dataclass(frozen=True)
class CatalogImage(Answer):
    input_url: str
    #: None where none was made; then `error` says why.
    output_url: Optional[str]
    error: Optional[str]
    error_code: Optional[str]
    #: Bytes, as the next two.
    saved_bytes: int
    input_bytes: Optional[int] = None
    output_bytes: Optional[int] = None
    format: Optional[str] = None
    #: Pixels.
    width: Optional[int] = None
    height: Optional[int] = None
    quality: Optional[int] = None
    #: Why it is not what was asked for.
    why: Optional[str] = None
    #: To the source: 1 where nothing differs.
    similarity: Optional[float] = None


@dataclass(frozen=True)
class CatalogFault(Answer):
    input_url: str
    error: str
    error_code: str


@dataclass(frozen=True)
class CatalogProduct(Answer):
    serial_number: int
    product_name: str
    input_urls: List[str]
    #: Of the images that were made, in the order of the input.
    output_urls: List[str]
    processing_status: CatalogState
    outputs: List[CatalogImage]
    errors: List[CatalogFault]
    saved_bytes: int


@dataclass(frozen=True)
class CatalogStatus(Answer):
    request_id: str
    status: CatalogState
    products: List[CatalogProduct]
    progress: CatalogProgress
    saved_bytes: int
    page: Optional[int] = None
    per_page: Optional[int] = None
    total_pages: Optional[int] = None


@dataclass(frozen=True)
class ConfiguredWebhook(Answer):
    message: str
