"""The pages that links in letters lead to: a link only shows a button, and the button acts once."""

import pytest

from solebook.adapters.memory.messengers import MemoryMailer
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.application import Application
from solebook.composition.embedded import build_embedded

from .world import World


@pytest.fixture
def application(clock: VirtualClock) -> Application:
    return build_embedded(seed=3, clock=clock, verify_addresses=True)


def newest_token(world: World) -> str:
    mailer = world.application.adapters.mailer
    assert isinstance(mailer, MemoryMailer)
    return mailer.sent[-1].text.rpartition("?token=")[2].split()[0]


async def test_following_a_link_changes_nothing_and_the_button_proves_the_email(
    world: World,
) -> None:
    buyer = await world.person("buyer")
    await world.workers.settle()
    token = newest_token(world)
    for _ in range(2):  # as programs do that look at mail
        shown = await world.get("/account/email", params={"token": token})
        assert (shown.status_code, token in shown.text) == (200, True)
    assert (await world.ok("GET", "/v1/users/me", buyer))["email_proven"] is False

    pressed = await world.post("/account/email", data={"token": token})
    assert (pressed.status_code, "is proven" in pressed.text) == (200, True)
    assert (await world.ok("GET", "/v1/users/me", buyer))["email_proven"] is True
    again = await world.post("/account/email", data={"token": token})
    assert (again.status_code, "ask for a new one" in again.text) == (410, True)


async def test_a_page_has_no_scripts_and_tells_nobody_its_token(world: World) -> None:
    hostile = "'><script>alert(1)</script>"
    shown = await world.get("/account/email", params={"token": hostile})
    assert "<script" not in shown.text
    assert shown.headers["content-type"] == "text/html; charset=utf-8"
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert shown.headers["cache-control"] == "no-store"
    policy = shown.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"", "application/x-www-form-urlencoded", 410),
        (b"token=\xff", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a=1" for _ in range(201)), "application/x-www-form-urlencoded", 400),
        (b"token=" + b"a" * 16_384, "application/x-www-form-urlencoded", 413),
        (b'{"token": "forged"}', "application/json", 415),
    ],
)
async def test_what_is_no_form_is_refused_with_a_page(
    world: World, content: bytes, kind: str, status: int
) -> None:
    answer = await world.post("/account/email", content=content, headers={"Content-Type": kind})
    assert (answer.status_code, "That did not work" in answer.text) == (status, True)


async def test_an_app_proves_an_email_by_the_token(world: World) -> None:
    await world.person("buyer")
    await world.workers.settle()
    token = newest_token(world)
    answer = await world.ok("POST", "/v1/email-proofs", json={"token": token})
    assert answer == {"email": "buyer@example.com", "email_proven": True}
