"""Client of Fovea: images made to fit vision models, batches of analysis, generated pictures, icons and catalogs.

    from fovea import Fovea

    client = Fovea()
    image = client.prepare.process("photo.jpg", model="claude-sonnet-5-5")
"""

from __future__ import annotations

from . import types
from ._client import AsyncFovea, Fovea
from ._download import Download
from ._errors import (
    ApiConnectionError,
    ApiError,
    ApiTimeoutError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    FoveaError,
    GoneError,
    NotFoundError,
    OverloadedError,
    PayloadTooLargeError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    UnprocessableEntityError,
    WebhookVerificationError,
)
from ._filters import ResultFilters
from ._inputs import ImageInput, TableInput
from ._live import Event
from ._pages import Page, Pages
from ._settings import AsyncTokenProvider, CallOptions, TokenProvider
from ._version import __version__
from ._webhooks import verify_webhook
from .recipes.cache_prepared import PreparedCache, cache_prepared
from .recipes.map_concurrent import Outcome, map_concurrent
from .recipes.process_in_stages import Stage, process_in_stages
from .recipes.process_with_fallback import AllProvidersFailedError, Fallback, process_with_fallback
from .recipes.select_provider import select_provider
from .types.prepare import PreparedImage, Thumbnail

__all__ = [
    "AllProvidersFailedError",
    "ApiConnectionError",
    "ApiError",
    "ApiTimeoutError",
    "AsyncFovea",
    "AsyncTokenProvider",
    "AuthenticationError",
    "BadRequestError",
    "CallOptions",
    "ConflictError",
    "Download",
    "Event",
    "Fallback",
    "Fovea",
    "FoveaError",
    "GoneError",
    "ImageInput",
    "NotFoundError",
    "Outcome",
    "OverloadedError",
    "Page",
    "Pages",
    "PayloadTooLargeError",
    "PermissionDeniedError",
    "PreparedCache",
    "PreparedImage",
    "RateLimitError",
    "ResultFilters",
    "ServerError",
    "Stage",
    "TableInput",
    "Thumbnail",
    "TokenProvider",
    "UnprocessableEntityError",
    "WebhookVerificationError",
    "__version__",
    "cache_prepared",
    "map_concurrent",
    "process_in_stages",
    "process_with_fallback",
    "select_provider",
    "types",
    "verify_webhook",
]
