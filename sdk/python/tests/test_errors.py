from __future__ import annotations

import uuid
from typing import Any, Callable, Optional, Type

import pytest

import fovea
from fovea import (
    ApiError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    Fovea,
    FoveaError,
    GoneError,
    NotFoundError,
    OverloadedError,
    PayloadTooLargeError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    UnprocessableEntityError,
)
from pictures import png
from wire import Wire, respond

NOBODY = str(uuid.uuid4())


@pytest.mark.parametrize(
    ("call", "kind", "code", "sentence"),
    [
        pytest.param(
            lambda each: each.prepare.thumbnail(png(), width=5, height=50),
            *(UnprocessableEntityError, "validation_error", "width"),
            id="of prepare",
        ),
        pytest.param(
            lambda each: each.batches.get(NOBODY),
            *(NotFoundError, "batch_not_found", f"Batch not found: {NOBODY}"),
            id="of analysis",
        ),
        pytest.param(
            lambda each: each.jobs.get("abc"),
            *(UnprocessableEntityError, "validation_error", "path.job_id: Input should be a valid UUID"),
            id="of media, for a field",
        ),
        pytest.param(
            lambda each: each.jobs.get(NOBODY), *(NotFoundError, "job_not_found", "Job not found"), id="of media"
        ),
        pytest.param(
            lambda each: each.icons.generate(category="ship", style="baroque"),
            *(BadRequestError, "validation_error", "Invalid style"),
            id="of icons",
        ),
        pytest.param(
            lambda each: each.catalog.status("abc"),
            *(NotFoundError, "request_not_found", "Request ID not found"),
            id="of the catalog",
        ),
        pytest.param(
            lambda each: each.webhooks.deliveries.get("abc"),
            *(NotFoundError, "webhook_delivery_not_found", "There is no webhook delivery"),
            id="of webhooks",
        ),
        pytest.param(lambda each: each.get("/nothing"), *(NotFoundError, "not_found", "Not Found"), id="of no API"),
        pytest.param(
            lambda each: each.get("/api/v1/stats"), *(PermissionDeniedError, "permission_denied", ""), id="of a role"
        ),
        pytest.param(
            lambda each: each.post("/api/v1/jobs/generate", json={"prompt": "x" * 1_100_000}),
            *(PayloadTooLargeError, "payload_too_large", ""),
            id="of the framework",
        ),
    ],
)
def test_an_error_has_its_class_code_sentence_and_request(
    call: Callable[[Fovea], Any], kind: Type[ApiError], code: str, sentence: str, other: Fovea
) -> None:
    with pytest.raises(kind) as caught:
        call(other)
    error = caught.value
    assert type(error) is kind and error.code == code and error.message.startswith(sentence)
    assert error.request_id is not None and error.request_id == error.headers["x-correlation-id"]
    assert str(error) == f"{error.status} {code}: {error.message} (request {error.request_id})"


def test_a_wrong_credential_is_an_authentication_error(service: str) -> None:
    with Fovea(token="invalid-token") as client, pytest.raises(AuthenticationError) as caught:
        client.prepare.providers()
    assert caught.value.code == "authentication_required"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequestError),
        (409, ConflictError),
        (410, GoneError),
        (418, ApiError),
        (429, RateLimitError),
        (500, ServerError),
        (503, OverloadedError),
        (507, ServerError),
    ],
)
def test_each_status_has_its_class(status: int, kind: Type[ApiError], wire: Wire) -> None:
    wire.answer(respond(status, {"detail": "No."}))
    with Fovea(wire.url, max_retries=0) as client, pytest.raises(kind) as caught:
        client.get("/")
    assert type(caught.value) is kind and (caught.value.status, caught.value.message) == (status, "No.")
    assert isinstance(caught.value, FoveaError) and isinstance(OverloadedError("", status=503), ServerError)


@pytest.mark.parametrize(
    ("body", "headers", "code", "message"),
    [
        ({"error": "Cannot pause", "error_type": "batch_state"}, {}, "batch_state", "Cannot pause"),
        ({"error": "model_refused", "message": "No picture."}, {}, "model_refused", "No picture."),
        ({"error": "Cannot pause"}, {"X-Error-Code": "batch_state"}, "batch_state", "Cannot pause"),
        ({"detail": [{"msg": "too long"}, {"loc": ["body", 0], "msg": "no"}]}, {}, None, "too long; body.0: no"),
        (["odd"], {}, None, "The service answered 400."),
        (b"<html>Bad gateway</html>", {"Content-Type": "text/html"}, None, "The service answered 400."),
        (b"upstream gone\nmore", {"Content-Type": "text/plain"}, None, "The service answered 400: upstream gone"),
    ],
)
def test_the_sentence_and_the_code_are_found_in_whatever_is_said(
    body: Any, headers: dict[str, str], code: Optional[str], message: str, wire: Wire
) -> None:
    wire.answer(respond(400, body, headers))
    with Fovea(wire.url) as client, pytest.raises(BadRequestError) as caught:
        client.get("/")
    assert (caught.value.code, caught.value.message) == (code, message)


def test_an_answer_that_is_not_the_services_says_so(wire: Wire) -> None:
    wire.answer(respond(200, b"<html>", {"Content-Type": "text/html"}))
    with Fovea(wire.url) as client, pytest.raises(FoveaError, match="text/html: is base_url the service's"):
        client.prepare.providers()
    wire.answer(respond(200, {"providers": []}))
    with Fovea(wire.url) as client, pytest.raises(FoveaError, match="provider_requirements, supported_providers"):
        client.prepare.providers()


def test_every_error_is_exported() -> None:
    kinds = {name for name in fovea.__all__ if name.endswith("Error")}
    assert {each.__name__ for each in all_subclasses(FoveaError)} | {"FoveaError"} == kinds


def all_subclasses(kind: Type[Exception]) -> set[Type[Exception]]:
    return {each for sub in kind.__subclasses__() for each in {sub, *all_subclasses(sub)}}
