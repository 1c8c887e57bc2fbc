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
    """The authenticator who claimed a pair removes a photo of it, until the verdict is given.

    The row goes first, so that no verdict counts a photo whose file is being removed.
    """

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
        async with self.transaction():
            task = await self.authentication_tasks.get(task_id)
            now = self.clock.now()
            check_reviewing(actor, task, now, "changed by somebody who has not claimed it")
            photos = {photo.id: photo for photo in await self.review_photos.of(task_id)}
            if photo_id not in photos:
                return
            await self.review_photos.remove(photo_id)
        try:
            await self.photos.remove(photo_id)
        except BaseException:
            async with self.transaction():  # nobody would find a file without a row
                await self.review_photos.add(photos[photo_id])
            raise
