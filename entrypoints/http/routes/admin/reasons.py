"""The reason that every admin action requires."""

from typing import Annotated

import msgspec
from msgspec import Meta

from .....ports.language.audit import MAX_REASON

ReasonText = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MAX_REASON,
        description="One line, stored permanently in the audit log.",
    ),
]


class ReasonGiven(msgspec.Struct, forbid_unknown_fields=True):
    """The reason of an action."""

    reason: ReasonText
