"""Access tokens that are stored instead of signed, for tests and simulations."""

from ...ports.access_tokens import AccessTokens
from ...ports.clock import Clock
from ...ports.language.errors import InvalidToken
from ...ports.language.users import AccessClaims
from ...ports.randomness import Randomness


class MemoryAccessTokens(AccessTokens):
    """Stores the claims of each token; tokens do not outlive this object."""

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        self._clock = clock
        self._randomness = randomness
        self._claims: dict[str, AccessClaims] = {}

    def issue(self, claims: AccessClaims) -> str:
        token = self._randomness.secret()
        self._claims[token] = claims
        return token

    def verify(self, token: str) -> AccessClaims:
        claims = self._claims.get(token)
        if claims is None:
            raise InvalidToken(problem="unknown")
        if claims.expires_at <= self._clock.now():
            raise InvalidToken(problem="expired")
        return claims
