"""What a diagnosis tries of Twilio. No message is sent."""

from ...ports.language.trials import Failed, Trials
from ...ports.service_check import ServiceCheck
from ..web.tried_server import fields_in, tried_server

_WRONG_TOKEN = Failed(
    "Twilio refuses the token", "correct twilio.account and SOLEBOOK_TWILIO__TOKEN"
)


class TwilioCheck(ServiceCheck):
    """Asks for the state of the account."""

    service = "twilio"

    def __init__(self, *, account: str, token: str, url: str) -> None:
        self._account = account
        self._token = token
        self._url = url

    def explain(self, error: Exception) -> Failed:
        return Failed(type(error).__name__)

    async def __call__(self, trials: Trials) -> None:
        async with tried_server(self._url, login=(self._account, self._token)) as server:
            with trials.trying("account", "correct twilio.account and twilio.api_url") as trial:
                path = f"/2010-04-01/Accounts/{self._account}.json"
                answer = await server.ask("GET", path, refused=_WRONG_TOKEN)
                status = fields_in(answer).get("status")
                if not answer.is_success or not isinstance(status, str):
                    raise Failed(f"{server.where} knows no such account")
                trial.found = status
                if status != "active":
                    raise Failed(f"the account is {status}", "look at Twilio's console")
