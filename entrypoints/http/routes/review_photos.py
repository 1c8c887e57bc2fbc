"""Photos of pairs under review."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, post
from litestar.exceptions import ClientException
from litestar.openapi import ResponseSpec
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import FromPath, QueryParameter

from ....composition.application import Application
from ....core.authentication.verdicts import MAX_PHOTOS
from ....ports.language.errors import (
    InvalidPhoto,
    NotFound,
    OutOfRange,
    PartyToTheOrder,
    TaskClaimed,
    TaskNotOpen,
)
from ....ports.language.ids import PhotoId, TaskId
from ....ports.language.photos import PhotoSize, ReviewPhoto
from ....ports.language.users import Actor, Role
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..edge.key_scopes import FOR_TRADERS
from ..edge.problems import AnyRequest
from ..edge.roles import requires
from ..openapi.documented import problems, success

MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp")
SizeOf: TypeAlias = Annotated[
    PhotoSize,
    QueryParameter(description="`full` is at most 2048 pixels long, `small` at most 320."),
]


class PhotoView(msgspec.Struct, frozen=True):
    """A photo of a pair under review."""

    id: UUID
    task_id: UUID
    added_at: datetime


def photo_view(photo: ReviewPhoto) -> PhotoView:
    """Return a photo as a response."""
    return PhotoView(id=photo.id, task_id=photo.task_id, added_at=photo.added_at)


@dataclass
class _PhotoBody(Operation):
    """Documents a body that is a photo."""

    def __post_init__(self) -> None:
        schema = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        content = {kind: OpenAPIMediaType(schema=schema) for kind in MEDIA_TYPES}
        self.request_body = RequestBody(description="A photo.", required=True, content=content)


_WORKING = (NotFound, PartyToTheOrder, TaskNotOpen, TaskClaimed)
_JPEG = ResponseSpec(bytes, description="OK", media_type="image/jpeg", generate_examples=False)
_EXAMPLE = {
    "id": "3b1d2c7e-5d44-5f0a-9a53-1f2e3d4c5b6a",
    "task_id": "01890a5f-1111-7222-8333-444455556666",
    "added_at": "2026-03-05T09:10:00Z",
}


class ReviewPhotosController(Controller):
    """Photos of authentication tasks."""

    path = "/v1/authentication/tasks/{task_id:uuid}/photos"
    tags = ("authentication",)
    opt = FOR_TRADERS

    @post(
        summary="Add a photo",
        guards=[requires(Role.AUTHENTICATOR)],
        operation_class=_PhotoBody,
        request_max_body_size=None,  # the setting is looked at while it is read
        responses=success(201, PhotoView, _EXAMPLE)
        | problems(*_WORKING, InvalidPhoto, OutOfRange, body=True),
    )
    async def add_photo(
        self, request: JsonRequest, task_id: FromPath[UUID], application: App
    ) -> PhotoView:
        """Add a photo to a review that you have claimed. The body is a JPEG, PNG or WebP file.

        It is kept upright, at most 2048 pixels long, and without its metadata. The same file is the
        same photo, so this can be repeated. A task has at most 20.
        """
        if request.content_type[0] not in MEDIA_TYPES:
            raise ClientException(f"send one of {', '.join(MEDIA_TYPES)}", status_code=415)
        add_photo = application.authentication.add_photo
        content = await request.body_within(add_photo.most_bytes)
        if content is None:
            raise add_photo.refusal_of_size()
        return photo_view(await add_photo(request.user, TaskId(task_id), content))

    @get(
        summary="List photos",
        guards=[requires(Role.AUTHENTICATOR, Role.ADMIN)],
        responses=success(200, list[PhotoView], [_EXAMPLE]) | problems(NotFound, PartyToTheOrder),
    )
    async def list_photos(
        self, request: JsonRequest, task_id: FromPath[UUID], application: App
    ) -> list[PhotoView]:
        """Return the photos of a review, the first one first. The list is not paged."""
        photos = await application.authentication.view_photos(request.user, TaskId(task_id))
        assert len(photos) <= MAX_PHOTOS, task_id
        return [photo_view(photo) for photo in photos]

    @get(
        "/{photo_id:uuid}",
        summary="View a photo",
        guards=[requires(Role.AUTHENTICATOR, Role.ADMIN)],
        responses={200: _JPEG} | problems(NotFound, PartyToTheOrder),
    )
    async def view_photo(
        self,
        request: JsonRequest,
        task_id: FromPath[UUID],
        photo_id: FromPath[UUID],
        application: App,
        size: SizeOf = PhotoSize.FULL,
    ) -> Response[bytes]:
        """Return a photo as JPEG."""
        return await photo_response(
            request, application, request.user, TaskId(task_id), PhotoId(photo_id), size
        )

    @delete(
        "/{photo_id:uuid}",
        summary="Remove a photo",
        guards=[requires(Role.AUTHENTICATOR)],
        responses=problems(*_WORKING),
    )
    async def remove_photo(
        self,
        request: JsonRequest,
        task_id: FromPath[UUID],
        photo_id: FromPath[UUID],
        application: App,
    ) -> None:
        """Remove a photo from a review that you have claimed. It may be gone already."""
        await application.authentication.remove_photo(
            request.user, TaskId(task_id), PhotoId(photo_id)
        )


async def photo_response(
    request: AnyRequest,
    application: Application,
    actor: Actor,
    task_id: TaskId,
    photo_id: PhotoId,
    size: PhotoSize,
) -> Response[bytes]:
    """Return a photo, or 304 to a browser that has it: another one has another id.

    A browser asks each time, so it shows none that was removed, or to somebody who may not see it.
    Raises Forbidden, NotFound, PartyToTheOrder, Unavailable.
    """
    view_photos, tag = application.authentication.view_photos, f'"{photo_id}-{size}"'
    headers = {"Cache-Control": "private, no-cache", "ETag": tag}
    if tag in request.headers.get("if-none-match", ""):
        await view_photos.check(actor, task_id, photo_id)
        return Response(b"", status_code=304, headers=headers)
    content = await view_photos.open(actor, task_id, photo_id, size)
    headers["Content-Disposition"] = "inline"
    return Response(content, media_type="image/jpeg", headers=headers)
