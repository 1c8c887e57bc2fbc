"""Who may act as staff: a role is required, and nobody decides their own case."""

from .errors import Forbidden, PartyToTheOrder
from .ids import OrderId, UserId
from .users import Actor, Role


def check_role(actor: Actor, role: Role, action: str) -> None:
    """Raise Forbidden unless the actor has the role. An admin is not an authenticator."""
    if not actor.has(role):
        raise Forbidden(action=action, needs=f"an {role}")


def check_no_party(actor: Actor, order_id: OrderId, *, buyer_id: UserId, seller_id: UserId) -> None:
    """Raise PartyToTheOrder if the actor is the buyer or the seller of the order.

    Every staff action on an order calls this, in any role. A party who is staff can still act as
    the party.
    """
    if actor.user_id in (buyer_id, seller_id):
        raise PartyToTheOrder(order_id=order_id)


def check_not_own(actor: Actor, user_id: UserId, action: str) -> None:
    """Raise Forbidden if the actor would decide in their own favour."""
    if actor.user_id == user_id:
        raise Forbidden(action=action, needs="another admin")
