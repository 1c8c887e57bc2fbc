"""Validation of a verdict."""

from dataclasses import replace

from ...ports.language.authentication import Verdict
from ...ports.language.errors import InvalidVerdict, OutOfRange
from ...ports.language.text import check_text, check_url

MAX_PHOTOS = 20
"""The maximum number of photos of a task, and of addresses of photos in a verdict."""
MAX_REASON = 1_000
"""The maximum length of a reason, in characters."""


def check_verdict(verdict: Verdict, *, kept: int = 0) -> Verdict:
    """Return the verdict with its texts trimmed and a blank reason as None.

    A pass needs all three checks and a photo: one of those that are `kept`, or the address of one
    elsewhere. A fail needs a reason. Raises InvalidVerdict, and OutOfRange or InvalidText for
    invalid photos or an invalid reason.
    """
    if len(verdict.photos) > MAX_PHOTOS:
        raise OutOfRange(field="photos", value=len(verdict.photos), minimum=0, maximum=MAX_PHOTOS)
    photos = tuple(check_url("photos", photo) for photo in verdict.photos)
    reason = check_text("reason", verdict.reason or "", max_length=MAX_REASON, min_length=0)
    if verdict.passed and not verdict.checks.all_passed:
        raise InvalidVerdict(problem="a pair passes only if it passes all three checks")
    if verdict.passed and not photos and not kept:
        raise InvalidVerdict(problem="a pass needs at least one photo")
    if not verdict.passed and not reason:
        raise InvalidVerdict(problem="a fail needs a reason")
    return replace(verdict, photos=photos, reason=reason or None)
