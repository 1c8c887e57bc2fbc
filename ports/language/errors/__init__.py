"""Refusals: every way in which solebook says no, as data.

A refusal changes nothing. Its fields are what a caller needs to do better; its text is one clear
sentence. There is no transport in here: what a refusal is over HTTP stands in one table there.
"""

from .access import Forbidden, InvalidToken, NotFound, Outdated, WrongCredentials
from .base import Refusal
from .capacity import (
    CounterpartBusy,
    IdempotencyKeyReused,
    QueueFull,
    RateLimited,
    RebuildReplaced,
    ShardLost,
    TooManySubscriptions,
    Unavailable,
)
from .input import InvalidSize, InvalidText, OutOfRange, OutsideTick
from .market import (
    AddressMissing,
    AlreadyReserved,
    BookHalted,
    HaltEnded,
    NoCounterpart,
    PaymentMethodMissing,
    PayoutAccountMissing,
    QuoteNotActive,
    SelfTrade,
    SizeNotOffered,
    StyleCodeTaken,
    TooManyOpenQuotes,
    TooManyUnpaidOrders,
    TradingBarred,
    UserSuspended,
)
from .people import AlertExists, EmailTaken, TooManyAddresses, TooManyAlerts
from .trade import (
    AlarmClosed,
    IllegalMove,
    InvalidSignature,
    InvalidVerdict,
    PartyToTheOrder,
    PaymentDeclined,
    PayoutDeclined,
    TaskClaimed,
    TaskNotOpen,
    VerdictGiven,
)

__all__ = [
    "AddressMissing",
    "AlarmClosed",
    "AlertExists",
    "AlreadyReserved",
    "BookHalted",
    "CounterpartBusy",
    "EmailTaken",
    "Forbidden",
    "HaltEnded",
    "IdempotencyKeyReused",
    "IllegalMove",
    "InvalidSignature",
    "InvalidSize",
    "InvalidText",
    "InvalidToken",
    "InvalidVerdict",
    "NoCounterpart",
    "NotFound",
    "OutOfRange",
    "Outdated",
    "OutsideTick",
    "PartyToTheOrder",
    "PaymentDeclined",
    "PaymentMethodMissing",
    "PayoutAccountMissing",
    "PayoutDeclined",
    "QueueFull",
    "QuoteNotActive",
    "RateLimited",
    "RebuildReplaced",
    "Refusal",
    "SelfTrade",
    "ShardLost",
    "SizeNotOffered",
    "StyleCodeTaken",
    "TaskClaimed",
    "TaskNotOpen",
    "TooManyAddresses",
    "TooManyAlerts",
    "TooManyOpenQuotes",
    "TooManySubscriptions",
    "TooManyUnpaidOrders",
    "TradingBarred",
    "Unavailable",
    "UserSuspended",
    "VerdictGiven",
    "WrongCredentials",
]
