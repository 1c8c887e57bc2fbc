"""What a diagnosis tries of messengers on the network. Their packages are extras."""

from ..config.settings import Settings
from ..ports.clock import Clock
from ..ports.service_check import ServiceCheck
from .outside_messengers import smtp_server


def check_of_smtp(settings: Settings, _: Clock) -> ServiceCheck | None:
    """Return what tries the mail server, or None if mail goes another way."""
    if settings.mail_adapter != "smtp":
        return None
    from ..adapters.mail.check import SmtpCheck

    return SmtpCheck(smtp_server(settings))


def check_of_sendgrid(settings: Settings, _: Clock) -> ServiceCheck | None:
    """Return what tries SendGrid, or None if mail goes another way."""
    sendgrid = settings.sendgrid
    if settings.mail_adapter != "sendgrid":
        return None
    from ..adapters.sendgrid.check import SendGridCheck

    assert sendgrid.api_key, "the settings need it"
    return SendGridCheck(key=sendgrid.api_key, url=sendgrid.api_url)


def check_of_twilio(settings: Settings, _: Clock) -> ServiceCheck | None:
    """Return what tries Twilio, or None if text messages go another way."""
    twilio = settings.twilio
    if settings.sms_adapter != "twilio":
        return None
    from ..adapters.twilio.check import TwilioCheck

    assert twilio.account, "the settings need it"
    assert twilio.token, "the settings need it"
    return TwilioCheck(account=twilio.account, token=twilio.token, url=twilio.api_url)


def check_of_web_push(settings: Settings, _: Clock) -> ServiceCheck | None:
    """Return what tries the key for browsers, or None if they get no push messages."""
    web_push = settings.web_push
    if settings.push_adapter not in ("web", "both"):
        return None
    from ..adapters.push.check import WebPushCheck

    assert web_push.private_key, "the settings need it"
    return WebPushCheck(private_key=web_push.private_key, contact=web_push.contact)


def check_of_http_push(settings: Settings, _: Clock) -> ServiceCheck | None:
    """Return what tries the push server, or None if push messages go another way."""
    http_push = settings.http_push
    if settings.push_adapter not in ("http", "both"):
        return None
    from ..adapters.push.check import HttpPushCheck

    assert http_push.url, "the settings need it"
    return HttpPushCheck(url=http_push.url, token=http_push.token)
