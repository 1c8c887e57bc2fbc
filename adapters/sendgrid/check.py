"""What a diagnosis tries of SendGrid. No mail is sent."""

from ...ports.language.trials import Failed, Trials
from ...ports.service_check import ServiceCheck
from ..web.tried_server import fields_in, tried_server

_SENDS = "mail.send"
_WRONG_KEY = Failed("SendGrid refuses the key", "correct SOLEBOOK_SENDGRID__API_KEY")


class SendGridCheck(ServiceCheck):
    """Asks what the key may do."""

    service = "sendgrid"

    def __init__(self, *, key: str, url: str) -> None:
        self._key = key
        self._url = url

    def explain(self, error: Exception) -> Failed:
        return Failed(type(error).__name__)

    async def __call__(self, trials: Trials) -> None:
        headers = {"Authorization": f"Bearer {self._key}"}
        async with tried_server(self._url, headers=headers) as server:
            with trials.trying("key", "correct sendgrid.api_url") as trial:
                answer = await server.ask("GET", "/v3/scopes", refused=_WRONG_KEY)
                scopes = fields_in(answer).get("scopes")
                if not isinstance(scopes, list):
                    raise Failed(f"{server.where} does not answer as SendGrid")
                trial.found = "valid"
                if _SENDS not in scopes:
                    raise Failed("the key may not send mail", f"give it the scope {_SENDS}")
