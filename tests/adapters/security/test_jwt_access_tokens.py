import base64
import json
from datetime import datetime, timedelta
from typing import Any

import jwt
import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.security.access_tokens import JwtAccessTokens, SigningKey
from solebook.ports.language.errors import InvalidToken
from solebook.ports.language.ids import SessionId, UserId
from solebook.ports.language.users import AccessClaims, Role

OLD = SigningKey("2026-01", b"o" * 32)
NEW = SigningKey("2026-02", b"n" * 32)


@pytest.fixture
def claims(clock: VirtualClock, ids: SeededIds) -> AccessClaims:
    return AccessClaims(
        user_id=UserId(ids.new()),
        session_id=SessionId(ids.new()),
        roles=frozenset({Role.BUYER}),
        expires_at=clock.now() + timedelta(minutes=15),
    )


@pytest.fixture
def payload(claims: AccessClaims) -> dict[str, Any]:
    return {
        "sub": str(claims.user_id),
        "sid": str(claims.session_id),
        "roles": ["buyer"],
        "exp": claims.expires_at.timestamp(),
    }


def problem(access_tokens: JwtAccessTokens, token: str) -> str:
    """Expect a refused token and return its problem."""
    with pytest.raises(InvalidToken) as refused:
        access_tokens.verify(token)
    return refused.value.problem


def signed(payload: dict[str, Any], key: SigningKey = NEW, **headers: Any) -> str:
    """Return a token signed with the right key."""
    return jwt.encode(payload, key.secret, algorithm="HS256", headers={"kid": key.id} | headers)


def encoded(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


# ---- keys ------------------------------------------------------------------------------------


def test_newest_key_signs_and_is_named_in_the_token(
    clock: VirtualClock, claims: AccessClaims
) -> None:
    token = JwtAccessTokens(clock, [NEW, OLD]).issue(claims)

    assert jwt.get_unverified_header(token) == {"alg": "HS256", "kid": "2026-02", "typ": "JWT"}
    assert jwt.decode(token, NEW.secret, ["HS256"], {"verify_exp": False})["roles"] == ["buyer"]


def test_token_of_an_older_key_is_valid_until_the_key_is_removed(
    clock: VirtualClock, claims: AccessClaims
) -> None:
    token = JwtAccessTokens(clock, [OLD]).issue(claims)

    assert JwtAccessTokens(clock, [NEW, OLD]).verify(token) == claims
    assert problem(JwtAccessTokens(clock, [NEW]), token) == "signed with an unknown key"


def test_token_signed_with_another_key_than_its_kid_is_refused(
    clock: VirtualClock, payload: dict[str, Any]
) -> None:
    token = signed(payload, SigningKey(NEW.id, OLD.secret))

    assert problem(JwtAccessTokens(clock, [NEW, OLD]), token) == "forged"


def test_token_without_a_key_id_is_refused(clock: VirtualClock, payload: dict[str, Any]) -> None:
    token = jwt.encode(payload, NEW.secret, algorithm="HS256")

    assert problem(JwtAccessTokens(clock, [NEW]), token) == "signed with an unknown key"


def test_secret_is_not_shown() -> None:
    assert repr(SigningKey("2026-01", b"secret-secret-secret-secret-secret")) == (
        "SigningKey(id='2026-01')"
    )


@pytest.mark.parametrize("length", [0, 16, 31])
def test_secret_under_32_bytes_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="fewer than 32 bytes") as refused:
        SigningKey("2026-01", b"\xee" * length)
    assert "xee" not in str(refused.value)


def test_key_without_an_id_is_refused() -> None:
    with pytest.raises(ValueError, match="needs an id"):
        SigningKey("", b"k" * 32)


def test_no_keys_and_duplicate_key_ids_are_refused(clock: VirtualClock) -> None:
    with pytest.raises(ValueError, match="need a signing key"):
        JwtAccessTokens(clock, [])
    with pytest.raises(ValueError, match="same id"):
        JwtAccessTokens(clock, [NEW, SigningKey(NEW.id, OLD.secret)])


# ---- forgeries -------------------------------------------------------------------------------


def test_unsigned_token_is_refused(clock: VirtualClock, payload: dict[str, Any]) -> None:
    token = jwt.encode(payload, "", algorithm="none", headers={"kid": NEW.id})

    assert problem(JwtAccessTokens(clock, [NEW]), token) == "malformed"


@pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")
@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_other_algorithm_is_refused_even_with_the_right_secret(
    clock: VirtualClock, payload: dict[str, Any], algorithm: str
) -> None:
    token = jwt.encode(payload, NEW.secret, algorithm=algorithm, headers={"kid": NEW.id})

    assert problem(JwtAccessTokens(clock, [NEW]), token) == "malformed"


