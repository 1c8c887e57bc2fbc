"""What a diagnosis tries of the public address, as a user would reach it."""

import asyncio
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from ...ports.clock import Clock
from ...ports.language.trials import Failed, Trial, Trials
from ...ports.service_check import ServiceCheck
from ..system.network_errors import why_unreached
from ..web.tried_server import PATIENCE, fields_in, tried_server

_SOON = 21
"""Days before which a certificate should be renewed: those that renew themselves are by then."""


class PublicAddressCheck(ServiceCheck):
    """Looks the name up, looks at the certificate, and asks whether the exchange is alive."""

    service = "http"

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self._clock = clock
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._is_encrypted = parts.scheme == "https"
        self._port = parts.port or (443 if self._is_encrypted else 80)

    def explain(self, error: Exception) -> Failed:
        unreached = why_unreached(error, f"{self._host}:{self._port}")
        return unreached or Failed(type(error).__name__)

    async def __call__(self, trials: Trials) -> None:
        with trials.trying("name", "correct http.public_url, or DNS") as trial:
            loop = asyncio.get_running_loop()
            found = await loop.getaddrinfo(self._host, self._port)
            trial.found = ", ".join(sorted({str(address[0]) for *_, address in found}))
        tls = ssl.create_default_context()  # what the system trusts, as a user's browser does
        if self._is_encrypted:
            with trials.trying("certificate", "renew the certificate") as trial:
                await self._look_at_certificate(tls, trial)
        async with tried_server(self._url, tls=tls) as server:
            advice = "start `solebook serve`, or correct the proxy in front of it"
            with trials.trying("answers", advice) as trial:
                answer = await server.ask("GET", "/health/live")
                if not answer.is_success or fields_in(answer).get("status") != "ok":
                    raise Failed(
                        f"/health/live answers with status {answer.status_code}, and not as "
                        "solebook does"
                    )
                trial.found = "the exchange is alive"

    async def _look_at_certificate(self, tls: ssl.SSLContext, trial: Trial) -> None:
        async with asyncio.timeout(PATIENCE):
            _, writer = await asyncio.open_connection(self._host, self._port, ssl=tls)
        try:
            certificate: Mapping[str, Any] = writer.get_extra_info("peercert")
        finally:
            writer.close()
        ends_at = datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
        left = (ends_at - self._clock.now()).days
        trial.found = f"is valid for {left} more days"
        if left < 1:
            trial.fail(f"ends on {ends_at:%Y-%m-%d}")
        elif left < _SOON:
            trial.warn(trial.found)
