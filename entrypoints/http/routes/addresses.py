"""Your shipping addresses."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, post
from litestar.params import FromPath
from msgspec import Meta

from ....ports.language.errors import (
    AccountClosed,
    IdempotencyKeyReused,
    InvalidText,
    NotFound,
    TooManyAddresses,
)
from ....ports.language.ids import AddressId
from ....ports.language.users import Address
from ..edge.idempotency import KeyHeader, once, request_key
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..edge.key_scopes import FOR_READERS
from ..openapi.documented import example, problems, success


class NewAddress(msgspec.Struct, forbid_unknown_fields=True):
    """A shipping address.

    `country` is ISO 3166-1 alpha-2. `region` and `postal_code` may be empty.
    """

    street: Annotated[str, Meta(min_length=1, max_length=200)]
    city: Annotated[str, Meta(min_length=1, max_length=100)]
    region: Annotated[str, Meta(max_length=100)]
    postal_code: Annotated[str, Meta(max_length=20)]
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")]


class AddressView(msgspec.Struct, frozen=True):
    """A shipping address."""

    id: UUID
    street: str
    city: str
    region: str
    postal_code: str
    country: str
    created_at: datetime


def address_view(address: Address) -> AddressView:
    """Return an address as a response."""
    return AddressView(
        id=address.id,
        street=address.postal.street,
        city=address.postal.city,
        region=address.postal.region,
        postal_code=address.postal.postal_code,
        country=address.postal.country,
        created_at=address.created_at,
    )


_NEW = {
    "street": "1 Main Street",
    "city": "Portland",
    "region": "OR",
    "postal_code": "97201",
    "country": "US",
}
_EXAMPLE = {
    "id": "01890a5d-ac96-774b-bcce-b302099a8057",
    **_NEW,
    "created_at": "2026-03-01T12:00:00Z",
}


class AddressesController(Controller):
    """Addresses."""

    path = "/v1/users/me/addresses"
    tags = ("users",)
    opt = FOR_READERS

    @get(summary="List your addresses", responses=problems())
    async def list_addresses(self, request: JsonRequest, application: App) -> list[AddressView]:
        """Return all your addresses, oldest first. The list is not paged."""
        addresses = await application.users.list_addresses(request.user)
        return [address_view(address) for address in addresses]

    @post(
        summary="Add an address",
        responses=success(201, AddressView, _EXAMPLE)
        | problems(InvalidText, TooManyAddresses, IdempotencyKeyReused, AccountClosed, body=True),
    )
    async def add_address(
        self,
        request: JsonRequest,
        data: Annotated[NewAddress, example(_NEW)],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[AddressView]:
        """Add a shipping address. Bids require one."""

        async def run() -> AddressView:
            return address_view(
                await application.users.add_address(
                    request.user,
                    street=data.street,
                    city=data.city,
                    region=data.region,
                    postal_code=data.postal_code,
                    country=data.country,
                )
            )

        return await once(request, application, await request_key(request, idempotency_key), run)

    @delete(
        "/{address_id:uuid}",
        summary="Remove an address",
        responses=problems(NotFound, AccountClosed),
    )
    async def remove_address(
        self, request: JsonRequest, address_id: FromPath[UUID], application: App
    ) -> None:
        """Remove an address. Existing orders keep the address that was frozen at their match."""
        await application.users.remove_address(request.user, AddressId(address_id))
