from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from typing import Any, Dict

import pytest

from fovea import Fovea, WebhookVerificationError, verify_webhook
from patience import PATIENCE
from wire import Exchange, Seen, Wire, respond

RAW = "a secret, with a comma"
LISTED = ["whsec_" + base64.b64encode(text.encode()).decode() for text in ("the new one of two", "the old one of two")]


@pytest.fixture
def delivered(wire: Wire, other: Fovea) -> Seen:
    """A webhook as the service has just sent it."""
    wire.answer(respond(204))
    assert other.webhooks.test(f"{wire.url}/hook").delivered
    return wire.seen[0]


def test_what_the_service_sends_is_verified(client: Any, delivered: Seen) -> None:
    event = client.webhooks.verify(delivered.body, delivered.headers)
    assert event["type"] == "webhook.test" and event == delivered.json()
    lower = {name.lower(): value for name, value in delivered.headers.items()}
    assert verify_webhook(delivered.body.decode(), lower) == event


def test_what_was_changed_on_its_way_is_not(delivered: Seen) -> None:
    headers = dict(delivered.headers.items())
    with pytest.raises(WebhookVerificationError, match="signature"):
        verify_webhook(delivered.body.replace(b"webhook.test", b"batch.failed"), headers)
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        with pytest.raises(WebhookVerificationError, match=name):
            verify_webhook(delivered.body, {key: value for key, value in headers.items() if key.lower() != name})
    with pytest.raises(WebhookVerificationError, match="signature"):
        verify_webhook(delivered.body, {**headers, "webhook-id": "msg_another"})


def test_what_is_old_or_ahead_is_not(delivered: Seen) -> None:
    sent = int(delivered.headers["webhook-timestamp"])
    for now in (sent + 300, sent - 300):
        assert verify_webhook(delivered.body, delivered.headers, now=now)
    for now, word in ((sent + 301, "old"), (sent - 301, "ahead")):
        with pytest.raises(WebhookVerificationError, match=word):
            verify_webhook(delivered.body, delivered.headers, now=now)
    assert verify_webhook(delivered.body, delivered.headers, now=sent + 3600, tolerance=3600)


def test_a_batch_tells_its_end(other: Fovea, wire: Wire, service: str) -> None:
    told: Dict[str, Any] = {}
    received = threading.Event()

    def receive(exchange: Exchange) -> None:
        told.update(verify_webhook(exchange.seen.body, exchange.seen.headers))
        respond(204)(exchange)
        received.set()

    wire.answer(receive)
    batch_id = other.batches.create(["none", f"{service}/samples/bakery.jpg"], webhook_url=f"{wire.url}/hook").batch_id
    assert received.wait(PATIENCE)
    assert (told["type"], told["data"]["batch_id"]) == ("batch.completed", batch_id)
    (delivery,) = other.webhooks.deliveries.list(topic=f"batch/{batch_id}", event="batch.completed")
    assert delivery.url == f"{wire.url}/hook"


def test_deliveries_are_looked_at_and_sent_again(client: Any, wire: Wire) -> None:
    wire.answer(respond(500, b"no such table"), respond(204))
    tested = client.webhooks.test(f"{wire.url}/hook")
    assert not tested.delivered and tested.delivery.attempts[0].response == "no such table"
    delivery = client.webhooks.deliveries.get(tested.delivery.id)
    assert delivery.status == "failed" and json.loads(delivery.body)["type"] == "webhook.test"
    assert client.webhooks.deliveries.redeliver(delivery.id).id == delivery.id


def signed(secret: bytes, body: bytes, at: int = 1_000) -> Dict[str, str]:
    signature = base64.b64encode(hmac.new(secret, b"msg_1.%d." % at + body, hashlib.sha256).digest()).decode()
    return {"webhook-id": "msg_1", "webhook-timestamp": str(at), "webhook-signature": f"v1a,x v1,{signature}"}


@pytest.mark.parametrize("secret", [LISTED[1], LISTED, ",".join(LISTED), LISTED[1].rstrip("=")])
def test_any_of_several_secrets_will_do(secret: Any) -> None:
    headers = signed(b"the old one of two", b"{}")
    assert verify_webhook(b"{}", headers, secret=secret, now=1_000) == {}
    with pytest.raises(WebhookVerificationError):
        verify_webhook(b"{}", headers, secret=LISTED[0], now=1_000)


def test_a_secret_that_is_no_base64_is_taken_as_it_is() -> None:
    assert verify_webhook(b"{}", signed(RAW.encode(), b"{}"), secret=RAW, now=1_000) == {}


def test_the_environment_has_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FOVEA_WEBHOOK_SECRET")
    with pytest.raises(ValueError, match="FOVEA_WEBHOOK_SECRET or WEBHOOK_SECRET"):
        verify_webhook(b"{}", signed(RAW.encode(), b"{}"), now=1_000)
    monkeypatch.setenv("WEBHOOK_SECRET", RAW)
    assert verify_webhook(b"{}", signed(RAW.encode(), b"{}"), now=1_000) == {}


@pytest.mark.parametrize("secret", ["whsec_", "whsec_not base64!", "", []])
def test_a_secret_that_is_none_is_a_fault_of_ones_own(secret: Any) -> None:
    with pytest.raises(ValueError, match="secret"):
        verify_webhook(b"{}", signed(b"", b"{}"), secret=secret, now=1_000)


@pytest.mark.parametrize("body", [b"no JSON", b"[]"])
def test_what_is_signed_and_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(WebhookVerificationError):
        verify_webhook(body, signed(RAW.encode(), body), secret=RAW, now=1_000)


@pytest.mark.parametrize("timestamp", ["", "soon", "-1000", "1000.0", "١٠٠٠", "9" * 5000])
def test_a_time_that_is_none_is_refused(timestamp: str) -> None:
    headers = {**signed(RAW.encode(), b"{}"), "webhook-timestamp": timestamp}
    with pytest.raises(WebhookVerificationError, match="webhook-timestamp"):
        verify_webhook(b"{}", headers, secret=RAW, now=1_000)
