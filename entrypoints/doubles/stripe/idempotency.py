"""Idempotency keys: a repeated call gets the first answer, and has no second effect."""

from dataclasses import dataclass, replace

from .answers import Answer, Command
from .errors import ApiError
from .state import Object

LIFE = 86_400
"""Seconds that a key is known."""
MOST_LETTERS = 255
MOST_KEYS = 100_000
"""The maximum number of keys. The oldest is forgotten for another."""


@dataclass(frozen=True)
class _Kept:
    path: str
    form: Object
    request: str
    answer: Answer
    until: float


class Keys:
    """The answers to the calls of the last 24 hours that had a key."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], _Kept] = {}

    def answer(self, command: Command, now: float) -> Answer | None:
        """Return the first answer to this call, or None if its key is new.

        Raises ApiError if the key was used for another call.
        """
        self._forget(now)
        kept = self._kept.get((command.account, command.key))
        if kept is None:
            return None
        if kept.path != command.path:
            raise _other_use(
                "Keys for idempotent requests can only be used for the same endpoint they were "
                f"first used for ('{kept.path}' vs '{command.path}'). Try using a key other than "
                f"'{command.key}' if you meant to execute a different request."
            )
        if kept.form != command.form:
            raise _other_use(
                "Keys for idempotent requests can only be used with the same parameters they were "
                f"first used with. Try using a key other than '{command.key}' if you meant to "
                "execute a different request."
            )
        headers = {"idempotent-replayed": "true", "original-request": kept.request}
        return replace(kept.answer, headers=kept.answer.headers | headers, changed=False)

    def keep(self, command: Command, answer: Answer, now: float) -> None:
        """Keep the answer to a call that began, also if it is an error."""
        if len(self._kept) >= MOST_KEYS:
            del self._kept[next(iter(self._kept))]
        self._kept[command.account, command.key] = _Kept(
            command.path, command.form, command.request, answer, now + LIFE
        )

    def _forget(self, now: float) -> None:
        while self._kept and next(iter(self._kept.values())).until <= now:
            del self._kept[next(iter(self._kept))]


def _other_use(message: str) -> ApiError:
    return ApiError(message, kind="idempotency_error")


def check_key(key: str) -> None:
    """Raise ApiError for a key that is too long."""
    if len(key) > MOST_LETTERS:
        raise ApiError(f"Idempotency keys can be at most {MOST_LETTERS} characters long.")


def in_use(key: str) -> ApiError:
    """Return the error for a key whose first call is under way."""
    return ApiError(
        "There is currently another in-progress request using this Stripe Idempotent Key (that "
        f"probably means you submitted twice, and the other request is still going through): {key}."
        " Please try again later.",
        status=409,
        kind="idempotency_error",
        code="idempotency_key_in_use",
    )
