"""A diagnosis of Stripe, messengers, traces and the public address says what is wrong."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from solebook.adapters.push.web_push_messenger import public_key_of
from solebook.adapters.stripe.webhook_events import EVENTS
from solebook.composition.stripe_adapters import STRIPES_WEBHOOKS
from solebook.config.http import HttpSettings
from solebook.config.messengers import (
    HttpPushSettings,
    SendGridSettings,
    SmtpSettings,
    TwilioSettings,
    WebPushSettings,
)
from solebook.config.notifications import NotificationsSettings
from solebook.config.settings import PaymentsSettings, Settings, StoreSettings
from solebook.config.tracing import TracingSettings
from solebook.entrypoints.doubles.messages.double import Fault, running_message_double
from solebook.entrypoints.doubles.push.double import PushDouble
from solebook.entrypoints.doubles.sendgrid.double import SendGridDouble
from solebook.entrypoints.doubles.stripe.app import running_double
from solebook.entrypoints.doubles.stripe.double import StripeDouble
from solebook.entrypoints.doubles.stripe.resources.webhook_endpoints import new_endpoint
from solebook.entrypoints.doubles.twilio.double import TwilioDouble

from ..certificates import Authority
from ..mail_server import PASSWORD, USER, running_mail_server
from ..otlp_receiver import receiving
from .tried import (
    FAILED,
    OK,
    WARNING,
    SkewedClock,
    all_well,
    closed_port,
    says,
    silent_server,
    tried,
)

KEY, WRONG = "sk_test_right_4242", "sk_test_wrong_hunter2"
PUBLIC = "https://exchange.example.com"


def base(**sections: Any) -> Settings:
    return Settings(store=StoreSettings(adapter="memory"), **sections)


# ---- Stripe --------------------------------------------------------------------------------------


def paying(url: str, key: str = KEY, **http: Any) -> Settings:
    payments = PaymentsSettings(
        adapter="stripe", api_key=key, api_url=url, webhook_secret="whsec_of_a_test"
    )
    return base(payments=payments, http=HttpSettings(**{"public_url": PUBLIC} | http))


def listen(double: StripeDouble, *kinds: str, connect: bool = False, **fields: Any) -> None:
    url = fields.pop("url", f"{PUBLIC}{STRIPES_WEBHOOKS}")
    endpoint = new_endpoint(
        double.state, url, kinds=list(kinds), secrets=["whsec_of_a_test"], connect=connect
    )
    endpoint.update(fields)


async def test_stripe_is_well_and_nothing_changes() -> None:
    double = StripeDouble()
    listen(double, *EVENTS)
    listen(double, *EVENTS, connect=True)
    async with running_double(double, key=KEY) as url:
        before = [repr(double.state.of(kind)) for kind in ("webhook_endpoint", "event")]
        found = await tried(paying(url), "payments")
        assert [repr(double.state.of(kind)) for kind in ("webhook_endpoint", "event")] == before
    all_well(found)
    assert [one.found for one in found.values()][:2] == ["valid", "test mode"]
    assert KEY not in repr(found)


async def test_a_wrong_key_is_noticed_and_no_part_of_it_is_shown() -> None:
    async with running_double(StripeDouble(), key=KEY) as url:
        found = await tried(paying(url, WRONG), "payments")
    says(found["key"], FAILED, "Stripe refuses the key", "correct payments.api_key")
    assert "hunter2" not in repr(found)
    assert list(found) == ["key"]


async def test_webhooks_that_do_not_arrive_are_noticed() -> None:
    double = StripeDouble()
    async with running_double(double, key=KEY) as url:

        async def webhooks() -> Any:
            return (await tried(paying(url), "payments"))["webhooks"]

        listen(double, "*", url="https://other.example.com/v1/webhooks/stripe")
        listen(double, "*", status="disabled")
        says(
            await webhooks(), FAILED, f"no endpoint for {PUBLIC}{STRIPES_WEBHOOKS} is", "create it"
        )
        listen(double, *(EVENTS - {"refund.failed", "payout.failed"}))
        says(await webhooks(), FAILED, "miss payout.failed, refund.failed", "add these events")
        listen(double, "payout.failed", "refund.failed", connect=True)
        says(await webhooks(), OK)
        listen(double, "*", api_version="2020-01-01")
        says(await webhooks(), FAILED, "of the API's version 2020-01-01", "create it anew with ver")
    double = StripeDouble()
    listen(double, "*")
    async with running_double(double, key=KEY) as url:
        found = (await tried(paying(url), "payments"))["webhooks"]
    says(found, WARNING, "one endpoint for", "a second one for events of connected accounts")


async def test_stripe_itself_reaches_nothing_on_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from solebook.adapters.stripe import check

    async with running_double(StripeDouble(), key=KEY) as url:
        monkeypatch.setattr(check, "_STRIPE", url)
        settings = paying(url, public_url="http://127.0.0.1:8000")
        payments = PaymentsSettings(adapter="stripe", api_key=KEY, webhook_secret="whsec_a_test")
        found = await tried(msgspec.structs.replace(settings, payments=payments), "payments")
    says(found["webhooks"], WARNING, "cannot reach http.public_url", "stripe listen --forward-to")


# ---- messengers ----------------------------------------------------------------------------------


def mailing(port: int, **smtp: Any) -> Settings:
    return base(
        notifications=NotificationsSettings(mail="smtp"),
        smtp=SmtpSettings(host="127.0.0.1", port=port, **{"encryption": "none"} | smtp),
    )


@pytest.fixture
def tls(tmp_path: Path) -> tuple[ssl.SSLContext, str]:
    authority = Authority(tmp_path, "ca")
    certificate, key = authority.certify("server", "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, str(authority.certificate)


async def test_a_mail_server_is_tried_without_a_mail(tls: tuple[ssl.SSLContext, str]) -> None:
    context, ca = tls
    login = {"encryption": "starttls", "user": USER, "password": PASSWORD, "ca": ca}
    async with running_mail_server(tls=context) as server:
        found = await tried(mailing(server.port, **login), "smtp")
        all_well(found)
        assert found["sign in"].found == f"as {USER}"
        wrong = await tried(mailing(server.port, **login | {"password": WRONG}), "smtp")
        says(
            wrong["sign in"], FAILED, "does not let this user in (status 535)", "correct smtp.user"
        )
        unknown = await tried(mailing(server.port, **login | {"ca": None}), "smtp")
        says(
            unknown["TLS"], FAILED, "the certificate cannot be verified", "name the file of the CA"
        )
        assert server.received == []
    async with running_mail_server() as server:
        all_well(await tried(mailing(server.port), "smtp"))
        found = await tried(mailing(server.port, **login), "smtp")
        says(found["TLS"], FAILED, "offers no STARTTLS", "use its port with TLS")
    away = await tried(mailing(closed_port()), "smtp")
    says(away["reach"], FAILED, "nothing listens at 127.0.0.1", "start the server")
    async with silent_server() as port:
        hangs = await tried(mailing(port), "smtp", limit=0.3)
    says(hangs["reach"], FAILED, "no answer within", "start the mail server")
    told = repr((found, wrong, unknown))
    assert PASSWORD not in told
    assert WRONG not in told


async def test_sendgrid_is_tried_without_a_mail() -> None:
    def settings(url: str, key: str) -> Settings:
        return base(
            notifications=NotificationsSettings(mail="sendgrid"),
            sendgrid=SendGridSettings(api_key=key, api_url=url),
        )

    double = SendGridDouble(KEY)
    async with running_message_double(double) as url:
        all_well(await tried(settings(url, KEY), "sendgrid"))
        wrong = await tried(settings(url, WRONG), "sendgrid")
        says(wrong["key"], FAILED, "SendGrid refuses the key", "correct SOLEBOOK_SENDGRID__API_KEY")
        double.scopes = ["stats.read"]
        found = await tried(settings(url, KEY), "sendgrid")
        says(found["key"], FAILED, "may not send mail", "give it the scope mail.send")
        double.fail(Fault(status=503))
        says((await tried(settings(url, KEY), "sendgrid"))["key"], FAILED, "with status 503")
    assert double.taken == []
    assert WRONG not in repr(wrong)


async def test_twilio_is_tried_without_a_message() -> None:
    def settings(url: str, token: str, account: str = "AC1") -> Settings:
        return base(
            notifications=NotificationsSettings(sms="twilio"),
            twilio=TwilioSettings(account=account, token=token, sender="+15005550006", api_url=url),
        )

    double = TwilioDouble("AC1", KEY)
    async with running_message_double(double) as url:
        all_well(await tried(settings(url, KEY), "twilio"))
        wrong = await tried(settings(url, WRONG), "twilio")
        says(wrong["account"], FAILED, "Twilio refuses the token", "SOLEBOOK_TWILIO__TOKEN")
        other = await tried(settings(url, KEY, "AC2"), "twilio")
        says(other["account"], FAILED, "knows no such account", "correct twilio.account")
        double.status = "suspended"
        found = await tried(settings(url, KEY), "twilio")
        says(found["account"], FAILED, "the account is suspended", "look at Twilio's console")
    assert double.taken == []
    assert WRONG not in repr(wrong)


async def test_push_is_tried_without_a_message() -> None:
    def settings(url: str, token: str | None = None, key: str = "no-key-hunter2") -> Settings:
        return base(
            notifications=NotificationsSettings(push="both"),
            http_push=HttpPushSettings(url=url, token=token),
            web_push=WebPushSettings(private_key=key),
        )

    double = PushDouble(KEY)
    async with running_message_double(double) as url:
        all_well(await tried(settings(url, KEY), "http_push"))
        wrong = await tried(settings(url, WRONG), "http_push")
        says(wrong["token"], FAILED, "refuses the token", "SOLEBOOK_HTTP_PUSH__TOKEN")
        other = await tried(settings(f"{url}/elsewhere"), "http_push")
        says(other["reach"], FAILED, "does not answer as ntfy", "correct http_push.url")
        no_key = await tried(settings(url), "web_push")
        says(no_key["key"], FAILED, "no VAPID key", "generate a VAPID key")
        good = "VjBSgYLKe0SmSWJpyzXKtPIgGUOjQVJlZgYJhGDmVQ0"
        assert public_key_of(good)
        found = await tried(settings(url, key=good), "web_push")
        says(found["key"], OK, "can sign")
        says(found["contact"], WARNING, "reaches nobody", "name a mailbox")
    assert double.taken == []
    assert "hunter2" not in repr((wrong, no_key))


# ---- traces and the public address ---------------------------------------------------------------


async def test_a_collector_is_tried_without_a_span() -> None:
    with receiving() as receiver:
        all_well(await tried(base(tracing=TracingSettings(otlp_url=receiver.url)), "tracing"))
        assert receiver.spans == []
    away = TracingSettings(otlp_url=f"http://127.0.0.1:{closed_port()}")
    found = await tried(base(tracing=away), "tracing")
    says(found["reach"], FAILED, "nothing listens at", "start the server")


ALIVE = b'{"status": "ok"}'


@asynccontextmanager
async def serving(tls: ssl.SSLContext | None = None, body: bytes = ALIVE) -> AsyncIterator[int]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.read(4_096)  # nothing, of who looks at the certificate
        is_health = head.startswith(b"GET /health/live ")
        status, said = (b"200 OK", body) if is_health else (b"400 Bad Request", b"")
        writer.write(b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status, len(said), said))
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def at(url: str) -> Settings:
    return base(http=HttpSettings(public_url=url))


async def test_the_public_address_is_reached_with_tls(
    tls: tuple[ssl.SSLContext, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    context, ca = tls
    async with serving(context) as port:
        url = f"https://127.0.0.1:{port}"
        found = await tried(at(url), "http")
        says(found["certificate"], FAILED, "cannot be verified", "name the file of the CA")
        monkeypatch.setenv("SSL_CERT_FILE", ca)
        found = await tried(at(url), "http")
        says(found["answers"], OK, "the exchange is alive")
        says(found["certificate"], WARNING, "valid for 1 more days", "renew the certificate")
        later = SkewedClock(timedelta(days=1))
        found = await tried(at(url), "http", clock=later)
        says(found["certificate"], FAILED, "ends on 20", "renew the certificate")
        other = await tried(at(f"https://localhost:{port}"), "http")
        says(
            other["certificate"], FAILED, "another host's", "use the name that the certificate has"
        )
    async with serving() as port:
        found = await tried(at(f"https://127.0.0.1:{port}"), "http")
        says(found["certificate"], FAILED, "speaks no TLS", "turn TLS on")


async def test_a_public_address_that_leads_elsewhere_is_noticed() -> None:
    async with serving() as port:
        all_well(await tried(at(f"http://127.0.0.1:{port}"), "http"))
    async with serving(body=b"<h1>Welcome to nginx!</h1>") as port:
        found = await tried(at(f"http://127.0.0.1:{port}"), "http")
        says(found["answers"], FAILED, "not as solebook does", "correct the proxy")
    found = await tried(at(f"http://127.0.0.1:{closed_port()}"), "http")
    says(found["answers"], FAILED, "nothing listens at 127.0.0.1", "start the server")
    found = await tried(at("https://exchange.invalid"), "http")
    says(found["name"], FAILED, "no address is known for exchange.invalid", "DNS")
