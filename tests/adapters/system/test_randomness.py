import base64
import re

from solebook.adapters.system.randomness import SystemRandomness


def test_secret_is_url_safe_text_of_256_bits_and_never_repeats() -> None:
    randomness = SystemRandomness()
    secrets = {randomness.secret() for _ in range(100)}

    assert len(secrets) == 100
    for secret in secrets:
        assert re.fullmatch(r"[\w-]+", secret, re.ASCII)
        assert len(base64.urlsafe_b64decode(secret + "=")) == 32


def test_fraction_is_between_0_and_1() -> None:
    randomness = SystemRandomness()
    fractions = [randomness.fraction() for _ in range(1_000)]

    assert all(0 <= fraction < 1 for fraction in fractions)
    assert len(set(fractions)) > 900
