"""Permission to handle a pair in the warehouse."""

from ...ports.language.orders import Order
from ...ports.language.staff import check_no_party, check_role
from ...ports.language.users import Actor, Role


def check_warehouse(order: Order, actor: Actor, action: str) -> None:
    """Check that the actor is an authenticator who is not a party to the order.

    Raises Forbidden, PartyToTheOrder.
    """
    check_role(actor, Role.AUTHENTICATOR, action)
    check_no_party(actor, order.id, buyer_id=order.buyer_id, seller_id=order.seller_id)
