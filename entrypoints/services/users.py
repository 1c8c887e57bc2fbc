"""UserService: accounts, sign-in, profiles and addresses."""

from typing import Annotated

import msgspec
from msgspec import Meta

from ...ports.language.api_tokens import KeyScope
from ...ports.language.sources import Source
from ..http.edge.client_address import address_name
from ..http.routes.addresses import AddressView, NewAddress, address_view
from ..http.routes.sessions import Credentials, Tokens, tokens
from ..http.routes.users import (
    OwnView,
    ProfileChange,
    Registered,
    Registration,
    UserView,
    own_view,
    user_view,
)
from .rpc import Context, Key, Who, rpc
from .shapes import Nothing

ClientAddress = Annotated[str, Meta(max_length=64)]


class AddressListing(msgspec.Struct, frozen=True):
    """All addresses of a user, oldest first."""

    items: list[AddressView]


class NewUser(Registration):
    """A new user. `client_address` is the IP address from which they registered, if known."""

    client_address: ClientAddress = ""


class Login(Credentials):
    """An email and a password. `client_address` is the IP address from which they came, if known.

    With it, the failures of others do not keep the user out.
    """

    client_address: ClientAddress = ""


async def register(context: Context, request: NewUser) -> Registered:
    """Register a user with a unique email. If it is taken, its user is told by mail."""
    source = _source(context, request.client_address)
    await context.credential_limits.check("registrations", source, request.email)
    await context.application.users.accept_registration(
        email=request.email,
        password=request.password,
        first_name=request.first_name,
        last_name=request.last_name,
        source=Source(source),
    )
    return Registered(request.email)


async def login(context: Context, request: Login) -> Tokens:
    """Sign in with email and password. The access token is accepted where a user calls."""
    users, email = context.application.users, request.email
    source = _source(context, request.client_address)
    attempt = context.credential_limits.attempt(source, email, users.recognize_source)
    async with attempt as recognized:
        signed_in = await users.sign_in(email=email, password=request.password, source=recognized)
        await users.note_place(signed_in.user.id, source=recognized.name, program="")
        return tokens(signed_in)


async def get_profile(context: Context, request: Nothing) -> OwnView:  # noqa: ARG001  # it is empty
    """Return the user's profile."""
    return own_view(await context.application.users.view_profile(context.actor))


async def update_profile(context: Context, request: ProfileChange) -> UserView:
    """Change first and last name. What is not given stays."""
    names = {
        name: value
        for name in ("first_name", "last_name")
        if (value := getattr(request, name)) is not msgspec.UNSET
    }
    return user_view(await context.application.users.edit_profile(context.actor, **names))


async def add_address(context: Context, request: NewAddress) -> AddressView:
    """Add a shipping address. Bids require one."""
    address = await context.application.users.add_address(
        context.actor,
        street=request.street,
        city=request.city,
        region=request.region,
        postal_code=request.postal_code,
        country=request.country,
    )
    return address_view(address)


async def get_addresses(
    context: Context,
    request: Nothing,  # noqa: ARG001  # it is empty
) -> AddressListing:
    """Return all addresses of the user, oldest first."""
    addresses = await context.application.users.list_addresses(context.actor)
    return AddressListing([address_view(address) for address in addresses])


def _source(context: Context, client_address: str) -> str:
    """Return the user's address if the service tells it, or else the service."""
    if client_address:
        return address_name(client_address)
    token = context.caller.token
    return "service" if token is None else f"service {token.id}"


_NAME = "UserService"
RPCS = (
    rpc(_NAME, "Register", register, Who.SERVICE),
    rpc(_NAME, "Login", login, Who.SERVICE),
    rpc(_NAME, "GetProfile", get_profile, Who.USER, key_scope=KeyScope.READ),
    rpc(_NAME, "UpdateProfile", update_profile, Who.USER),
    rpc(_NAME, "AddAddress", add_address, Who.USER, key=Key.ANSWER),
    rpc(_NAME, "GetAddresses", get_addresses, Who.USER, key_scope=KeyScope.READ),
)
