"""The kinds of images and tables that methods take."""

from __future__ import annotations

import base64
import os
import urllib.parse
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Iterable, Mapping, Union

from ._body import Body, bytes_body, file_body, path_body
from ._csv import csv_body

#: Bytes, a path, an open file, or as a string a `data:` URL, the `asset://` address of a stored picture, or a path.
ImageInput = Union[bytes, bytearray, memoryview, str, "os.PathLike[str]", BinaryIO]

#: A CSV as bytes, path, open file or `data:` URL; or the rows of one: addresses, or records with the same names.
TableInput = Union[ImageInput, Iterable[str], Iterable[Mapping[str, Any]]]


@dataclass(frozen=True)
class Upload:
    body: Body
    filename: str


def image_source(image: ImageInput) -> Union[Body, str]:
    """The bytes to send, or the `data:` or `asset://` URL that stands for them.

    Looks at the disk. Raises OSError for a path that cannot be read, and TypeError or ValueError for what is no image.
    """
    if isinstance(image, str):
        if image.startswith(("data:", "asset://")):
            return image
        if image.startswith(("http://", "https://")):
            raise ValueError("An image is sent as its bytes: fetch the address first, or use batches for addresses")
    # The bytes tell the format to the service.
    return binary_body(image, "application/octet-stream")


def table_upload(table: TableInput, name: str) -> Upload:
    """The file to send. `name` is what it is called where it has no name of its own."""
    if isinstance(table, str) and table.startswith("data:"):
        return Upload(bytes_body(_decoded(table), "text/csv"), name)
    if isinstance(table, str) or is_file(table):
        return Upload(binary_body(table, "text/csv"), _filename(table, name))
    rows: Any = table  # It is no file, which mypy does not see.
    return Upload(csv_body(rows), name)


def is_file(value: Any) -> bool:
    """Whether it is bytes, a path or an open file; a text may be anything."""
    return isinstance(value, (bytes, bytearray, memoryview, os.PathLike)) or hasattr(value, "read")


def binary_body(data: Any, media_type: str) -> Body:
    if isinstance(data, (bytes, bytearray, memoryview)):
        return bytes_body(data, media_type)
    if isinstance(data, (str, os.PathLike)):
        return path_body(Path(data), media_type)
    if hasattr(data, "read"):
        return file_body(data, media_type)
    raise TypeError(f"Expected bytes, a path or a file that is open as binary, not {type(data).__name__}")


def _filename(table: Any, name: str) -> str:
    own = table if isinstance(table, (str, os.PathLike)) else getattr(table, "name", None)
    return Path(own).name if isinstance(own, (str, os.PathLike)) else name


def _decoded(url: str) -> bytes:
    head, comma, data = url.partition(",")
    if not comma:
        raise ValueError("A data: URL has a comma before its data")
    plain = urllib.parse.unquote_to_bytes(data)
    return base64.b64decode(plain) if head.endswith(";base64") else plain
