from __future__ import annotations

import base64
import csv
import email
import email.policy
import gzip
import io
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Dict, List

import pytest

from fovea import BadRequestError, Fovea
from pictures import png
from wire import Seen, Wire, respond

CREATED = {"request_id": "1", "status": "received", "message": ""}


def parts(seen: Seen) -> Dict[str, EmailMessage]:
    """A form, read by a parser that is not ours."""
    head = f"Content-Type: {seen.headers['content-type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + seen.body, policy=email.policy.HTTP)
    assert isinstance(message, EmailMessage)
    found = [part for part in message.iter_parts() if isinstance(part, EmailMessage)]
    return {str(part.get_param("name", header="content-disposition")): part for part in found}


def table(content: bytes) -> List[List[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


@pytest.fixture
def sent(wire: Wire) -> Any:
    """Uploads a table, and gives the part with the file as it came."""
    wire.answer(respond(200, CREATED))

    def upload(given: Any) -> EmailMessage:
        with Fovea(wire.url) as client:
            client.catalog.upload(given, quality="auto", max_dimension=800)
        return parts(wire.seen[-1])["file"]

    return upload


def content(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload


def test_fields_and_file_are_a_form(sent: Any, wire: Wire) -> None:
    part = sent(b"a,b\n1,2\n")
    assert (part.get_filename(), part.get_content_type(), content(part)) == ("products.csv", "text/csv", b"a,b\n1,2\n")
    fields = {name: content(each).decode() for name, each in parts(wire.seen[0]).items() if name != "file"}
    assert fields == {"quality": "auto", "max_dimension": "800"}
    assert int(wire.seen[0].headers["content-length"]) == len(wire.seen[0].body)


@pytest.mark.parametrize("name", ["ünï côde.csv", "semi;colon.csv", 'a"b.csv'])
def test_a_file_keeps_its_name(name: str, sent: Any, wire: Wire, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(b"x")
    # As browsers write it, which is not as mail does.
    written = f'filename="{name.replace(chr(34), "%22")}"'.encode()
    sent(path)
    with path.open("rb") as file:
        sent(file)
    assert [written in seen.body for seen in wire.seen] == [True, True]


@pytest.mark.parametrize("kind", ["bytes", "bytearray", "memoryview", "path", "file", "base64 URL", "plain URL"])
def test_a_table_may_be_given_as(kind: str, sent: Any, tmp_path: Path) -> None:
    data = "url\nhttp://example.com/ä.jpg\n".encode()
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    tables = {
        "bytes": data,
        "bytearray": bytearray(data),
        "memoryview": memoryview(data),
        "path": str(path),
        "file": io.BytesIO(data),
        "base64 URL": f"data:text/csv;base64,{base64.b64encode(data).decode()}",
        "plain URL": "data:text/csv,url%0Ahttp://example.com/%C3%A4.jpg%0A",
    }
    assert content(sent(tables[kind])) == data


def test_addresses_become_a_column(sent: Any) -> None:
    addresses = ["http://example.com/a,b.jpg", 'http://example.com/"c".jpg', ""]
    assert table(content(sent(addresses))) == [["url"], *[[each] for each in addresses]]
    assert table(content(sent(address for address in addresses))) == [["url"], *[[each] for each in addresses]]


def test_records_become_columns_in_the_order_of_their_names(sent: Any) -> None:
    records = [
        {"url": "http://example.com/a.jpg", "n": 1, "none": None, "yes": True},
        {"late": "two\nlines, \"quoted\"", "url": "=1+1", "list": ["ä", 2]},
    ]
    assert table(content(sent(records))) == [
        ["url", "n", "none", "yes", "late", "list"],
        ["http://example.com/a.jpg", "1", "", "true", "", ""],
        ["=1+1", "", "", "", 'two\nlines, "quoted"', '["ä", 2]'],
    ]


def test_a_long_table_is_written_in_pieces_with_one_header(sent: Any) -> None:
    rows = [{"url": f"http://example.com/{number}.jpg"} for number in range(1201)]
    written = table(content(sent(rows)))
    assert len(written) == 1202 and written[0] == ["url"] and written[-1] == ["http://example.com/1200.jpg"]


def test_what_is_no_table_is_refused_before_it_is_sent(wire: Wire) -> None:
    with Fovea(wire.url) as client:
        with pytest.raises(ValueError, match="no rows"):
            client.batches.create([])
        with pytest.raises(TypeError, match="either all addresses"):
            client.batches.create(["http://example.com/a.jpg", {"url": "b"}])  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="mode 'rb'"):
            client.batches.create(io.StringIO("url"))
        with pytest.raises(ValueError, match="comma"):
            client.batches.create("data:text/csv")
    assert wire.seen == []


def test_a_compressed_file_is_read_by_the_service(client: Any, tmp_path: Path) -> None:
    path = tmp_path / "images.csv.gz"
    path.write_bytes(gzip.compress(b"url\nhttp://127.0.0.1:9/a.jpg\n"))
    created = client.batches.create(path, auto_start=False, batch_name="Größe")
    assert client.batches.get(created.batch_id).batch_info.original_filename == "images.csv.gz"
    assert created.batch_info.batch_name == "Größe"
    with pytest.raises(BadRequestError) as caught:
        client.batches.create(b"name\nno address\n")
    assert caught.value.code == "no_url_column"


def test_requests_without_a_method_of_their_own_take_json_a_form_or_a_body(client: Any, tmp_path: Path) -> None:
    path = tmp_path / "images.csv"
    path.write_bytes(b"url\nhttp://127.0.0.1:9/a.jpg\n")
    created = client.post("/api/v1/batches", form={"file": path, "auto_start": False, "batch_name": "By hand"})
    assert created["success"] and created["data"]["batch_info"]["batch_name"] == "By hand"
    batch_id = created["data"]["batch_id"]
    cloned = client.post(f"/api/v1/batches/{batch_id}/clone", json={"new_name": "Again"}, idempotency_key=batch_id)
    assert cloned["data"]["new_batch_name"] == "Again"
    assert client.delete(f"/api/v1/batches/{batch_id}", query={"force": True})["data"]["deleted"] is True
    picture = {"headers": {"Content-Type": "image/png", "Accept": "image/*"}, "query": {"width": 10, "height": 10}}
    assert client.post("/api/v1/thumbnail", body=png(), **picture).startswith(b"\xff\xd8")
    assert client.get("/api/v1/export/template").startswith("url")
    with pytest.raises(TypeError, match="at most"):
        client.post("/", json={}, form={})


def test_a_form_may_have_several_files(wire: Wire) -> None:
    wire.answer(respond(204))
    with Fovea(wire.url) as client:
        assert client.post("/", form={"a": b"1", "text": "t", "b": io.BytesIO(b"2"), "none": None}) is None
    assert {name: content(part) for name, part in parts(wire.seen[0]).items()} == {"text": b"t", "a": b"1", "b": b"2"}
    assert int(wire.seen[0].headers["content-length"]) == len(wire.seen[0].body)


@pytest.mark.parametrize("given", ["", ".", ".."])
def test_an_id_that_leads_elsewhere_is_refused(given: str, other: Fovea) -> None:
    with pytest.raises(ValueError, match="is no id"):
        other.batches.delete(given)


def test_an_id_is_a_part_of_a_path_whatever_is_in_it(wire: Wire) -> None:
    wire.answer(respond(200, {}))
    with Fovea(wire.url) as client:
        client.media.delete("../a b/ä?x#y")
    assert wire.seen[0].path == "/api/v1/media/..%2Fa%20b%2F%C3%A4%3Fx%23y"
