"""The kinds of events that an endpoint chooses."""

from collections.abc import Collection

from ...ports.language.errors import InvalidText
from ...ports.language.webhook_events import KINDS, Audience


def check_kinds(kinds: Collection[str], *, everything: bool) -> tuple[str, ...]:
    """Return kinds without repetitions, in the sequence of the documentation.

    Those for admins are only for endpoints that get everything. Raises InvalidText.
    """
    chosen = frozenset(kinds)
    if not chosen:
        raise InvalidText(field="kinds", problem="must name at least one kind of events")
    for kind in sorted(chosen):
        if kind not in KINDS:
            raise InvalidText(field="kinds", problem=f"has {kind[:64]!r}, which is no kind")
        if KINDS[kind].AUDIENCE is Audience.ADMINS and not everything:
            raise InvalidText(field="kinds", problem=f"has {kind}, which is for admins")
    return tuple(kind for kind in KINDS if kind in chosen)
