from __future__ import annotations

import asyncio
from typing import Any, Dict, List

import httpx
import pytest

from fovea import ApiError, AsyncFovea, AuthenticationError, Fovea, FoveaError
from wire import Wire, respond

SECRET = ("authorization", "x-api-key", "x-admin-token", "x-tenant", "cookie")


def to(url: str, status: int = 302) -> Any:
    return respond(status, b"", {"Location": url})


def test_credentials_are_sent_as_the_service_reads_them(wire: Wire) -> None:
    with Fovea(wire.url, token="t", api_key="k", admin_token="a", headers={"X-Tenant": "7"}) as client:
        client.get("/", headers={"X-Tenant": "8", "User-Agent": "mine"})
    (seen,) = wire.seen
    names = ("authorization", "x-api-key", "x-admin-token", "x-tenant", "user-agent")
    assert [seen.headers[name] for name in names] == ["Bearer t", "k", "a", "8", "mine"]


def test_the_environment_stands_in_for_arguments(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("URL", f"{wire.url}/base/"), ("TOKEN", "t"), ("API_KEY", "k"), ("ADMIN_TOKEN", "a")):
        monkeypatch.setenv(f"FOVEA_{name}", value)
    with Fovea() as client:
        client.get("/path")
        assert client.base_url == f"{wire.url}/base"
    (seen,) = wire.seen
    assert seen.path == "/base/path"
    assert [seen.headers[name] for name in ("authorization", "x-api-key", "x-admin-token")] == ["Bearer t", "k", "a"]
    monkeypatch.delenv("FOVEA_URL")
    with Fovea() as client:
        assert client.base_url == "http://127.0.0.1:8000"


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://example.com", "http://", "nonsense", "http://[::1"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="base_url: expected an address"):
        Fovea(url)


def test_settings_that_make_no_sense_are_refused() -> None:
    for options in ({"timeout": 0}, {"max_retries": -1}, {"base_url": "http://user:secret@example.com"}):
        with pytest.raises(ValueError) as caught:
            Fovea(**options)  # type: ignore[arg-type] # Each is of its own type.
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize("credential", ["secret\n", "se cret", "sécret", "secret\x00"])
def test_a_credential_that_no_header_takes_is_refused_without_being_shown(credential: str, wire: Wire) -> None:
    for name in ("token", "api_key", "admin_token"):
        with pytest.raises(ValueError, match=f"{name}: has a space") as caught:
            Fovea(wire.url, **{name: credential})  # type: ignore[arg-type] # Each is a text.
        assert "cret" not in str(caught.value)
    with Fovea(wire.url, token=lambda: credential) as client, pytest.raises(ValueError, match="token: has a space"):
        client.get("/")
    assert wire.seen == []


def test_what_a_client_shows_of_itself_holds_no_secret() -> None:
    credentials = {name: "secret" for name in ("token", "api_key", "admin_token")}
    client = Fovea("http://example.com", headers={"X": "secret"}, **credentials)  # type: ignore[arg-type]
    assert "secret" not in repr(client) + repr(client._settings)


def test_a_token_function_is_asked_each_time_and_once_more_for_a_refused_token(wire: Wire) -> None:
    asked: List[bool] = []

    def token(*, refresh: bool = False) -> str:
        asked.append(refresh)
        return f"token-{len(asked)}"

    wire.answer(respond(401, {"detail": "Expired."}), respond(200, {}))
    with Fovea(wire.url, token=token) as client:
        client.get("/")
        client.get("/")
    assert asked == [False, True, False]
    assert [seen.headers["authorization"] for seen in wire.seen] == [f"Bearer token-{n}" for n in (1, 2, 3)]
    wire.seen.clear()
    wire.answer(respond(401, {"detail": "Expired."}))
    with Fovea(wire.url, token=token) as client, pytest.raises(AuthenticationError):
        client.get("/")
    assert len(wire.seen) == 2


def test_a_token_function_need_not_know_of_refreshing(wire: Wire) -> None:
    tokens = iter(["old", "new"])
    wire.answer(respond(401, {}), respond(200, {}))
    with Fovea(wire.url, token=lambda: next(tokens)) as client:
        client.get("/")
    assert [seen.headers["authorization"] for seen in wire.seen] == ["Bearer old", "Bearer new"]


