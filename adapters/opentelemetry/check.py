"""What a diagnosis tries of the collector of traces."""

from ...ports.language.trials import Failed, Trials
from ...ports.service_check import ServiceCheck
from ..web.tried_server import tried_server

_NO_SPANS = b""
"""A request without spans, in protobuf."""


class CollectorCheck(ServiceCheck):
    """Sends a request without a span."""

    service = "tracing"

    def __init__(self, url: str) -> None:
        self._url = url

    def explain(self, error: Exception) -> Failed:
        return Failed(type(error).__name__)

    async def __call__(self, trials: Trials) -> None:
        async with tried_server(self._url) as server:
            advice = "start the collector with OTLP over HTTP, or correct tracing.otlp_url"
            with trials.trying("reach", advice) as trial:
                kind = {"Content-Type": "application/x-protobuf"}
                answer = await server.ask("POST", "/v1/traces", content=_NO_SPANS, headers=kind)
                if not answer.is_success:
                    raise Failed(f"{server.where} answers with status {answer.status_code}")
                trial.found = "takes traces"
