"""The port to what makes a photo of an uploaded file."""

from typing import Protocol

from .language.photos import Picture


class Pictures(Protocol):
    """Turns what somebody uploads into pixels and nothing else."""

    @property
    def most_bytes(self) -> int:
        """The maximum size of a file."""
        ...

    async def prepare(self, content: bytes) -> Picture:
        """Return the photo, upright and scaled down, without metadata.

        Raises InvalidPhoto, and Unavailable if too many are being prepared.
        """
        ...
