"""What the service answers, as dataclasses with the names of the wire."""

from __future__ import annotations

from .batches import (
    Batch,
    BatchChange,
    BatchEstimate,
    BatchInfo,
    BatchProgress,
    BatchSummary,
    ClonedBatch,
    CreatedBatch,
    DeletedBatch,
    RetriedBatch,
)
from .catalog import CatalogImage, CatalogProduct, CatalogProgress, CatalogStatus, CatalogSummary, UploadedCatalog
from .icons import (
    CachedIcon,
    CreatedIconBatch,
    Icon,
    IconBatchResult,
    IconBatchStatus,
    IconBatchSummary,
    IconMetadata,
    IconProgress,
    IconResult,
    IconStatistics,
)
from .media import CreatedJob, Job, JobMedia, JobWarning, MediaInfo
from .models import Model, Models
from .prepare import ImageAnalysis, ImageValidation, PreparedImage, Providers, Thumbnail
from .results import BatchErrors, BatchResult, BatchResultDetails, ExportPreview, Review
from .webhooks import TestedWebhook, WebhookAttempt, WebhookDelivery, WebhookDeliveryDetails

__all__ = [
    "Batch",
    "BatchChange",
    "BatchErrors",
    "BatchEstimate",
    "BatchInfo",
    "BatchProgress",
    "BatchResult",
    "BatchResultDetails",
    "BatchSummary",
    "CachedIcon",
    "CatalogImage",
    "CatalogProduct",
    "CatalogProgress",
    "CatalogStatus",
    "CatalogSummary",
    "ClonedBatch",
    "CreatedBatch",
    "CreatedIconBatch",
    "CreatedJob",
    "DeletedBatch",
    "ExportPreview",
    "Icon",
    "IconBatchResult",
    "IconBatchStatus",
    "IconBatchSummary",
    "IconMetadata",
    "IconProgress",
    "IconResult",
    "IconStatistics",
    "ImageAnalysis",
    "ImageValidation",
    "Job",
    "JobMedia",
    "JobWarning",
    "MediaInfo",
    "Model",
    "Models",
    "PreparedImage",
    "Providers",
    "RetriedBatch",
    "Review",
    "TestedWebhook",
    "Thumbnail",
    "UploadedCatalog",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookDeliveryDetails",
]
