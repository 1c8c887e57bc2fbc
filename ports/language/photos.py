"""Photos of pairs under review."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from uuid import uuid5

from .ids import OrderId, PhotoId, TaskId


class PhotoSize(StrEnum):
    """How large a photo is kept: to be looked at closely, and for lists."""

    FULL = "full"
    SMALL = "small"


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo as it is kept: two JPEG files that have pixels and nothing else."""

    full: bytes
    small: bytes


@dataclass(frozen=True, slots=True)
class ReviewPhoto:
    """A photo that a review has."""

    id: PhotoId
    task_id: TaskId
    order_id: OrderId
    added_at: datetime


def photo_id(task_id: TaskId, content: bytes) -> PhotoId:
    """Return the id of what somebody uploads: the same file for the same task is one photo."""
    return PhotoId(uuid5(task_id, sha256(content).hexdigest()))
