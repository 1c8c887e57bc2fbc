"""View the photos of a review."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...ports.authentication_tasks import AuthenticationTasks
from ...ports.language.errors import NotFound
from ...ports.language.ids import PhotoId, TaskId
from ...ports.language.photos import PhotoSize, ReviewPhoto
from ...ports.language.staff import check_no_party
from ...ports.language.users import Actor
from ...ports.photos import Photos
from ...ports.review_photos import ReviewPhotos
from .shown_tasks import check_may_see_tasks


@dataclass(frozen=True, slots=True)
class ViewPhotos:
    """Authenticators and admins see the photos of a review, unless they bought or sold the pair."""

    authentication_tasks: AuthenticationTasks
    review_photos: ReviewPhotos
    photos: Photos

    async def __call__(self, actor: Actor, task_id: TaskId) -> Sequence[ReviewPhoto]:
        """Return the photos, at most 20, the first one first.

        Raises Forbidden, NotFound, PartyToTheOrder.
        """
        check_may_see_tasks(actor, "view photos")
        task = await self.authentication_tasks.get(task_id)
        check_no_party(actor, task.order_id, buyer_id=task.buyer_id, seller_id=task.seller_id)
        return await self.review_photos.of(task_id)

    async def check(self, actor: Actor, task_id: TaskId, photo_id: PhotoId) -> None:
        """Raise Forbidden, NotFound, PartyToTheOrder unless the actor may see the photo."""
        if photo_id not in [photo.id for photo in await self(actor, task_id)]:
            raise NotFound(what="photo", id=photo_id)

    async def open(
        self, actor: Actor, task_id: TaskId, photo_id: PhotoId, size: PhotoSize
    ) -> bytes:
        """Return a photo as JPEG. Raises Forbidden, NotFound, PartyToTheOrder, Unavailable."""
        await self.check(actor, task_id, photo_id)
        return await self.photos.open(photo_id, size)
