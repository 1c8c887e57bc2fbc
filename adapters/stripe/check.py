"""What a diagnosis tries of Stripe. It never shows the key, nor what Stripe says of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...ports.language.trials import Failed, Trial, Trials
from ...ports.service_check import ServiceCheck
from ..web.tried_server import TriedServer, fields_in, tried_server
from .client import API_VERSION
from .webhook_events import EVENTS

_STRIPE = "https://api.stripe.com"
_WRONG_KEY = Failed("Stripe refuses the key", "correct payments.api_key, or make a new key")
_ALL = "*"


class StripeCheck(ServiceCheck):
    """Reads the balance and the webhook endpoints."""

    service = "payments"

    def __init__(
        self,
        key: str,
        *,
        url: str | None,
        webhook_url: str,
        is_production: bool,
        is_reachable: bool,
    ) -> None:
        """`webhook_url` is where Stripe should post events, if it `is_reachable` for Stripe.

        In production the key should be of live mode, and elsewhere it should not.
        """
        self._url = url or _STRIPE
        self._headers = {"Authorization": f"Bearer {key}", "Stripe-Version": API_VERSION}
        self._webhook_url = webhook_url
        self._is_production = is_production
        self._is_reachable = is_reachable

    def explain(self, error: Exception) -> Failed:
        return Failed(type(error).__name__)

    async def __call__(self, trials: Trials) -> None:
        async with tried_server(self._url, headers=self._headers) as server:
            with trials.trying("key", "look at the dashboard of Stripe") as trial:
                balance = await self._balance(server)
                trial.found = "valid"
            with trials.trying("mode", "use the key that belongs to this exchange") as trial:
                is_live = balance.get("livemode") is True
                trial.found = "live mode" if is_live else "test mode"
                if is_live and not self._is_production:
                    trial.warn("live mode, so money moves although `mode` is not production")
                elif self._is_production and not is_live:
                    trial.warn("test mode in production, so no money moves")
            with trials.trying("webhooks", "create it in the dashboard of Stripe") as trial:
                await self._look_at_webhooks(server, trial)

    async def _balance(self, server: TriedServer) -> Mapping[str, Any]:
        answer = await server.ask("GET", "/v1/balance")
        if answer.status_code == 401:
            raise _WRONG_KEY
        if answer.status_code == 403:
            raise Failed("the key may not read the balance", "allow it for this restricted key")
        balance = fields_in(answer)
        if not answer.is_success or balance.get("object") != "balance":
            raise Failed(f"{server.where} does not answer as Stripe", "correct payments.api_url")
        return balance

    async def _look_at_webhooks(self, server: TriedServer, trial: Trial) -> None:
        if not self._is_reachable:
            trial.warn(
                "Stripe cannot reach http.public_url, which is on this machine",
                f"pass them on: stripe listen --forward-to {self._webhook_url}",
            )
            return
        answer = await server.ask("GET", "/v1/webhook_endpoints", params={"limit": "100"})
        if answer.status_code in (401, 403):
            trial.warn("the key may not list webhook endpoints", "look at them in the dashboard")
            return
        listed: Sequence[Mapping[str, Any]] = fields_in(answer).get("data", [])
        ours = [
            each
            for each in listed
            if each.get("url") == self._webhook_url and each.get("status") == "enabled"
        ]
        if not ours:
            raise Failed(f"no endpoint for {self._webhook_url} is enabled")
        if others := {each.get("api_version") for each in ours} - {API_VERSION}:
            raise Failed(
                f"an endpoint sends events of the API's version {others.pop()}",
                f"create it anew with version {API_VERSION}",
            )
        told = {kind for each in ours for kind in each.get("enabled_events", ())}
        missing = set() if _ALL in told else EVENTS - told
        trial.found = f"{len(ours)} for {self._webhook_url}, with all events"
        if missing:
            raise Failed(f"the endpoints miss {', '.join(sorted(missing))}", "add these events")
        if len(ours) == 1:
            trial.warn(
                f"one endpoint for {self._webhook_url}",
                "create a second one for events of connected accounts",
            )
