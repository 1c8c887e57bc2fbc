"""The subjects under which movements and transfers are compared: an order, a name or a place."""

from collections.abc import Iterator

from ....ports.language.ids import OrderId, parse_id
from ....ports.language.movements import Movement
from ....ports.language.payments import AccountKind, Transfer
from .own_movements import ACCOUNTS, place_of

_ORDER, _NAME, _PLACE, _TRANSFER = "order", "name", "movement", "transfer"


def subjects_of(movement: Movement, *, whole: bool) -> Iterator[str]:
    """Yield the subjects of a movement.

    Its fee, and what only the provider knows, were booked when it was read. So they are compared
    only as a part of the whole.
    """
    is_own = movement.kind in ACCOUNTS
    if whole and (is_own or movement.fee):
        yield f"{_PLACE} {movement.place}"
    if not is_own:
        yield (
            _of_name(movement.account) if movement.order_id is None else of_order(movement.order_id)
        )


def subjects_of_transfer(transfer: Transfer, *, whole: bool) -> Iterator[str]:
    """Yield the subjects of a transfer that moved money at the provider."""
    place = place_of(transfer.id)
    if transfer.order_id is not None:
        yield of_order(transfer.order_id)
    elif place is not None:
        if whole:
            yield f"{_PLACE} {place}"
    else:
        owners = [
            entry.account.owner
            for entry in transfer.entries
            if entry.account.kind in (AccountKind.SUSPENSE, AccountKind.DISPUTED)
        ]
        yield from map(_of_name, owners)
        if not owners:
            yield f"{_TRANSFER} {transfer.id}"


def of_order(order_id: OrderId) -> str:
    """Return the subject of an order."""
    return f"{_ORDER} {order_id}"


def order_in(subject: str) -> OrderId | None:
    """Return the order of a subject, or None."""
    text = _after(_ORDER, subject)
    return None if text is None else OrderId(parse_id(text))


def name_in(subject: str) -> str | None:
    """Return the provider's name in a subject, or None."""
    return _after(_NAME, subject)


def place_in(subject: str) -> str | None:
    """Return the place in a subject, or None."""
    return _after(_PLACE, subject)


def _of_name(name: str) -> str:
    return f"{_NAME} {name}"


def _after(word: str, subject: str) -> str | None:
    kind, _, rest = subject.partition(" ")
    return rest if kind == word else None
