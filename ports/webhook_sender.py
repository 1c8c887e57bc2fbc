"""The port to what sends webhooks."""

from collections.abc import Mapping
from typing import Protocol

from .language.webhook_endpoints import Answer


class WebhookSender(Protocol):
    """Sends webhooks to the public internet, and nowhere else unless it is set up for tests."""

    async def problem_with(self, url: str) -> str | None:
        """Return why nothing would be sent to a URL's host at present, or None."""
        ...

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST a body once, within a timeout. It follows no redirect, and raises nothing."""
        ...
