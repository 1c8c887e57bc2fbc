"""What a verdict must bring with it."""

from dataclasses import replace

from ...ports.language.authentication import Verdict
from ...ports.language.errors import InvalidVerdict, OutOfRange
from ...ports.language.text import check_text, check_url

MAX_PHOTOS = 20
MAX_REASON = 1_000
"""The most characters that a reason may have."""


def check_verdict(verdict: Verdict) -> Verdict:
    """Return the verdict with its texts trimmed; a blank reason is none.

    A pass needs all three checks and a photo, a fail needs a reason. Raises InvalidVerdict, and
    for a photo or reason that is none OutOfRange or InvalidText.
    """
    if len(verdict.photos) > MAX_PHOTOS:
        raise OutOfRange(field="photos", value=len(verdict.photos), minimum=0, maximum=MAX_PHOTOS)
    photos = tuple(check_url("photos", photo) for photo in verdict.photos)
    reason = check_text("reason", verdict.reason or "", max_length=MAX_REASON, min_length=0)
    if verdict.passed and not verdict.checks.all_passed:
        raise InvalidVerdict(problem="a pair passes only if it passes all three checks")
    if verdict.passed and not photos:
        raise InvalidVerdict(problem="a pass needs at least one photo")
    if not verdict.passed and not reason:
        raise InvalidVerdict(problem="a fail needs a reason")
    return replace(verdict, photos=photos, reason=reason or None)
