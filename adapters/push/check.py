"""What a diagnosis tries of push messages. None is sent."""

from ...ports.language.trials import Failed, Trials
from ...ports.service_check import ServiceCheck
from ..web.tried_server import fields_in, tried_server
from .web_push_messenger import public_key_of

_WRONG_TOKEN = Failed("the push server refuses the token", "correct SOLEBOOK_HTTP_PUSH__TOKEN")


class WebPushCheck(ServiceCheck):
    """Reads the key. Which service a browser uses, its user tells, so none can be tried."""

    service = "web_push"

    def __init__(self, *, private_key: str, contact: str) -> None:
        self._private_key = private_key
        self._contact = contact

    def explain(self, error: Exception) -> Failed:
        return Failed(type(error).__name__)

    async def __call__(self, trials: Trials) -> None:
        with trials.trying("key", "generate a VAPID key: docs/how-to/send-messages.md") as trial:
            try:
                public_key_of(self._private_key)
            except ValueError as error:
                raise Failed("it is no VAPID key in base64url") from error
            trial.found = "can sign"
        with trials.trying("contact", "name a mailbox or a page of yours") as trial:
            trial.found = self._contact
            if "localhost" in self._contact:
                trial.warn(f"{self._contact} reaches nobody")


class HttpPushCheck(ServiceCheck):
    """Tries a server with ntfy's API."""

    service = "http_push"

    def __init__(self, *, url: str, token: str | None) -> None:
        self._url = url
        self._token = token

    def explain(self, error: Exception) -> Failed:
        return Failed(type(error).__name__)

    async def __call__(self, trials: Trials) -> None:
        headers = None if self._token is None else {"Authorization": f"Bearer {self._token}"}
        async with tried_server(self._url, headers=headers) as server:
            with trials.trying("reach", "start the push server, or correct http_push.url") as t:
                answer = await server.ask("GET", "/v1/health")
                if fields_in(answer).get("healthy") is not True:
                    raise Failed(f"{server.where} does not answer as ntfy, or is not healthy")
                t.found = "healthy"
            with trials.trying("token", "correct SOLEBOOK_HTTP_PUSH__TOKEN") as trial:
                await server.ask("GET", "/v1/account", refused=_WRONG_TOKEN)
                trial.found = "none" if self._token is None else "valid"
