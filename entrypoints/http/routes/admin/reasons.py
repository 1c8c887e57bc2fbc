"""Why staff does something: the body that every admin action takes."""

from typing import Annotated

import msgspec
from msgspec import Meta

from .....ports.language.audit import MAX_REASON

ReasonText = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MAX_REASON,
        description="On one line. It stays in the audit log for good.",
    ),
]


class ReasonGiven(msgspec.Struct, forbid_unknown_fields=True):
    """Why it is done."""

    reason: ReasonText
