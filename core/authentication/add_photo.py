"""Add a photo to a review."""

from contextlib import suppress
from dataclasses import dataclass

from ...ports.authentication_tasks import AuthenticationTasks
from ...ports.clock import Clock
from ...ports.language.errors import (
    InvalidPhoto,
    OutOfRange,
    TaskClaimed,
    TaskNotOpen,
    Unavailable,
)
from ...ports.language.ids import PhotoId, TaskId
from ...ports.language.photos import ReviewPhoto, photo_id
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.photos import Photos
from ...ports.pictures import Pictures
from ...ports.review_photos import ReviewPhotos
from ...ports.transaction import Transaction
from .review import check_reviewing
from .verdicts import MAX_PHOTOS


@dataclass(frozen=True, slots=True)
class AddPhoto:
    """The authenticator who claimed a pair adds a photo of it, at most 20.

    The same file again is the same photo. The file is kept before the store has its row, so that no
    row is without a file. If the process ends in between, the next attempt finds the file. If the
    task takes no photos any more, the file is removed.
    """

    transaction: Transaction
    authentication_tasks: AuthenticationTasks
    review_photos: ReviewPhotos
    photos: Photos
    pictures: Pictures
    clock: Clock

    @property
    def most_bytes(self) -> int:
        """The maximum size of a file in bytes. Read no more of one."""
        return self.pictures.most_bytes

    async def __call__(self, actor: Actor, task_id: TaskId, content: bytes) -> ReviewPhoto:
        """Return the photo, which is kept without its metadata.

        Raises Forbidden, NotFound, PartyToTheOrder, TaskNotOpen, TaskClaimed, InvalidPhoto,
        OutOfRange, Unavailable.
        """
        check_role(actor, Role.AUTHENTICATOR, "review a pair")
        if len(content) > self.most_bytes:
            raise self.refusal_of_size()
        id_ = photo_id(task_id, content)
        if (known := await self._check(actor, task_id, id_)) is not None:
            return known
        await self.photos.keep(id_, await self.pictures.prepare(content))
        try:
            return await self._note(actor, task_id, id_)
        except (TaskNotOpen, TaskClaimed, OutOfRange):  # since it was looked at first
            if id_ not in [photo.id for photo in await self.review_photos.of(task_id)]:
                with suppress(Unavailable):  # why it is refused matters more
                    await self.photos.remove(id_)
            raise

    def refusal_of_size(self) -> InvalidPhoto:
        """Return the refusal of a file that is too large. Whoever receives it need not read on."""
        return InvalidPhoto(problem=f"is larger than {self.pictures.most_bytes} bytes")

    async def _note(self, actor: Actor, task_id: TaskId, id_: PhotoId) -> ReviewPhoto:
        """Store that the task has a photo, unless it has it already."""
        async with self.transaction():
            if (known := await self._check(actor, task_id, id_)) is not None:
                return known
            task = await self.authentication_tasks.get(task_id)
            photo = ReviewPhoto(id_, task_id, task.order_id, self.clock.now())
            await self.review_photos.add(photo)
        return photo

    async def _check(self, actor: Actor, task_id: TaskId, id_: PhotoId) -> ReviewPhoto | None:
        """Return the photo if the task has it. In a transaction, the task is locked."""
        task = await self.authentication_tasks.get(task_id)
        now = self.clock.now()
        check_reviewing(actor, task, now, "given photos by somebody who has not claimed it")
        photos = await self.review_photos.of(task_id)
        known = [photo for photo in photos if photo.id == id_]
        if not known and len(photos) >= MAX_PHOTOS:
            raise OutOfRange(field="photos", value=len(photos) + 1, minimum=0, maximum=MAX_PHOTOS)
        return known[0] if known else None
