"""Serve operators, and Prometheus, beside the API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from ...composition.application import Application
from ...config.settings import Settings

if TYPE_CHECKING:
    from ...composition.certificates import Certificate


def watched_at(settings: Settings, host: str | None, port: int | None) -> Settings:
    """Return settings in which the given options replace where a process is watched."""
    metrics = settings.metrics
    port = metrics.port if port is None else port
    return msgspec.structs.replace(
        settings, metrics=replace(metrics, host=host or metrics.host, port=port)
    )


@asynccontextmanager
async def serving_operators(
    application: Application, settings: Settings, certificate: "Certificate | None"
) -> AsyncIterator[str]:
    """Serve health checks and metrics until the block is left, and yield the URL.

    They are encrypted with the certificate of the server if the settings say so. Raises OSError if
    the address cannot be used.
    """
    from ..http.encrypted import encryption_with
    from ..http.health_app import create_health_app
    from ..http.server import running_server

    assert settings.metrics.port is not None
    app = create_health_app(application)
    encryption = encryption_with(certificate if settings.metrics.tls else None)
    at = settings.metrics.host, settings.metrics.port
    async with running_server(app, *at, encryption=encryption) as url:
        yield url
