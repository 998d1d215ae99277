from __future__ import annotations

import asyncio
import os
import socket
import ssl
from typing import Any, Iterator

import pytest

from both import blocking_client
from fovea import Fovea
from wire import Wire


@pytest.fixture(scope="session")
def service() -> str:
    """The address of a real service; the vitest test beside this folder starts one."""
    url = os.environ.get("FOVEA_URL")
    if not url:
        pytest.exit("FOVEA_URL names no service: run these tests by sdk/python/python.test.ts", returncode=2)
    return url


@pytest.fixture(scope="session", autouse=True)
def few_certificates(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each client reads the certificates of all authorities, for 25 ms; here are hundreds of clients, and no TLS."""
    first, *_ = ssl.create_default_context().get_ca_certs(binary_form=True)
    path = tmp_path_factory.mktemp("certificates") / "one.pem"
    path.write_text(ssl.DER_cert_to_PEM_cert(first))
    os.environ["SSL_CERT_FILE"] = str(path)


@pytest.fixture(scope="session")
def other(service: str) -> Iterator[Fovea]:
    """A client beside the one that is tested."""
    with Fovea() as client:
        yield client


# What both do is written once; ordinarily the longer way is enough, and the README and the notebook go the other one.
_CLIENTS = ["Fovea", "AsyncFovea"] if os.environ.get("SOAK") == "1" else ["AsyncFovea"]


@pytest.fixture(scope="session", params=_CLIENTS)
def client(request: pytest.FixtureRequest, service: str) -> Iterator[Any]:
    """Each of the two, as one that blocks."""
    if request.param == "Fovea":
        with Fovea() as sync:
            yield sync
        return
    loop = asyncio.new_event_loop()
    client = blocking_client(loop)
    yield client
    client.close()
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


@pytest.fixture
def closed_port() -> int:
    """One that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@pytest.fixture
def wire() -> Iterator[Wire]:
    with Wire() as server:
        yield server


@pytest.fixture
def second_wire() -> Iterator[Wire]:
    with Wire() as server:
        yield server
