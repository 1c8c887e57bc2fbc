"""How often who may ask."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from solebook.composition.application import Application
from solebook.config.http import HttpSettings
from solebook.entrypoints.http.app import create_app
from solebook.entrypoints.http.edge import entrance
from solebook.entrypoints.http.edge.client_address import client_address
from solebook.entrypoints.http.server import running_server
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.rate_limits import RateLimit
from solebook.ports.rate_limits import RateLimits

from ...served import PASSWORD
from .conftest import PLENTY
from .world import World


class TestUserLimit:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        slow = RateLimit(burst=2, per_second=0.5)
        return HttpSettings(user_limit=slow, address_limit=PLENTY, credentials_limit=PLENTY)

    async def test_a_user_who_asks_too_often_waits_and_nobody_else_does(self, world: World) -> None:
        person, other = await world.person("person"), await world.person("other")
        for _ in range(2):
            await world.ok("GET", "/v1/users/me", person)
        answer = await world.get("/v1/users/me", person)
        assert (answer.status_code, answer.json()["type"]) == (429, "/problems/rate-limited")
        assert answer.headers["retry-after"] == "2"
        assert answer.json()["retry_after"] == 2
        await world.ok("GET", "/v1/users/me", other)
        await world.clock.advance(timedelta(seconds=2))
        await world.ok("GET", "/v1/users/me", person)


class TestAddressLimit:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        slow = RateLimit(burst=2, per_second=0.5)
        return HttpSettings(user_limit=PLENTY, address_limit=slow, credentials_limit=PLENTY)

    async def test_an_address_that_asks_too_often_waits_even_with_bad_tokens(
        self, world: World
    ) -> None:
        headers = {"Authorization": "Bearer x"}
        for _ in range(2):
            assert (await world.get("/v1/bids", headers=headers)).status_code == 401
        assert (await world.get("/v1/bids", headers=headers)).status_code == 429
        assert (await world.get("/v1/products")).status_code == 429

    async def test_in_a_flood_refusals_come_later(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        waited: list[float] = []

        async def sleep(seconds: float) -> None:
            waited.append(seconds)

        monkeypatch.setattr(entrance, "_QUICK_REFUSALS", 2)
        monkeypatch.setattr(entrance, "sleep", sleep)
        answers = [(await world.get("/v1/rules")).status_code for _ in range(12)]
        refused = answers.count(429)
        assert refused > 4
        # A second that ends meanwhile lets two more be refused at once.
        assert refused - 4 <= len(waited) <= refused - 2

    async def test_health_is_told_at_any_rate(self, world: World) -> None:
        for _ in range(5):
            await world.ok("GET", "/health/live")

    async def test_who_asks_faster_than_allowed_is_still_answered_at_the_allowed_rate(
        self, world: World
    ) -> None:
        """What a refused request has paid at the entrance does not keep the next one out."""
        statuses = []
        for _ in range(15 + 80):
            statuses.append((await world.get("/health/ready")).status_code)
            if len(statuses) >= 15:  # the burst is used up
                await world.clock.advance(timedelta(milliseconds=25))
        assert set(statuses) == {200, 429}
        assert statuses[15:].count(200) >= 9  # 2 seconds of 20 tokens, of which each takes 4

    async def test_a_header_that_anybody_can_write_changes_nothing(self, world: World) -> None:
        for n, status in enumerate((200, 200, 429)):
            headers = {"X-Forwarded-For": f"10.0.0.{n}"}
            assert (await world.get("/v1/rules", headers=headers)).status_code == status

    async def test_nor_does_it_from_the_servers_own_machine(self, world: World) -> None:
        async with (
            running_server(world.app, "127.0.0.1", 0) as url,
            httpx.AsyncClient(base_url=url) as client,
        ):
            for n, status in enumerate((200, 200, 429)):
                headers = {"X-Forwarded-For": f"10.0.0.{n}"}
                answer = await client.get("/v1/rules", headers=headers)
                assert answer.status_code == status
                assert "server" not in answer.headers


class TestCredentialsLimit:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        slow = RateLimit(burst=3, per_second=0.1)
        return HttpSettings(
            user_limit=PLENTY,
            address_limit=PLENTY,
            credentials_limit=slow,
            email_limit=RateLimit(burst=6, per_second=0.1),
            trusted_proxies=("127.0.0.1",),
        )

    async def test_one_address_guesses_few_passwords(self, world: World) -> None:
        body = {"email": "person@example.com", "password": PASSWORD}
        for n in range(3):
            guess = {**body, "email": f"person-{n}@example.com"}
            assert (await world.post("/v1/sessions", json=guess)).status_code == 401
        answer = await world.post("/v1/sessions", json=body)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "10")
        body |= {"first_name": "Test", "last_name": "Person"}
        assert (await world.post("/v1/users", json=body)).status_code == 429
        assert (await world.get("/v1/products")).status_code == 200

    async def test_many_addresses_guess_few_passwords_of_one_user(self, world: World) -> None:
        spellings = (" PERSON@example.com", "person@example.com")
        statuses = [await guess(world, f"203.0.113.{n}", spellings[n % 2]) for n in range(7)]
        assert statuses == [401] * 6 + [429]

    async def test_one_address_guesses_few_passwords_of_one_user_whatever_else_it_does(
        self, world: World
    ) -> None:
        for _ in range(3):
            assert await guess(world, "203.0.113.1") == 401
            await world.clock.advance(timedelta(seconds=1))
        assert await guess(world, "203.0.113.1") == 429

    async def test_wrong_passwords_from_elsewhere_keep_nobody_out(self, world: World) -> None:
        await world.person("person")
        assert await sign_in(world, "198.51.100.7") == 201
        for second in range(100):
            await world.clock.advance(timedelta(seconds=1))
            for n in range(5):
                assert await guess(world, f"203.0.113.{5 * second + n}") in (401, 429)
            if second % 10 == 9:
                assert await sign_in(world, "198.51.100.7") == 201
        assert await guess(world, "203.0.114.1") == 429

    async def test_wrong_passwords_from_one_address_keep_out_nobody_who_never_was_here(
        self, world: World
    ) -> None:
        await world.person("person")
        for n in range(20):
            await world.clock.advance(timedelta(seconds=1))
            assert await guess(world, "203.0.113.1") in (401, 429)
            assert await sign_in(world, f"198.51.100.{n}") == 201

    @pytest.mark.parametrize("path", ["/v1/users", "/v1/password-resets"])
    async def test_nor_does_anything_else_that_is_done_with_their_email(
        self, world: World, path: str
    ) -> None:
        person = await world.person("person")
        rest = {"password": "a long password", "first_name": "A", "last_name": "B"}
        for email in ("person@example.com", person.id):
            for n in range(10):
                json = {"email": email, **(rest if path == "/v1/users" else {})}
                headers = {"X-Forwarded-For": f"203.0.113.{n}"}
                await world.post(path, json=json, headers=headers)
                await guess(world, f"203.0.114.{n}", email=person.id)
        assert await sign_in(world, "198.51.100.9") == 201
        change = {"email": "new@example.com", "password": PASSWORD}
        headers = {"X-Forwarded-For": "198.51.100.9"}
        answer = await world.call("PUT", "/v1/users/me/email", person, json=change, headers=headers)
        assert answer.status_code == 202

    async def test_right_passwords_do_not_count(self, world: World) -> None:
        await world.person("person")
        for _ in range(10):
            await world.clock.advance(timedelta(seconds=10))
            assert await sign_in(world, "198.51.100.7") == 201


async def guess(world: World, address: str, email: str = "person@example.com") -> int:
    """Try a wrong password from an address."""
    return await sign_in(world, address, email, "wrong")


async def sign_in(
    world: World, address: str, email: str = "person@example.com", password: str = PASSWORD
) -> int:
    """Sign in from an address, and return the status."""
    headers = {"X-Forwarded-For": address}
    credentials = {"email": email, "password": password}
    return (await world.post("/v1/sessions", json=credentials, headers=headers)).status_code


class _Unreachable(RateLimits):
    async def take(self, bucket: str, limit: RateLimit, cost: int = 1) -> None:
        raise Unavailable(what="the rate limits", retry_after=5)

    async def put_back(self, bucket: str, limit: RateLimit) -> None:
        raise NotImplementedError


async def test_without_buckets_trade_goes_on_but_nobody_signs_in(application: Application) -> None:
    adapters = replace(application.adapters, rate_limits=_Unreachable())
    app = create_app(replace(application, adapters=adapters))
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # Litestar's own ASGI types
    async with httpx.AsyncClient(transport=transport, base_url="http://market.test") as client:
        assert (await client.get("/v1/products")).status_code == 200
        credentials = {"email": "person@example.com", "password": PASSWORD}
        answer = await client.post("/v1/sessions", json=credentials)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.7", None, "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "nonsense", "unknown"),
        ("2001:db8:1:2:3::4", None, "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::5", None, "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", None, "203.0.113.7"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, ::ffff:10.0.0.2", "198.51.100.1"),
        ("192.168.0.1", "198.51.100.1", "198.51.100.1"),
        (None, None, "unknown"),
    ],
)
def test_whose_request_it_is(peer: str | None, forwarded: str | None, address: str) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    scope: Any = {"type": "http", "headers": headers, "client": (peer, 1) if peer else None}
    settings = HttpSettings(trusted_proxies=("10.0.0.0/8", "::ffff:192.168.0.0/112"))
    assert client_address(settings.proxy_networks())(scope) == address


@pytest.mark.parametrize(
    "wrong", [{"max_body": 0}, {"allowed_hosts": ()}, {"trusted_proxies": ("nowhere",)}]
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        HttpSettings(**wrong)  # type: ignore[arg-type]  # wrong on purpose
