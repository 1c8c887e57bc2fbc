"""What sends webhooks, and the rules for them, as the settings select."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from .. import __version__
from ..adapters.security.secrets import load_or_create_secret
from ..config.settings import Settings
from ..core.outgoing_webhooks.webhook_rules import WebhookRules
from ..ports.webhook_sender import WebhookSender
from .folder import make_folder

_SENT_TO = 256
"""How many hosts are looked up at once to send to them. A thread that waits costs little."""
_CHECKED = 8
"""How many hosts of new endpoints are looked up at once: anybody can name some that hang."""


@asynccontextmanager
async def open_webhook_sender(settings: Settings) -> AsyncIterator[WebhookSender]:
    """Open what sends webhooks, and close its connections at the end."""
    # Imported here, because the package is an extra.
    from ..adapters.http.checked_connections import SystemLookUp
    from ..adapters.http.webhook_sender import HttpWebhookSender

    look_up, check = SystemLookUp(_SENT_TO), SystemLookUp(_CHECKED)
    sender = HttpWebhookSender(
        look_up,
        check=check,
        timeout=settings.webhooks.timeout.total_seconds(),
        anywhere=settings.webhooks.allow_private_addresses,
        agent=f"solebook/{__version__}",
    )
    try:
        yield sender
    finally:
        await sender.close()
        look_up.close()
        check.close()


def webhook_rules(settings: Settings) -> WebhookRules:
    """Return the rules, with the configured key or that of the folder."""
    webhooks = settings.webhooks
    return WebhookRules(
        key=(
            webhooks.secret.encode()
            if webhooks.secret
            else load_or_create_secret(make_folder(settings) / "webhooks-key")
        ),
        max_endpoints=webhooks.max_endpoints,
        disable_after=webhooks.disable_after,
        log_life=webhooks.log_life,
        timeout=webhooks.timeout,
        anywhere=webhooks.allow_private_addresses,
    )
