"""Ids. Every id is a UUID of version 7, so ids sort by creation time."""

import re
from typing import NewType
from uuid import UUID

UserId = NewType("UserId", UUID)
AddressId = NewType("AddressId", UUID)
PaymentMethodId = NewType("PaymentMethodId", UUID)
SessionId = NewType("SessionId", UUID)
ProductId = NewType("ProductId", UUID)
QuoteId = NewType("QuoteId", UUID)
"""Identifies a bid or an ask."""
HaltId = NewType("HaltId", UUID)
OrderId = NewType("OrderId", UUID)
"""Identifies a match and its order, which share one id."""
TaskId = NewType("TaskId", UUID)
PhotoId = NewType("PhotoId", UUID)
"""Identifies a photo by its task and its content. It does not sort by time."""
MessageId = NewType("MessageId", UUID)
AlertId = NewType("AlertId", UUID)
NotificationId = NewType("NotificationId", UUID)
SubscriptionId = NewType("SubscriptionId", UUID)
AuditEntryId = NewType("AuditEntryId", UUID)
AlarmId = NewType("AlarmId", UUID)
KeptWebhookId = NewType("KeptWebhookId", UUID)
ApiTokenId = NewType("ApiTokenId", UUID)
DisputeId = NewType("DisputeId", UUID)
WebhookEndpointId = NewType("WebhookEndpointId", UUID)
OutgoingWebhookId = NewType("OutgoingWebhookId", UUID)

NOBODY = UserId(UUID(int=0))
"""Stands for the user of an email that nobody registered."""

_ID = re.compile(r"[0-9a-f]{8}(-?)(?:[0-9a-f]{4}\1){3}[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def parse_id(text: str) -> UUID:
    """Return the id that is written, with hyphens or without. Raises ValueError.

    `UUID` also accepts braces and digits of other scripts, which request bodies do not.

    >>> parse_id("019caaf2-7c00-7000-8000-000000000001")
    UUID('019caaf2-7c00-7000-8000-000000000001')
    """
    if not _ID.fullmatch(text):
        raise ValueError(f"{text!r} is not an id")
    return UUID(text)
