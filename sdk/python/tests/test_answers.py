"""The dataclasses against what the service says of itself in /openapi.json: neither may know more than the other."""

from __future__ import annotations

import dataclasses
import typing
from typing import Any, Dict, Iterator, List, Tuple

import pytest

from fovea import Fovea, FoveaError, types
from fovea._parse import Answer, parse

#: Operation, status, the members that lead to the object, and its class.
ANSWERS: List[Tuple[str, str, str, Any]] = [
    ("listProviders", "200", "", types.Providers),
    ("listModels", "200", "", types.Models),
    ("validateImage", "200", "", types.ImageValidation),
    ("analyzeImage", "200", "", types.ImageAnalysis),
    ("createBatch", "201", "data", types.CreatedBatch),
    ("listBatches", "200", "data", types.batches.BatchList),
    ("getBatch", "200", "data", types.Batch),
    ("getBatchProgress", "200", "data", types.BatchProgress),
    ("getBatchResults", "200", "data", types.results.BatchResults),
    ("getBatchResult", "200", "data", types.BatchResultDetails),
    ("analyzeBatchErrors", "200", "data", types.BatchErrors),
    ("startBatch", "200", "data", types.BatchChange),
    ("resumeBatch", "200", "data", types.BatchChange),
    ("retryBatch", "200", "data", types.RetriedBatch),
    ("cloneBatch", "201", "data", types.ClonedBatch),
    ("deleteBatch", "200", "data", types.DeletedBatch),
    ("estimateBatch", "200", "data", types.BatchEstimate),
    ("previewExport", "200", "data", types.ExportPreview),
    ("getMediaJob", "200", "", types.Job),
    ("listMediaJobs", "200", "", types.media.JobList),
    ("getMediaInfo", "200", "", types.MediaInfo),
    ("generateIcon", "200", "", types.Icon),
    ("generateIconBatch", "201", "", types.CreatedIconBatch),
    ("getIconBatchStatus", "200", "", types.IconBatchStatus),
    ("getIconBatchResult", "200", "", types.IconBatchResult),
    ("cancelIconBatch", "200", "", types.icons.CancelledIconBatch),
    ("listIconBatches", "200", "[]", types.IconBatchSummary),
    ("listCachedIcons", "200", "[]", types.CachedIcon),
    ("getIconStatistics", "200", "", types.IconStatistics),
    ("uploadCatalog", "200", "", types.UploadedCatalog),
    ("getCatalogStatus", "200", "", types.CatalogStatus),
    ("cancelCatalog", "200", "", types.CatalogSummary),
    ("configureCatalogWebhook", "200", "", types.catalog.ConfiguredWebhook),
    ("listWebhookDeliveries", "200", "", types.webhooks.DeliveryList),
    ("getWebhookDelivery", "200", "", types.webhooks.OneDelivery),
    ("testWebhook", "200", "", types.TestedWebhook),
]


@pytest.fixture(scope="module")
def operations(other: Fovea) -> Dict[str, Any]:
    document = other.get("/openapi.json")
    return {
        operation["operationId"]: operation
        for path in document["paths"].values()
        for operation in path.values()
        if "operationId" in operation
    }


@pytest.mark.parametrize(("operation", "status", "member", "kind"), ANSWERS, ids=[each[0] for each in ANSWERS])
def test_a_class_has_the_members_of_the_answer(
    operation: str, status: str, member: str, kind: Any, operations: Dict[str, Any]
) -> None:
    schema = operations[operation]["responses"][status]["content"]["application/json"]["schema"]
    if member == "[]":
        schema = schema["items"]
    elif member:
        schema = schema["properties"][member]
    assert list(differences(kind, schema, kind.__name__)) == []


