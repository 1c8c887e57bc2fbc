"""A process without Prometheus' client has health checks, and says why it has no metrics."""

import logging
from importlib import util

import pytest

from solebook.composition.container import open_application
from solebook.config.metrics import MetricsSettings
from solebook.config.settings import Settings, StoreSettings
from solebook.ports.language.process_roles import ALL_ROLES

MEASURED = Settings(store=StoreSettings(adapter="memory"), metrics=MetricsSettings(port=0))


async def test_it_starts_and_says_why(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_application(MEASURED, roles=ALL_ROLES) as application:
        assert application.expose_metrics is not None
    found = util.find_spec
    monkeypatch.setattr(
        "solebook.composition.container.find_spec",
        lambda name: None if name == "prometheus_client" else found(name),
    )
    with caplog.at_level(logging.WARNING):
        async with open_application(MEASURED, roles=ALL_ROLES) as application:
            assert application.expose_metrics is None
    assert "/metrics is not served: prometheus-client is not installed" in caplog.text
