"""Every server that the settings name is tried, and no secret is in what is found."""

from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest

from solebook.composition.checks import CHECKS, check_services_of
from solebook.config.load import load_settings
from solebook.config.settings import Settings
from solebook.config.tree import fields
from solebook.entrypoints.cli.check import json_of
from solebook.ports.language.trials import Verdict

from .tried import closed_port

SECRET = "hunter2-hunter2-hunter2-hunter2-hunter2"
OWN = {"server", "services", "encryption"}
"""What this process has itself: certificates and keys, which are tried without a server."""
NO_SERVERS = {"server", "services", "metrics"}
"""Sections whose hosts and ports are this process's own."""
SERVERS = ("url", "host", "otlp_url", "api_url", "public_url", "private_key", "bucket")


def test_each_section_of_the_settings_that_names_a_server_has_a_check() -> None:
    named = {
        field.name.partition(".")[0] for field in fields() if field.own_name in SERVERS
    } - NO_SERVERS
    assert named | {"replica"} == set(CHECKS) - OWN


def test_each_adapter_that_settings_can_select_has_a_check_or_is_on_this_machine() -> None:
    here = {"memory", "eml", "folder"}
    hints = get_type_hints(Settings)
    chosen: set[str] = set()
    for name in ("mail_adapter", "sms_adapter", "push_adapter"):
        returned = get_type_hints(getattr(Settings, name).fget)["return"]
        assert get_origin(returned) is Literal
        chosen |= set(get_args(returned))
    sections = {"web": "web_push", "http": "http_push", "both": "http_push"}
    assert (
        {sections.get(name, name) for name in chosen - here} <= set(CHECKS) <= {"replica", *hints}
    )


@pytest.mark.parametrize("cause", ["away", "hangs"])
async def test_no_secret_is_in_what_is_found_when_nothing_answers(cause: str) -> None:
    port = closed_port()
    at = f"127.0.0.1:{port}"
    login = f"someone:{SECRET}@{at}"
    variables = {
        "STORE__URL": f"postgresql://{login}/solebook",
        "STORE__REPLICA_URL": f"postgresql://{login}/solebook?application_name=a",
        "NATS__URL": f"nats://{login}",
        "REDIS__URL": f"redis://{login}",
        "TYPESENSE__URL": f"http://{at}",
        "INFLUX__URL": f"http://{at}",
        "INFLUX__TOKEN": SECRET,
        "PHOTOS__BUCKET": "shoes",
        "PHOTOS__ENDPOINT": f"http://{at}",
        "PHOTOS__ACCESS_KEY_ID": "someone",
        "PHOTOS__SECRET_ACCESS_KEY": SECRET,
        "PAYMENTS__ADAPTER": "stripe",
        "PAYMENTS__API_URL": f"http://{at}",
        "PAYMENTS__API_KEY": SECRET,
        "PAYMENTS__WEBHOOK_SECRET": SECRET,
        "NOTIFICATIONS__MAIL": "smtp",
        "NOTIFICATIONS__SMS": "twilio",
        "NOTIFICATIONS__PUSH": "both",
        "SMTP__HOST": "127.0.0.1",
        "SMTP__PORT": str(port),
        "SMTP__USER": "someone",
        "SMTP__PASSWORD": SECRET,
        "TYPESENSE__API_KEY": SECRET,
        "TWILIO__ACCOUNT": "AC1",
        "TWILIO__TOKEN": SECRET,
        "TWILIO__SENDER": "+15005550006",
        "TWILIO__API_URL": f"http://{at}",
        "HTTP_PUSH__URL": f"http://{at}",
        "HTTP_PUSH__TOKEN": SECRET,
        "WEB_PUSH__PRIVATE_KEY": SECRET,
        "TRACING__OTLP_URL": f"http://{at}",
        "HTTP__PUBLIC_URL": f"http://{at}",
        "WEBHOOKS__SECRET": SECRET,
    }
    settings = load_settings(None, {f"SOLEBOOK_{name}": text for name, text in variables.items()})
    limit = 30.0 if cause == "away" else 0.01
    results = await check_services_of(settings, limit=limit)()
    services = {result.service for result in results}
    assert services == {"settings", *CHECKS} - {"sendgrid"} - OWN
    failed = {one.service for one in results if one.verdict is Verdict.FAILED}
    assert failed >= services - {"settings"} if cause == "away" else failed
    assert all(one.advice for one in results if one.verdict is not Verdict.OK)
    assert "hunter2" not in repr(results)
    assert "hunter2" not in json_of(results)


def test_memory_has_no_service_at_all() -> None:
    settings: Any = msgspec.convert({"store": {"adapter": "memory"}}, Settings)
    assert [check.service for check in check_services_of(settings, limit=1.0).checks] == [
        "settings"
    ]
