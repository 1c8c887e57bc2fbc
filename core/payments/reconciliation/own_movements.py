"""The transfers of what only the payment provider knows: its fees, withdrawals, top-ups and others.

Their ids are made from the balance transaction's place, so each is booked once.
"""

from collections.abc import Iterator
from datetime import datetime

from ....ports.language.money import Cents
from ....ports.language.movements import Movement, MovementKind
from ....ports.language.payments import Account, AccountKind, Entry, Transfer
from ..transfers import WORLD

ACCOUNTS = {
    MovementKind.WITHDRAWAL: AccountKind.WITHDRAWALS,
    MovementKind.WITHDRAWAL_FAILURE: AccountKind.WITHDRAWALS,
    MovementKind.TOP_UP: AccountKind.TOP_UPS,
    MovementKind.TOP_UP_REVERSAL: AccountKind.TOP_UPS,
    MovementKind.FEE: AccountKind.PROVIDER_FEES,
    MovementKind.OTHER: AccountKind.ADJUSTMENTS,
}
"""The kinds that the exchange hears of by no other way, and their accounts."""
_FEE = MovementKind.FEE.value
_STEPS = frozenset(kind.value for kind in ACCOUNTS)
OWN_ACCOUNTS = frozenset(ACCOUNTS.values())
"""The accounts on which only the transfers of this module move money."""


def own_transfers(movement: Movement, at: datetime) -> Iterator[Transfer]:
    """Yield the transfers of a movement's fee, and of itself if nobody else books it."""
    kind, fee = movement.kind, movement.fee
    own = movement.gross if kind in ACCOUNTS else 0
    if kind is MovementKind.FEE:
        own, fee = 0, fee - own
    if own:
        yield _booked(f"{kind}:{movement.place}", ACCOUNTS[kind], own, at)
    if fee:
        yield _booked(f"{_FEE}:{movement.place}", AccountKind.PROVIDER_FEES, -fee, at)


def place_of(transfer_id: str) -> str | None:
    """Return the place of the movement that a transfer of this module books, or None."""
    step, colon, place = transfer_id.partition(":")
    return place if colon and step in _STEPS else None


def account_of(transfer_id: str) -> AccountKind | None:
    """Return the account that a transfer of this module moves money on, or None for another one."""
    step, _, _ = transfer_id.partition(":")
    return None if place_of(transfer_id) is None else ACCOUNTS[MovementKind(step)]


def _booked(transfer_id: str, kind: AccountKind, came: Cents, at: datetime) -> Transfer:
    """Return the transfer of an amount that the balance at the provider got, or lost."""
    return Transfer(transfer_id, None, at, (Entry(WORLD, -came), Entry(Account(kind), came)))
