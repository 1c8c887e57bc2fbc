"""`solebook double sendgrid`, `twilio` and `push`."""

import argparse

import httpx
import pytest

from solebook.entrypoints.cli.message_double import _double, message_double
from solebook.entrypoints.doubles.messages.double import running_message_double


@pytest.mark.parametrize("service", ["sendgrid", "twilio", "push"])
async def test_a_double_says_what_its_client_needs_and_is_controlled_over_http(
    service: str,
) -> None:
    double, hint = _double(service, "a-key")
    assert "a-key" in hint
    async with running_message_double(double) as url, httpx.AsyncClient(base_url=url) as client:
        assert (await client.post("/_double/faults", json={"status": 418})).status_code == 200
        assert (await client.post("/anything", json={})).status_code == 418
        assert (await client.post("/_double/faults", json={"sort": 1})).status_code == 400
        assert (await client.post("/_double/unheard-of")).status_code == 404
        assert (await client.get("/_double/messages")).json() == {"messages": [], "calls": 1}
        assert (await client.post("/_double/reset")).json() == {}


async def test_options_of_stripes_double_are_refused() -> None:
    options = argparse.Namespace(
        service="push", key=None, journal=None, webhook="http://127.0.0.1:1", secret=None
    )
    with pytest.raises(ValueError, match="for the double of Stripe"):
        await message_double(options)
