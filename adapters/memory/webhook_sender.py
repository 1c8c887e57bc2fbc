"""A sender of webhooks that keeps them, for tests and simulations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ...ports.language.webhook_endpoints import Answer
from ...ports.webhook_sender import WebhookSender


@dataclass(frozen=True, slots=True)
class SentWebhook:
    """A request that would have been made."""

    url: str
    headers: Mapping[str, str]
    body: bytes


def _accept(_: SentWebhook) -> Answer:
    return Answer(204, None, 0)


@dataclass
class MemoryWebhookSender(WebhookSender):
    """Keeps what it is given, and answers what `answer` says."""

    sent: list[SentWebhook] = field(default_factory=list)
    answer: Callable[[SentWebhook], Answer] = _accept
    problem: str | None = None

    async def problem_with(self, url: str) -> str | None:
        return self.problem

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        webhook = SentWebhook(url, dict(headers), body)
        self.sent.append(webhook)
        return self.answer(webhook)
