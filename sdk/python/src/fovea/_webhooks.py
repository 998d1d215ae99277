"""Verifies what the service tells by webhook, by Standard Webhooks (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
import time
from typing import Any, Iterable, Mapping, Optional, Sequence, Tuple, Union

from ._errors import WebhookVerificationError

_PREFIX = "whsec_"


def verify_webhook(
    body: Union[bytes, str],
    headers: Union[Mapping[str, Any], Any],
    *,
    secret: Union[str, Sequence[str], None] = None,
    tolerance: float = 300,
    now: Optional[float] = None,
) -> dict[str, Any]:
    """The event, parsed, if the service has sent it, and at its time.

    - `body`: the bytes exactly as they came; what was parsed and written again has another signature.
    - `headers`: of the request, in any case, with an `items()`.
    - `secret`: `whsec_…`, or the bytes themselves as text; a list while a new one is introduced. Default:
      `FOVEA_WEBHOOK_SECRET`, else `WEBHOOK_SECRET`, each of which may be a list with commas.
    - `tolerance`: seconds that the event may be old, or ahead. `now`: seconds since 1970.

    Raises WebhookVerificationError for everything else. An event may come twice: remember its `webhook-id`.
    """
    content = body.encode() if isinstance(body, str) else bytes(body)
    # Computed before anything is compared: a secret that is wrong is a fault here, and not of who sent this.
    keys = [_key(each) for each in _secrets(secret)]
    found = {str(name).lower(): str(value) for name, value in headers.items()}
    message_id, timestamp, signatures = (
        _header(found, name) for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    )
    _check_time(timestamp, tolerance, time.time() if now is None else now)
    signed = f"{message_id}.{timestamp}.".encode("utf-8", "replace") + content
    expected = [base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()) for key in keys]
    if not any(_same(sent, own) for sent in _sent(signatures) for own in expected):
        raise WebhookVerificationError("The signature is not that of this body: is this the service's WEBHOOK_SECRET?")
    return _event(content)


def _secrets(secret: Union[str, Sequence[str], None]) -> Sequence[str]:
    if secret is None:
        secret = os.environ.get("FOVEA_WEBHOOK_SECRET") or os.environ.get("WEBHOOK_SECRET") or ""
    if isinstance(secret, str):
        # A list as the service's own setting has it; any other text is one secret, commas and all.
        secret = [each.strip() for each in secret.split(",")] if secret.startswith(_PREFIX) else [secret]
    if not secret or not all(secret):
        raise ValueError("secret: none is given, neither here nor as FOVEA_WEBHOOK_SECRET or WEBHOOK_SECRET")
    return secret


def _key(secret: str) -> bytes:
    if not secret.startswith(_PREFIX):
        return secret.encode()
    text = secret[len(_PREFIX) :].rstrip("=")
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        key = b""
    if not key:
        raise ValueError("secret: what follows whsec_ is no base64")
    return key


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name, "")
    if not value:
        raise WebhookVerificationError(f"There is no header {name}")
    return value


def _check_time(timestamp: str, tolerance: float, now: float) -> None:
    if not re.fullmatch(r"[0-9]{1,15}", timestamp):
        raise WebhookVerificationError("webhook-timestamp is no number of seconds")
    off = now - int(timestamp)
    if abs(off) > tolerance:
        when = f"{off:.0f} s old" if off > 0 else f"{-off:.0f} s ahead"
        raise WebhookVerificationError(f"The webhook is {when}: it may be sent again by somebody, or a clock is wrong")


def _sent(signatures: str) -> Iterable[Tuple[str, bytes]]:
    for signature in signatures.split():
        version, _, value = signature.partition(",")
        yield version, value.encode("utf-8", "replace")


def _same(sent: Tuple[str, bytes], own: bytes) -> bool:
    version, value = sent
    return version == "v1" and hmac.compare_digest(value, own)


def _event(content: bytes) -> dict[str, Any]:
    try:
        event = json.loads(content)
    except ValueError as error:
        raise WebhookVerificationError("The body is no JSON") from error
    if not isinstance(event, dict):
        raise WebhookVerificationError("The body is no event")
    return event