def test_token_with_another_payload_is_refused(
    clock: VirtualClock, claims: AccessClaims, payload: dict[str, Any]
) -> None:
    access_tokens = JwtAccessTokens(clock, [NEW])
    header, _, signature = access_tokens.issue(claims).split(".")

    token = ".".join((header, encoded(payload | {"roles": ["admin"]}), signature))

    assert problem(access_tokens, token) == "forged"


# ---- signed but malformed --------------------------------------------------------------------


@pytest.mark.parametrize("claim", ["sub", "sid", "roles", "exp"])
def test_token_without_a_required_claim_is_refused(
    clock: VirtualClock, payload: dict[str, Any], claim: str
) -> None:
    del payload[claim]

    assert problem(JwtAccessTokens(clock, [NEW]), signed(payload)) == "malformed"


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("sub", "nobody"),
        ("sub", 7),
        ("sid", ""),
        ("sid", ["x"]),
        ("roles", "buyer"),
        ("roles", ["emperor"]),
        ("roles", 7),
        ("exp", "tomorrow"),
        ("exp", 1e300),
        ("exp", float("inf")),
        ("exp", float("nan")),
        ("exp", {}),
    ],
)
def test_token_with_a_malformed_claim_is_refused(
    clock: VirtualClock, payload: dict[str, Any], claim: str, value: object
) -> None:
    payload[claim] = value
    # Signed without PyJWT, which would refuse some of these headers.
    key = jwt.get_algorithm_by_name("HS256").prepare_key(NEW.secret)
    body = f"{encoded({'alg': 'HS256', 'kid': NEW.id})}.{encoded(payload)}"
    signature = jwt.get_algorithm_by_name("HS256").sign(body.encode(), key)
    token = f"{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"

    assert problem(JwtAccessTokens(clock, [NEW]), token) == "malformed"


@pytest.mark.parametrize(
    "header",
    [
        "[" * 1_400,
        '{"alg":"HS256","kid":' + "[" * 1_400,
        {"alg": "HS256", "kid": 7},
        {"alg": "HS256", "kid": None},
        {"alg": "HS256", "kid": "2026-02", "crit": ["x"]},
        {"kid": "2026-02"},
        {"alg": 7, "kid": "2026-02"},
        {"alg": "HS256", "kid": "2026-02", "b64": False},
        "null",
        "\x00",
    ],
)
def test_token_with_a_malformed_header_is_refused(
    clock: VirtualClock, payload: dict[str, Any], header: object
) -> None:
    token = f"{encoded(header)}.{encoded(payload)}.{encoded('signature')}"

    assert problem(JwtAccessTokens(clock, [NEW]), token) == "malformed"


@pytest.mark.parametrize(("padding", "good"), [(100, True), (2_000, False)])
def test_too_long_token_is_refused(
    clock: VirtualClock, claims: AccessClaims, payload: dict[str, Any], padding: int, good: bool
) -> None:
    token = signed(payload | {"padding": "x" * padding})
    access_tokens = JwtAccessTokens(clock, [NEW])

    if good:
        assert access_tokens.verify(token) == claims
    else:
        assert problem(access_tokens, token) == "malformed"


# ---- the cache -------------------------------------------------------------------------------


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Records the tokens whose signature was checked."""
    tokens: list[str] = []
    decode = jwt.decode

    def record(token: str, *rest: Any, **options: Any) -> dict[str, Any]:
        tokens.append(token)
        return decode(token, *rest, **options)

    monkeypatch.setattr(jwt, "decode", record)
    return tokens


def test_signature_of_a_token_is_checked_once(
    clock: VirtualClock, claims: AccessClaims, decoded: list[str]
) -> None:
    access_tokens = JwtAccessTokens(clock, [NEW])
    token = access_tokens.issue(claims)

    assert [access_tokens.verify(token) for _ in range(3)] == [claims] * 3
    assert decoded == [token]


def test_forged_token_is_refused_each_time(
    clock: VirtualClock, payload: dict[str, Any], decoded: list[str]
) -> None:
    access_tokens = JwtAccessTokens(clock, [NEW])
    token = signed(payload, SigningKey(NEW.id, OLD.secret))

    for _ in range(3):
        assert problem(access_tokens, token) == "forged"
    assert decoded == [token] * 3


def test_expiry_is_kept_to_the_microsecond(clock: VirtualClock, claims: AccessClaims) -> None:
    instant = datetime.fromisoformat("2095-12-31T23:59:59.999999+00:00")
    claims = AccessClaims(claims.user_id, claims.session_id, claims.roles, instant)
    access_tokens = JwtAccessTokens(clock, [NEW])

    assert access_tokens.verify(access_tokens.issue(claims)).expires_at == instant
