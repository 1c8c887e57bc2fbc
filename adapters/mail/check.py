"""What a diagnosis tries of a mail server. No mail is sent."""

from contextlib import suppress

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponseException,
    SMTPTimeoutError,
)

from ...ports.language.hosts import is_this_machine
from ...ports.language.trials import Failed, Trials
from ...ports.service_check import ServiceCheck
from ..system.network_errors import why_unreached
from .smtp_pool import SmtpServer, trusting

_PATIENCE = 5.0
"""Seconds for each answer."""


class SmtpCheck(ServiceCheck):
    """Connects, encrypts and signs in."""

    service = "smtp"

    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    def explain(self, error: Exception) -> Failed:
        if isinstance(error, SMTPAuthenticationError):
            return Failed(
                f"the server does not let this user in (status {error.code})",
                "correct smtp.user and SOLEBOOK_SMTP__PASSWORD",
            )
        if isinstance(error, SMTPTimeoutError):
            error = TimeoutError()
        where = f"{self._server.host}:{self._server.port}"
        unreached = why_unreached(error, where)
        if unreached is not None:
            return unreached
        # What a server says may be about a person.
        code = f" (status {error.code})" if isinstance(error, SMTPResponseException) else ""
        return Failed(f"the mail server refuses{code}" if code else type(error).__name__)

    async def __call__(self, trials: Trials) -> None:
        server = self._server
        smtp = SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.encryption == "tls",
            start_tls=False,
            timeout=_PATIENCE,
            tls_context=None if server.encryption == "none" else trusting(server.ca),
        )
        try:
            advice = "start the mail server, or correct smtp.host, smtp.port and smtp.encryption"
            with trials.trying("reach", advice):
                await smtp.connect()
                await smtp.ehlo()
            with trials.trying("TLS", "set smtp.encryption to starttls or tls") as trial:
                if server.encryption == "starttls":
                    if not smtp.supports_extension("starttls"):
                        raise Failed("the server offers no STARTTLS", "use its port with TLS")
                    await smtp.starttls()
                trial.found = "the server is verified"
                if server.encryption == "none":
                    trial.found = "none, on this machine"
                    if not is_this_machine(server.host):
                        trial.fail("none, so mails cross the network in the clear")
            with trials.trying("sign in", "set smtp.user, if the server wants one") as trial:
                trial.found = "nobody"
                if server.user is not None and server.password is not None:
                    await smtp.login(server.user, server.password)
                    trial.found = f"as {server.user}"
        finally:
            with suppress(SMTPException, OSError):
                await smtp.quit()
            smtp.close()
