"""What was told to receivers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Literal, Optional

from .._parse import Answer


@dataclass(frozen=True)
class WebhookAttempt(Answer):
    number: int
    at: str
    took_ms: int
    delivered: bool
    status_code: Optional[int]
    code: Optional[str]
    reason: Optional[str]
    #: The beginning of the receiver's answer.
    response: Optional[str]


@dataclass(frozen=True)
class WebhookDelivery(Answer):
    id: str
    event: str
    topic: str
    owner: str
    #: Without user, password and query.
    url: str
    status: Literal["pending", "delivered", "failed", "disabled"]
    attempt_count: int
    attempting: bool
    next_attempt_at: Optional[str]
    created_at: str
    ended_at: Optional[str]
    attempts: List[WebhookAttempt]


@dataclass(frozen=True)
class WebhookDeliveryDetails(WebhookDelivery):
    #: Exactly as it is sent.
    body: str


@dataclass(frozen=True)
class DeliveryList(Answer):
    success: bool
    timestamp: str
    deliveries: List[WebhookDelivery]
    next_after: Optional[str]


@dataclass(frozen=True)
class OneDelivery(Answer):
    success: bool
    timestamp: str
    delivery: WebhookDeliveryDetails


@dataclass(frozen=True)
class TestedWebhook(Answer):
    success: bool
    timestamp: str
    #: Whether the receiver took it.
    delivered: bool
    delivery: WebhookDeliveryDetails
