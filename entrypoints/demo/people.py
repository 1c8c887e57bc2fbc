"""The people of the demo: register them, give them roles, and sign them in."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import httpx

from ...composition.application import Application
from ...ports.language.ids import UserId
from ...ports.language.users import OPERATOR, Role
from .api import Api

PASSWORD = "correct horse battery"  # noqa: S105  # shared by all, and shown to the visitor
_TRADERS = 6
_ADDRESS = {
    "street": "1 Market Street",
    "city": "Portland",
    "region": "OR",
    "postal_code": "97201",
    "country": "US",
}


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in user."""

    email: str
    api: Api


@dataclass(frozen=True, slots=True)
class People:
    """Everybody in the demo."""

    admin: Person
    authenticator: Person
    buyers: tuple[Person, ...]
    sellers: tuple[Person, ...]
    declined_buyer: Person
    unlucky_buyer: Person
    """A buyer whose first charge succeeds, but without an answer."""


async def gather_people(
    application: Application, http: httpx.AsyncClient, joined: Callable[[], None]
) -> People:
    """Register everybody through the API. `joined` is called after each.

    Only the admin role is set without the API, as `solebook admin grant` does.
    """

    async def join(name: str, role: Role | None = None) -> Person:
        email = f"{name}@example.com"
        credentials = {"email": email, "password": PASSWORD}
        names = {"first_name": "Demo", "last_name": name.replace("-", " ").title()}
        await Api(http).post("/users", credentials | names)
        api = Api(http, credentials)
        await api.sign_in()
        user_id = "" if role is None else (await api.get("/users/me"))["id"]
        if role is Role.ADMIN:
            await application.users.set_roles(
                OPERATOR,
                UserId(UUID(user_id)),
                roles=frozenset({Role.BUYER, role}),
                reason="the demo needs an admin",
            )
        elif role is not None:
            staff = {"roles": ["buyer", role], "reason": f"the demo needs an {role}"}
            await admin.api.put(f"/users/{user_id}/roles", staff)
        if role is not None:
            await api.sign_in()  # which makes the role part of the token
        joined()
        return Person(email, api)

    async def buyer(name: str, card: str) -> Person:
        person = await join(name)
        await person.api.put("/users/me/payment-method", {"token": card})
        await person.api.post("/users/me/addresses", _ADDRESS)
        return person

    async def seller(name: str) -> Person:
        person = await join(name)
        await person.api.put("/users/me/payout-account", {"account": f"acct_{name}"})
        return person

    admin = await join("admin", Role.ADMIN)
    return People(
        admin=admin,
        authenticator=await join("authenticator", Role.AUTHENTICATOR),
        buyers=tuple([await buyer(f"buyer-{n}", "pm_card_visa") for n in range(1, _TRADERS + 1)]),
        sellers=tuple([await seller(f"seller-{n}") for n in range(1, _TRADERS + 1)]),
        declined_buyer=await buyer("declined-buyer", "pm_card_declined"),
        unlucky_buyer=await buyer("unlucky-buyer", "pm_card_times_out_after_charging"),
    )


PEOPLE = 2 + 2 * _TRADERS + 2
"""The number of people."""
