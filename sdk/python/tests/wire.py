"""A server whose answers a test writes, down to the bytes: for what a well-behaved service does not do on demand."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Callable, Dict, List, Optional, Type

import httpx


@dataclass(frozen=True)
class Seen:
    """A request as it came."""

    method: str
    path: str
    headers: Message
    body: bytes = field(repr=False)

    def json(self) -> Any:
        return json.loads(self.body)


class Exchange:
    """A request that is to be answered."""

    def __init__(self, handler: BaseHTTPRequestHandler, seen: Seen, closed: threading.Event) -> None:
        self._handler, self.seen, self._closed = handler, seen, closed

    def head(self, status: int, headers: Dict[str, str]) -> None:
        self._handler.send_response(status)
        for name, value in headers.items():
            self._handler.send_header(name, value)
        self._handler.end_headers()
        self._handler.wfile.flush()

    def write(self, data: bytes) -> None:
        self._handler.wfile.write(data)
        self._handler.wfile.flush()

    def end(self) -> None:
        """Closes the connection, whatever was promised."""
        self._handler.close_connection = True

    def wait_for_close(self) -> None:
        """Says nothing until the client has closed the connection, or the test is over."""
        self.end()
        self._handler.connection.settimeout(0.05)
        while not self._closed.is_set():
            with suppress(TimeoutError):
                try:
                    if self._handler.connection.recv(1) == b"":
                        return
                except ConnectionError:  # Closed with something unread.
                    return


Answer = Callable[[Exchange], None]


def respond(status: int = 200, body: Any = b"", headers: Optional[Dict[str, str]] = None) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    media_type = "application/octet-stream" if isinstance(body, bytes) else "application/json"

    def answer(exchange: Exchange) -> None:
        exchange.head(status, {"Content-Type": media_type, "Content-Length": str(len(content)), **(headers or {})})
        exchange.write(content)

    return answer


def drop(exchange: Exchange) -> None:
    """The connection breaks before there is an answer."""
    exchange.end()


def hang(exchange: Exchange) -> None:
    """There is no answer, ever."""
    exchange.wait_for_close()


def cut(body: bytes, length: int) -> Answer:
    """The connection breaks in the middle of the body."""

    def answer(exchange: Exchange) -> None:
        exchange.head(200, {"Content-Type": "application/octet-stream", "Content-Length": str(length)})
        exchange.write(body)
        exchange.end()

    return answer


def pass_on(service: str) -> Answer:
    """What the service itself answers."""

    def answer(exchange: Exchange) -> None:
        seen = exchange.seen
        headers = {name: value for name, value in seen.headers.items() if name.lower() not in _HOP_BY_HOP}
        with httpx.Client(timeout=30) as http:
            told = http.request(seen.method, service + seen.path, headers=headers, content=seen.body)
        kept = {name: value for name, value in told.headers.items() if name not in _HOP_BY_HOP}
        respond(told.status_code, told.content, kept)(exchange)

    return answer


_HOP_BY_HOP = ("connection", "content-encoding", "content-length", "host", "keep-alive", "transfer-encoding")


class Wire:
    def __init__(self) -> None:
        self.seen: List[Seen] = []
        self._answers: List[Answer] = [respond(200, {})]
        self._closed = threading.Event()
        self._lock = threading.Lock()
        wire = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                with suppress(ConnectionError):
                    super().handle_one_request()

            def __getattr__(self, name: str) -> Any:
                if name.startswith("do_"):
                    return lambda: wire._handle(self)
                raise AttributeError(name)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, *answers: Answer) -> None:
        """In this order; the last one for all that follow."""
        self._answers = list(answers)

    def _handle(self, handler: BaseHTTPRequestHandler) -> None:
        seen = Seen(handler.command, handler.path, handler.headers, _body(handler))
        with self._lock:
            self.seen.append(seen)
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        answer(Exchange(handler, seen, self._closed))

    def __enter__(self) -> Wire:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self._closed.set()
        self._server.shutdown()
        self._server.server_close()


def _body(handler: BaseHTTPRequestHandler) -> bytes:
    if handler.headers.get("transfer-encoding") != "chunked":
        return handler.rfile.read(int(handler.headers.get("content-length", 0)))
    pieces = []
    while length := int(handler.rfile.readline(), 16):
        pieces.append(handler.rfile.read(length))
        handler.rfile.readline()
    handler.rfile.readline()
    return b"".join(pieces)
