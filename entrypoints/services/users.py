"""UserService: accounts, sign-in, profiles and addresses."""

import msgspec

from ...ports.language.rate_limits import RateLimit
from ...ports.rate_limits import RateLimits
from ..http.routes.addresses import AddressView, NewAddress, address_view
from ..http.routes.sessions import Credentials, Tokens, tokens
from ..http.routes.users import (
    OwnView,
    ProfileChange,
    Registration,
    UserView,
    own_view,
    user_view,
)
from .rpc import Context, Key, Who, rpc
from .shapes import Nothing


class AddressListing(msgspec.Struct, frozen=True):
    """All addresses of a user, oldest first."""

    items: list[AddressView]


async def register(context: Context, request: Registration) -> UserView:
    """Register a user with a unique email. New users are buyers."""
    await _limit(context, request.email)
    user = await context.application.users.register_user(
        email=request.email,
        password=request.password,
        first_name=request.first_name,
        last_name=request.last_name,
    )
    return user_view(user)


async def login(context: Context, request: Credentials) -> Tokens:
    """Sign in with email and password. The access token is accepted where a user calls."""
    await _limit(context, request.email)
    signed_in = await context.application.users.sign_in(
        email=request.email, password=request.password
    )
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


async def _limit(context: Context, email: str) -> None:
    limits: RateLimits = context.application.adapters.rate_limits
    limit: RateLimit = context.credentials_limit
    await limits.take(f"credentials:email:{email.strip().lower()}", limit)


_NAME = "UserService"
RPCS = (
    rpc(_NAME, "Register", register, Who.SERVICE),
    rpc(_NAME, "Login", login, Who.SERVICE),
    rpc(_NAME, "GetProfile", get_profile, Who.USER),
    rpc(_NAME, "UpdateProfile", update_profile, Who.USER),
    rpc(_NAME, "AddAddress", add_address, Who.USER, key=Key.ANSWER),
    rpc(_NAME, "GetAddresses", get_addresses, Who.USER),
)
