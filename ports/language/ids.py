"""Identifiers. Every id is a UUID of version 7, so ids sort by the time they were made."""

from typing import NewType
from uuid import UUID

UserId = NewType("UserId", UUID)
AddressId = NewType("AddressId", UUID)
SessionId = NewType("SessionId", UUID)
ProductId = NewType("ProductId", UUID)
QuoteId = NewType("QuoteId", UUID)
"""Identifies a bid or an ask."""
HaltId = NewType("HaltId", UUID)
OrderId = NewType("OrderId", UUID)
"""Identifies a match and the order that it opens: they share one id."""
TaskId = NewType("TaskId", UUID)
MessageId = NewType("MessageId", UUID)
AlertId = NewType("AlertId", UUID)
NotificationId = NewType("NotificationId", UUID)
AuditEntryId = NewType("AuditEntryId", UUID)
AlarmId = NewType("AlarmId", UUID)
