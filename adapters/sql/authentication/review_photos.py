"""Which photos a review has, in SQL."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, delete, select

from ....ports.language.ids import OrderId, PhotoId, TaskId
from ....ports.language.photos import ReviewPhoto
from ....ports.review_photos import ReviewPhotos
from ..engine.constructs import insert_or_skip
from ..engine.database import SqlDatabase
from ..engine.statement import Row, Statement
from ..schema import review_photos as photos

_BEFORE_ALL = UUID(int=0)
_ADD = Statement(insert_or_skip(photos, photos.c.id))
_REMOVE = Statement(delete(photos).where(photos.c.id == bindparam("id")))
_OF = Statement(
    select(photos)
    .where(photos.c.task_id == bindparam("task_id"))
    .order_by(photos.c.added_at, photos.c.id)
)
_OF_ORDER = Statement(
    select(photos)
    .where(photos.c.order_id == bindparam("order_id"))
    .order_by(photos.c.added_at, photos.c.id)
)
_KEPT = Statement(
    select(photos.c.order_id)
    .where(photos.c.order_id > bindparam("after"))
    .group_by(photos.c.order_id)
    .order_by(photos.c.order_id)
    .limit(bindparam("limit"))
)


class SqlReviewPhotos(ReviewPhotos):
    """A row for each photo."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def add(self, photo: ReviewPhoto) -> None:
        await self._database.execute(
            _ADD,
            id=photo.id,
            task_id=photo.task_id,
            order_id=photo.order_id,
            added_at=photo.added_at,
        )

    async def remove(self, photo_id: PhotoId) -> None:
        await self._database.execute(_REMOVE, id=photo_id)

    async def of(self, task_id: TaskId) -> Sequence[ReviewPhoto]:
        return list(map(_photo_of, await self._database.rows(_OF, task_id=task_id)))

    async def of_order(self, order_id: OrderId) -> Sequence[ReviewPhoto]:
        return list(map(_photo_of, await self._database.rows(_OF_ORDER, order_id=order_id)))

    async def kept(self, after: OrderId | None, limit: int) -> Sequence[OrderId]:
        rows = await self._database.rows(_KEPT, after=after or _BEFORE_ALL, limit=limit)
        return [row.order_id for row in rows]


def _photo_of(row: Row) -> ReviewPhoto:
    return ReviewPhoto(row.id, row.task_id, row.order_id, row.added_at)
