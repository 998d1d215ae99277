"""A form with files (multipart/form-data), written while it is sent."""

from __future__ import annotations

import json
import uuid
from typing import Any, Iterator, List, Mapping, Optional, Tuple

from ._body import Body, OnceBody, pieces_of
from ._inputs import Upload, is_file, table_upload
from ._request import given, query_text


def form_body(fields: Mapping[str, str], files: Mapping[str, Upload]) -> Body:
    """The fields, and behind them the files. Whether it can be sent again is up to these."""
    boundary = uuid.uuid4().hex
    # Each with what stands before it.
    parts: List[Tuple[bytes, Body]] = []
    head = "".join(f"{_part(boundary, name)}\r\n\r\n{value}\r\n" for name, value in fields.items())
    for name, upload in files.items():
        head += f'{_part(boundary, name)}; filename="{_quoted(upload.filename)}"\r\n'
        head += f"Content-Type: {upload.body.media_type}\r\n\r\n"
        parts.append((head.encode(), upload.body))
        head = "\r\n"
    end = f"{head}--{boundary}--\r\n".encode()

    def pieces() -> Iterator[bytes]:
        for before, body in parts:
            yield before
            yield from pieces_of(body.content())
        yield end

    kind = OnceBody if any(isinstance(body, OnceBody) for _, body in parts) else Body
    return kind(f"multipart/form-data; boundary={boundary}", _length(parts, end), pieces)


def mixed_form(form: Mapping[str, Any]) -> Body:
    """A form whose values are texts, numbers and files, told apart by what they are. Looks at the disk."""
    files = {name: table_upload(value, name) for name, value in form.items() if is_file(value)}
    return form_body(text_fields(**{name: value for name, value in form.items() if name not in files}), files)


def text_fields(**fields: Any) -> dict[str, str]:
    """Those that are not None, as a form has them: everything is text."""
    return {
        name: json.dumps(value) if isinstance(value, Mapping) else query_text(value)
        for name, value in given(**fields).items()
    }


def _length(parts: List[Tuple[bytes, Body]], end: bytes) -> Optional[int]:
    length = len(end)
    for before, body in parts:
        if body.length is None:
            return None
        length += len(before) + body.length
    return length


def _part(boundary: str, name: str) -> str:
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"'


def _quoted(name: str) -> str:
    """As browsers write it (HTML, 4.10.21.8)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
