"""Small pictures, drawn here."""

from __future__ import annotations

import struct
import zlib


def png(width: int = 64, height: int = 48, *, colour: int = 0x336699, transparent: bool = False) -> bytes:
    """One colour; no two colours are the same bytes."""
    pixel = colour.to_bytes(3, "big") + (b"\x80" if transparent else b"")
    rows = (b"\x00" + pixel * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 6 if transparent else 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