def differences(kind: Any, schema: Dict[str, Any], place: str) -> Iterator[str]:
    """What a class says otherwise than the schema."""
    schema, nullable = without_null(schema)
    arguments = typing.get_args(kind)
    if typing.get_origin(kind) is typing.Union:
        kind = next(each for each in arguments if each is not type(None))
        arguments = typing.get_args(kind)
    elif nullable:
        yield f"{place} can be null"
    if dataclasses.is_dataclass(kind):
        yield from of_object(kind, schema, place)
    elif typing.get_origin(kind) is list:
        yield from differences(arguments[0], schema.get("items", {}), f"{place}[]")
    elif typing.get_origin(kind) is dict and dataclasses.is_dataclass(arguments[1]):
        yield from differences(arguments[1], schema["additionalProperties"], f"{place}{{}}")
    elif typing.get_origin(kind) is typing.Literal:
        if set(schema.get("enum", ())) - set(arguments):
            yield f"{place} has other values: {schema['enum']}"
    # What this service always answers with null is of the document whose API it is.
    elif schema.get("type") not in (None, "null", *JSON_TYPES.get(kind, ("object",))):
        yield f"{place} is {schema['type']}"


def of_object(kind: Any, schema: Dict[str, Any], place: str) -> Iterator[str]:
    hints = typing.get_type_hints(kind)
    properties, required = schema["properties"], set(schema.get("required", ()))
    for name in properties.keys() ^ hints.keys():
        yield f"{place}.{name} is known to one alone"
    for field in dataclasses.fields(kind):
        if field.name not in properties:
            continue
        if (field.default is dataclasses.MISSING) != (field.name in required):
            yield f"{place}.{field.name} may be absent on one side alone"
        yield from differences(hints[field.name], properties[field.name], f"{place}.{field.name}")


JSON_TYPES = {str: ("string",), int: ("integer",), float: ("number", "integer"), bool: ("boolean",)}


def without_null(schema: Dict[str, Any]) -> Tuple[Dict[str, Any], bool]:
    members = schema.get("anyOf", schema.get("oneOf"))
    if members is not None:
        rest = [each for each in members if each.get("type") != "null"]
        return rest[0], len(rest) < len(members)
    if isinstance(schema.get("type"), list):
        (kind,) = (each for each in schema["type"] if each != "null")
        return {**schema, "type": kind}, True
    return schema, False


def test_every_class_of_an_answer_is_compared() -> None:
    compared = {kind for *_, root in ANSWERS for kind in nested(root)}
    # The answer of a job that is created has the fields of its status too where one asks it to wait; told live are
    # the others.
    elsewhere = {types.CreatedJob, types.IconProgress}
    exported = {getattr(types, name) for name in types.__all__}
    assert {kind for kind in exported if issubclass(kind, Answer)} - compared == elsewhere


def nested(kind: Any) -> Iterator[Any]:
    if dataclasses.is_dataclass(kind):
        yield kind
        for hint in typing.get_type_hints(kind).values():
            yield from nested(hint)
    for argument in typing.get_args(kind):
        yield from nested(argument)


def test_what_is_new_on_the_wire_breaks_nothing_and_can_be_reached() -> None:
    raw = {"request_id": "1", "status": "paused", "message": "m", "new": {"deep": [1]}}
    answer = parse(types.UploadedCatalog, raw)
    assert (answer.status, answer.extra, answer.raw) == ("paused", {"new": {"deep": [1]}}, raw)
    assert answer == types.UploadedCatalog("1", "paused", "m")  # type: ignore[arg-type] # A later service may say so.
    with pytest.raises(dataclasses.FrozenInstanceError):
        answer.message = "other"  # type: ignore[misc]


def test_what_is_of_another_shape_says_so() -> None:
    with pytest.raises(FoveaError, match="no message, status, which UploadedCatalog needs"):
        parse(types.UploadedCatalog, {"request_id": "1"})
    with pytest.raises(FoveaError, match="NoneType where dict"):
        parse(types.UploadedCatalog, None)
    with pytest.raises(FoveaError, match="dict where list"):
        parse(types.Models, {"as_of": "", "models": {}})
