from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Mapping, Optional, Sequence, Union

from .. import types
from .._body import json_body
from .._flow import Flow
from .._pages import Cursor, Page, Pages
from .._request import Request, segment
from .._resource import Io, Resource, method
from .._settings import Settings
from .._webhooks import verify_webhook

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .._settings import CallOptions


class Webhooks(Resource[Io]):
    """What the service tells receivers, and whether they took it."""

    def __init__(self, io: Io, settings: Settings) -> None:
        super().__init__(io, settings)
        self.deliveries: WebhookDeliveries[Io] = WebhookDeliveries(io, settings)

    def verify(
        self,
        body: Union[bytes, str],
        headers: Mapping[str, Any],
        *,
        secret: Union[str, Sequence[str], None] = None,
        tolerance: float = 300,
        now: Optional[float] = None,
    ) -> dict[str, Any]:
        """As `fovea.verify_webhook`, which needs no client. Nothing is sent, so with AsyncFovea it is not awaited."""
        return verify_webhook(body, headers, secret=secret, tolerance=tolerance, now=now)

    @method
    def test(self, url: str, **call: Unpack[CallOptions]) -> Flow[types.TestedWebhook]:
        """Sends a `webhook.test` there, once, and answers what the receiver said."""
        request = Request("POST", "/api/v1/webhooks/test", body=json_body({"url": url}))
        return self._json(types.TestedWebhook, request, call)


class WebhookDeliveries(Resource[Io]):
    """What was sent, or will be."""

    def list(
        self,
        *,
        status: Optional[Literal["pending", "delivered", "failed", "disabled"]] = None,
        event: Optional[str] = None,
        topic: Optional[str] = None,
        url: Optional[str] = None,
        since: Optional[str] = None,
        limit: Optional[int] = None,
        **call: Unpack[CallOptions],
    ) -> Pages[Io, types.WebhookDelivery]:
        """Newest first. `limit` is how many a page has: 20, at most 100."""
        query = {"status": status, "event": event, "topic": topic, "url": url, "since": since, "limit": limit}

        def read(start: Optional[Cursor]) -> Flow[Page[types.WebhookDelivery]]:
            request = Request("GET", "/api/v1/webhooks/deliveries", query={**query, "after": start})
            answer = yield from self._json(types.webhooks.DeliveryList, request, call)
            return Page(answer.deliveries, answer.next_after)

        return Pages(self._io, self._settings, read)

    @method
    def get(self, delivery_id: str, **call: Unpack[CallOptions]) -> Flow[types.WebhookDeliveryDetails]:
        """With its body and up to a hundred attempts."""
        return self._one(Request("GET", _path(delivery_id)), call)

    @method
    def redeliver(self, delivery_id: str, **call: Unpack[CallOptions]) -> Flow[types.WebhookDeliveryDetails]:
        """Sends it again, with all its attempts."""
        return self._one(Request("POST", f"{_path(delivery_id)}/redeliver"), call)

    def _one(self, request: Request, call: CallOptions) -> Flow[types.WebhookDeliveryDetails]:
        answer = yield from self._json(types.webhooks.OneDelivery, request, call)
        return answer.delivery


def _path(delivery_id: str) -> str:
    return f"/api/v1/webhooks/deliveries/{segment(delivery_id)}"
