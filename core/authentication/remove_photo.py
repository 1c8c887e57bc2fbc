"""Remove a photo from a review."""

from dataclasses import dataclass

from ...ports.authentication_tasks import AuthenticationTasks
from ...ports.clock import Clock
from ...ports.language.ids import PhotoId, TaskId
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.photos import Photos
from ...ports.review_photos import ReviewPhotos
from ...ports.transaction import Transaction
from .review import check_reviewing


@dataclass(frozen=True, slots=True)
class RemovePhoto:
    """The authenticator who claimed a pair removes a photo of it, until the verdict is given."""

    transaction: Transaction
    authentication_tasks: AuthenticationTasks
    review_photos: ReviewPhotos
    photos: Photos
    clock: Clock

    async def __call__(self, actor: Actor, task_id: TaskId, photo_id: PhotoId) -> None:
        """Remove the photo. It changes nothing if the task does not have it.

        Raises Forbidden, NotFound, PartyToTheOrder, TaskNotOpen, TaskClaimed, Unavailable.
        """
        check_role(actor, Role.AUTHENTICATOR, "review a pair")
        if not await self._has(actor, task_id, photo_id):
            return
        # A file without a row would be found by nobody, so its row goes last.
        await self.photos.remove(photo_id)
        async with self.transaction():
            if await self._has(actor, task_id, photo_id):
                await self.review_photos.remove(photo_id)

    async def _has(self, actor: Actor, task_id: TaskId, photo_id: PhotoId) -> bool:
        task = await self.authentication_tasks.get(task_id)
        now = self.clock.now()
        check_reviewing(actor, task, now, "changed by somebody who has not claimed it")
        return photo_id in [photo.id for photo in await self.review_photos.of(task_id)]
