"""Who may handle a pair in the warehouse."""

from ...ports.language.errors import Forbidden, PartyToTheOrder
from ...ports.language.orders import Order
from ...ports.language.users import Actor, Role


def check_warehouse(order: Order, actor: Actor, action: str) -> None:
    """Let pass an authenticator who is not a party. Raises Forbidden, PartyToTheOrder."""
    if not actor.has(Role.AUTHENTICATOR):
        raise Forbidden(action=action, needs="an authenticator")
    if actor.user_id in (order.buyer_id, order.seller_id):
        raise PartyToTheOrder(order_id=order.id)
