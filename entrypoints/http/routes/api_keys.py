"""API keys: what the programs of a user call the exchange with."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, post
from litestar.params import FromPath
from msgspec import Meta

from ....core.users.token_texts import shown_prefix
from ....ports.language.api_tokens import MAX_TOKEN_NAME, ApiToken, KeyScope
from ....ports.language.errors import (
    AccountClosed,
    EmailNotProven,
    InvalidText,
    NotFound,
    TooManyApiKeys,
)
from ....ports.language.ids import ApiTokenId
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..edge.paging import DEFAULT_LIMIT, Cursor, Limit, listing, page_request
from ..hidden import Hidden
from ..openapi.documented import example, problems, success


class NewApiKey(msgspec.Struct, forbid_unknown_fields=True):
    """What a program is called, and what it may do."""

    name: Annotated[str, Meta(min_length=1, max_length=MAX_TOKEN_NAME)]
    scopes: Annotated[
        list[KeyScope],
        Meta(
            min_length=1,
            max_length=len(KeyScope),
            description="`read` sees what you see, `trade` places quotes and acts on orders, and "
            "`admin` calls what is for admins alone. None includes another.",
        ),
    ]
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None
    """When it ends. Without this, it works until it is revoked."""


class ApiKeyView(msgspec.Struct, frozen=True):
    """An API key, without what is secret of it."""

    id: UUID
    prefix: str
    """How the key begins, by which you tell your keys apart."""
    name: str
    scopes: list[KeyScope]
    created_at: datetime
    last_used_at: datetime | None
    """When it was last used, to the minute."""
    expires_at: datetime | None
    revoked_at: datetime | None


class CreatedApiKey(Hidden, msgspec.Struct, frozen=True):
    """An API key with its text, which is shown this once.

    Send it as `Authorization: Bearer sole_...`.
    """

    api_key: ApiKeyView
    key: str


class ApiKeyListing(msgspec.Struct, frozen=True):
    """A page of API keys, newest first."""

    items: list[ApiKeyView]
    next_cursor: UUID | None


def api_key_view(key: ApiToken) -> ApiKeyView:
    """Return a key as a response."""
    return ApiKeyView(
        id=key.id,
        prefix=shown_prefix(key.id),
        name=key.name,
        scopes=sorted(map(KeyScope, key.scopes)),
        created_at=key.created_at,
        last_used_at=key.last_used_at,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
    )


_NEW = {"name": "my bot", "scopes": ["read", "trade"], "expires_at": "2027-03-01T00:00:00Z"}
_EXAMPLE = {
    "id": "01890a5e-3f20-7c6d-9b1a-5e4d3c2b1a30",
    "prefix": "sole_02tcRJvqpKYjf6jGIvrS6a",
    **_NEW,
    "created_at": "2026-03-01T12:00:00Z",
    "last_used_at": None,
    "revoked_at": None,
}


class ApiKeysController(Controller):
    """API keys. No API key may call any of this.

    A POST takes no idempotency key, because what is stored for one would have the key in it.
    """

    path = "/v1/users/me/api-keys"
    tags = ("api keys",)

    @post(
        summary="Create an API key",
        responses=success(
            201,
            CreatedApiKey,
            {"api_key": _EXAMPLE, "key": "sole_02tcRJvqpKYjf6jGIvrS6a..."},
        )
        | problems(InvalidText, EmailNotProven, TooManyApiKeys, AccountClosed, body=True),
    )
    async def create_api_key(
        self,
        request: JsonRequest,
        data: Annotated[NewApiKey, example(_NEW)],
        application: App,
    ) -> CreatedApiKey:
        """Create a key for a program of yours. You are told by mail.

        The key is in this answer only. If it is lost, revoke it and create another one.
        """
        created = await application.users.create_api_key(
            request.user, name=data.name, scopes=data.scopes, expires_at=data.expires_at
        )
        return CreatedApiKey(api_key_view(created.record), created.token)

    @get(
        summary="List your API keys",
        responses=success(200, ApiKeyListing, {"items": [_EXAMPLE], "next_cursor": None})
        | problems(),
    )
    async def list_api_keys(
        self,
        request: JsonRequest,
        application: App,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ApiKeyListing:
        """Return your keys, newest first, also the last 50 that are over."""
        page = await application.users.list_api_keys(request.user, page_request(limit, cursor))
        return listing(ApiKeyListing, page, api_key_view)

    @delete("/{key_id:uuid}", summary="Revoke an API key", responses=problems(NotFound))
    async def revoke_api_key(
        self, request: JsonRequest, key_id: FromPath[UUID], application: App
    ) -> None:
        """End a key. The next request with it is refused, whichever process gets it."""
        await application.users.revoke_api_key(request.user, ApiTokenId(key_id))
