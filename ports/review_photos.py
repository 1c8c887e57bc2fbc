"""The port to which photos a review has."""

from collections.abc import Sequence
from typing import Protocol

from .language.ids import OrderId, PhotoId, TaskId
from .language.photos import ReviewPhoto


class ReviewPhotos(Protocol):
    """The photos of authentication tasks, without their files. Writes need a transaction."""

    async def add(self, photo: ReviewPhoto) -> None:
        """Store a photo. It changes nothing if it is stored already."""
        ...

    async def remove(self, photo_id: PhotoId) -> None:
        """Delete a photo, which need not exist."""
        ...

    async def of(self, task_id: TaskId) -> Sequence[ReviewPhoto]:
        """Return the photos of a task, the first one first."""
        ...

    async def of_order(self, order_id: OrderId) -> Sequence[ReviewPhoto]:
        """Return the photos of an order, the first one first."""
        ...

    async def kept(self, after: OrderId | None, limit: int) -> Sequence[OrderId]:
        """Return a page of the orders with photos, oldest first."""
        ...
