"""The texts of a form whose files are not taken, because its sender may send none."""

from collections.abc import AsyncIterator, Mapping

from litestar.exceptions import ClientException
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
)

_SEGMENTS = 200
"""The maximum number of fields and files of a form."""


async def texts_beside_files(
    boundary: str, body: AsyncIterator[bytes], most: int
) -> Mapping[str, str]:
    """Return the texts of a form, or none if they have more than `most` bytes together.

    A session may end while a form is filled in, and what was typed is not lost then. Files are let
    go as they come: nobody keeps those of strangers in memory or on the disk. Raises
    ClientException.
    """
    fields: dict[str, tuple[bytearray, str]] = {}
    text: bytearray | None = None
    size = 0
    try:
        with PushMultipartParser(boundary, max_segment_count=_SEGMENTS) as parser:
            async for chunk in body:
                for part in parser.parse(chunk):
                    if isinstance(part, MultipartSegment):
                        text = None if part.filename is not None else bytearray()
                        if text is not None:
                            fields[part.name] = text, part.charset or "utf-8"
                    elif part and text is not None:
                        size += len(part)
                        if size <= most:
                            text += part
        texts = {name: raw.decode(charset) for name, (raw, charset) in fields.items()}
        for each in texts.values():
            each.encode()  # charsets as UTF-7 have halves of surrogate pairs
    except (MultipartError, ValueError, LookupError) as error:
        raise ClientException("the form cannot be read") from error
    return texts if size <= most else {}
