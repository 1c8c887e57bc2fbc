"""How much may wait for an endpoint."""

from ...ports.language.errors import TooManyWaiting
from ...ports.language.ids import WebhookEndpointId
from ...ports.webhook_endpoints import OutgoingWebhooks
from .webhook_rules import MAX_WAITING


async def room_for(webhooks: OutgoingWebhooks, endpoint_id: WebhookEndpointId) -> int:
    """Return how many more webhooks may wait. Raises TooManyWaiting if none."""
    room = MAX_WAITING - await webhooks.waiting(endpoint_id, MAX_WAITING)
    if room <= 0:
        raise TooManyWaiting(limit=MAX_WAITING)
    return room
