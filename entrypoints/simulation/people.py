"""The people of a simulated market."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ...composition.application import Application
from ...ports.language.notifications import ALWAYS_SENT, Channel, NotificationKind
from ...ports.language.users import OPERATOR, Actor, Role, User

_PASSWORD = "correct horse battery"  # noqa: S105  # nobody signs in
_SILENCE: dict[NotificationKind, frozenset[Channel]] = {
    kind: frozenset() for kind in NotificationKind if kind not in ALWAYS_SENT
}

GOOD_CARD = "pm_card_visa"
DECLINED_CARD = "pm_card_declined"


@dataclass(frozen=True, slots=True)
class People:
    """Registered people with everything that they need to trade or work."""

    buyers: tuple[Actor, ...]
    sellers: tuple[Actor, ...]
    authenticators: tuple[Actor, ...]


async def gather_people(
    app: Application, *, buyers: int, sellers: int, authenticators: int
) -> People:
    """Register the given numbers of people."""
    return People(
        buyers=await _gather(buyers, _buyer, app),
        sellers=await _gather(sellers, _seller, app),
        authenticators=await _gather(authenticators, _authenticator, app),
    )


async def _gather(
    number: int, join: Callable[[Application, int], Awaitable[User]], app: Application
) -> tuple[Actor, ...]:
    people = [await join(app, n) for n in range(1, number + 1)]
    return tuple(Actor(user.id, user.roles) for user in people)


async def _buyer(app: Application, number: int) -> User:
    user = await _register(app, "Buyer", number)
    actor = Actor(user.id, user.roles)
    await app.users.add_address(
        actor,
        street="1 Market Street",
        city="Portland",
        region="OR",
        postal_code="97201",
        country="US",
    )
    return await app.users.set_payment_method(actor, token=GOOD_CARD)


async def _seller(app: Application, number: int) -> User:
    user = await _register(app, "Seller", number)
    actor = Actor(user.id, user.roles)
    return await app.users.set_payout_account(actor, account=f"acct_seller_{number}")


async def _authenticator(app: Application, number: int) -> User:
    user = await _register(app, "Authenticator", number)
    roles = user.roles | {Role.AUTHENTICATOR}
    return await app.users.set_roles(
        OPERATOR, user.id, roles=roles, reason="the simulation needs staff"
    )


async def _register(app: Application, kind: str, number: int) -> User:
    """Register a user with all notifications off, because nobody would read them."""
    user = await app.users.register_user(
        email=f"{kind.lower()}-{number}@example.com",
        password=_PASSWORD,
        first_name="Test",
        last_name=kind,
    )
    await app.notifications.set_notification_preferences(
        Actor(user.id, user.roles), phone=None, devices=(), channels=_SILENCE
    )
    return user
