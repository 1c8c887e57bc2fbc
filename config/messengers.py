"""Settings of the servers and providers that carry messages."""

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Literal

from ..ports.language.limits import Between, check_limits
from .urls import check_url

PerSecond = Annotated[float, Between(0.01, 10_000, "nothing would be sent")]


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The mail server."""

    host: str = "localhost"
    port: Annotated[int, Between(1, 65_535, "no server has it")] = 587
    encryption: Literal["starttls", "tls", "none"] = "starttls"
    """`starttls` encrypts a connection that begins in plain text; a server without it gets no mail.

    `tls` encrypts from the start, usually on port 465. `none` is for a server on this machine.
    """
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca: str | None = None
    """The file of the CA that has signed the server's certificate. The default is the system's."""
    connections: Annotated[int, Between(1, 100, "nothing would be sent")] = 4
    """The maximum of connections of this process."""
    per_second: PerSecond = 50.0
    """The maximum of mails of this process in a second."""

    def __post_init__(self) -> None:
        check_limits(self)
        if (self.user is None) != (self.password is None):
            raise ValueError("smtp.user and smtp.password belong together")
        if self.password is not None and self.encryption == "none":
            raise ValueError("smtp.encryption = 'none' would show the password")


@dataclass(frozen=True, slots=True)
class SendGridSettings:
    """SendGrid, which sends mail."""

    api_key: str | None = field(default=None, repr=False)
    api_url: str = "https://api.sendgrid.com"
    """Where its API is. The key is sent there."""
    ca: str | None = None
    """The file of the CA that has signed its certificate. The default are those of the public."""
    webhook_key: str | None = None
    """The public key of its signed event webhook. Without it, no event is believed."""
    per_second: PerSecond = 50.0
    """The maximum of mails of this process in a second."""

    def __post_init__(self) -> None:
        check_limits(self)
        check_url("sendgrid.api_url", self.api_url)


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """Twilio, which sends text messages."""

    account: str | None = None
    """The SID of the account, which begins with AC."""
    token: str | None = field(default=None, repr=False)
    """The account's token. It also signs callbacks."""
    sender: str | None = None
    """A number in E.164, or the SID of a messaging service, which begins with MG."""
    api_url: str = "https://api.twilio.com"
    """Where its API is. The token is sent there."""
    ca: str | None = None
    """The file of the CA that has signed its certificate. The default are those of the public."""
    callback_url: str | None = None
    """Where Twilio reaches `/v1/webhooks/twilio` here. Without it, it reports nothing."""
    validity: Annotated[
        timedelta,
        Between(timedelta(seconds=1), timedelta(hours=10), "no message would arrive"),
    ] = timedelta(hours=4)
    """How long a message waits at Twilio for its turn. Then it is not sent."""
    per_second: PerSecond = 1.0
    """The maximum of messages of this process in a second."""

    def __post_init__(self) -> None:
        check_limits(self)
        check_url("twilio.api_url", self.api_url)
        check_url("twilio.callback_url", self.callback_url or "https://here")


@dataclass(frozen=True, slots=True)
class WebPushSettings:
    """Push messages to browsers."""

    private_key: str | None = field(default=None, repr=False)
    """The VAPID key of the exchange, in base64url."""
    contact: str = "mailto:no-reply@localhost"
    """Whom the services of browsers can tell about a problem: a mailto: or https: URL."""
    hosts: tuple[str, ...] = (
        "fcm.googleapis.com",
        "*.push.services.mozilla.com",
        "*.push.apple.com",
        "*.notify.windows.com",
    )
    """The services of browsers. Others are refused, because users name the URLs."""
    per_second: PerSecond = 100.0
    """The maximum of messages of this process in a second."""

    def __post_init__(self) -> None:
        check_limits(self)
        if not self.contact.startswith(("mailto:", "https:")):
            raise ValueError("web_push.contact must be a mailto: or https: URL")


@dataclass(frozen=True, slots=True)
class HttpPushSettings:
    """A server with ntfy's API, for push messages to device tokens."""

    url: str | None = None
    token: str | None = field(default=None, repr=False)
    """An access token, if the server wants one."""
    ca: str | None = None
    """The file of the CA that has signed its certificate. The default are those of the public."""
    per_second: PerSecond = 10.0
    """The maximum of messages of this process in a second."""

    def __post_init__(self) -> None:
        check_limits(self)
        check_url("http_push.url", self.url or "https://here")


def check_messengers(
    used: Set[str],
    sendgrid: SendGridSettings,
    twilio: TwilioSettings,
    web_push: WebPushSettings,
    http_push: HttpPushSettings,
) -> None:
    """Raise ValueError if one that is used lacks a setting."""
    needs = (
        ({"sendgrid"}, "sendgrid.api_key", sendgrid.api_key),
        (
            {"twilio"},
            "twilio.account, token and sender",
            twilio.account and twilio.token and twilio.sender,
        ),
        ({"web", "both"}, "web_push.private_key", web_push.private_key),
        ({"http", "both"}, "http_push.url", http_push.url),
    )
    for names, what, is_there in needs:
        if used & names and not is_there:
            raise ValueError(f"a messenger needs {what}")
