"""Which photos a review has, in memory."""

from collections.abc import Callable, Sequence

from ...ports.language.ids import OrderId, PhotoId, TaskId
from ...ports.language.photos import ReviewPhoto
from ...ports.review_photos import ReviewPhotos
from .database import MemoryAdapter


class MemoryReviewPhotos(MemoryAdapter, ReviewPhotos):
    """Photos by task and by order; a task has few."""

    async def add(self, photo: ReviewPhoto) -> None:
        await self._database.writing()
        if photo.id not in self._tables.review_photos:
            self._database.put(self._tables.review_photos, photo.id, photo)

    async def remove(self, photo_id: PhotoId) -> None:
        await self._database.writing()
        if photo_id in self._tables.review_photos:
            self._database.remove(self._tables.review_photos, photo_id)

    async def of(self, task_id: TaskId) -> Sequence[ReviewPhoto]:
        return await self._sorted(lambda photo: photo.task_id == task_id)

    async def of_order(self, order_id: OrderId) -> Sequence[ReviewPhoto]:
        return await self._sorted(lambda photo: photo.order_id == order_id)

    async def kept(self, after: OrderId | None, limit: int) -> Sequence[OrderId]:
        with await self._database.reading():
            orders = {photo.order_id for photo in self._tables.review_photos.values()}
        return sorted(order for order in orders if after is None or order > after)[:limit]

    async def _sorted(self, matches: Callable[[ReviewPhoto], bool]) -> Sequence[ReviewPhoto]:
        with await self._database.reading():
            found = [photo for photo in self._tables.review_photos.values() if matches(photo)]
        return sorted(found, key=lambda photo: (photo.added_at, photo.id))