def test_a_fixed_token_that_is_refused_is_not_sent_again(wire: Wire) -> None:
    wire.answer(respond(401, {}))
    with Fovea(wire.url, token="t") as client, pytest.raises(AuthenticationError):
        client.get("/")
    assert len(wire.seen) == 1


def test_a_token_function_may_be_async_with_the_async_client_alone(wire: Wire) -> None:
    async def token(refresh: bool) -> str:
        return "fresh" if refresh else "old"

    async def ask() -> None:
        async with AsyncFovea(wire.url, token=token) as client:
            await client.get("/")

    wire.answer(respond(401, {}), respond(200, {}))
    asyncio.run(ask())
    assert [seen.headers["authorization"] for seen in wire.seen] == ["Bearer old", "Bearer fresh"]
    mistaken = Fovea(wire.url, token=token)  # type: ignore[arg-type]
    with mistaken, pytest.raises(TypeError, match="needs AsyncFovea"):
        mistaken.get("/")


@pytest.fixture
def guarded(wire: Wire) -> Dict[str, Any]:
    """Options of a client that has something to lose in every place where it may have it."""
    options: Dict[str, Any] = {"base_url": wire.url, "token": "t", "api_key": "k", "admin_token": "a"}
    return {**options, "headers": {"X-Tenant": "7"}}


def test_a_redirect_elsewhere_takes_nothing_secret_along(
    guarded: Dict[str, Any], wire: Wire, second_wire: Wire
) -> None:
    wire.answer(to(f"{second_wire.url}/files/a.png?signature=s"))
    second_wire.answer(respond(200, b"picture"))
    http = httpx.Client(headers={"X-Api-Key": "k"}, cookies={"session": "s"}, auth=("user", "secret"))
    with http, Fovea(**guarded, http_client=http) as client:
        assert client.media.download("1").bytes() == b"picture"
    (seen,) = second_wire.seen
    assert seen.path == "/files/a.png?signature=s"
    assert [name for name in SECRET if name in seen.headers] == []
    assert all(wire.seen[0].headers[name] for name in SECRET)


def test_an_address_elsewhere_is_given_nothing_secret(guarded: Dict[str, Any], second_wire: Wire) -> None:
    async def ask() -> None:
        async with AsyncFovea(**guarded) as client:
            await client.get(f"{second_wire.url}/")

    with Fovea(**guarded) as client:
        client.icons.download(f"{second_wire.url}/a.png").close()
    asyncio.run(ask())
    for seen in second_wire.seen:
        assert [name for name in SECRET if name in seen.headers] == []


def test_a_redirect_within_the_service_keeps_them(guarded: Dict[str, Any], wire: Wire) -> None:
    wire.answer(to("/elsewhere"), respond(200, {}))
    with Fovea(**guarded) as client:
        client.get("/here")
    assert [seen.path for seen in wire.seen] == ["/here", "/elsewhere"]
    assert wire.seen[1].headers["authorization"] == "Bearer t"


def test_what_changes_something_follows_no_redirect(guarded: Dict[str, Any], wire: Wire, second_wire: Wire) -> None:
    wire.answer(to(f"{second_wire.url}/", 307))
    with Fovea(**guarded) as client, pytest.raises(ApiError, match="is that its base_url") as caught:
        client.jobs.create(prompt="A pier")
    assert caught.value.status == 307 and second_wire.seen == []


def test_a_path_is_never_a_part_of_the_host(wire: Wire) -> None:
    with Fovea(wire.url) as client, pytest.raises(ValueError, match="begins with a slash: /api"):
        client.get("api")
    assert wire.seen == []


def test_redirects_come_to_an_end(wire: Wire) -> None:
    wire.answer(to("/again"))
    with Fovea(wire.url) as client, pytest.raises(FoveaError, match="More than 5 redirects"):
        client.get("/")
    assert len(wire.seen) == 6


def test_a_client_of_httpx_that_is_handed_in_stays_open(wire: Wire) -> None:
    with httpx.Client() as http:
        with Fovea(wire.url, http_client=http):
            pass
        assert not http.is_closed
    own = Fovea(wire.url)
    own.close()
    assert own._io.http.is_closed
