"""What proves addresses by messages, and notices sign-ins from new places."""

from collections.abc import Sequence

from ..core.users.challenges.prove_phone import ProvePhone
from ..core.users.challenges.request_phone_proof import RequestPhoneProof
from ..core.users.challenges.send_challenge import SendChallenge
from ..core.users.note_place import NotePlace
from ..ports.language.public_links import PublicLinks
from .adapters import Adapters


def send_challenge_of(adapters: Adapters, links: PublicLinks) -> SendChallenge:
    """Return what sends the secrets of challenges."""
    store = adapters.store
    return SendChallenge(
        transaction=store.transaction,
        users=store.users,
        challenges=store.challenges,
        preferences=store.preferences,
        templates=adapters.templates,
        mailer=adapters.mailer,
        text_messenger=adapters.text_messenger,
        randomness=adapters.randomness,
        links=links,
        clock=adapters.clock,
        ids=adapters.ids,
    )


def request_phone_proof_of(adapters: Adapters) -> RequestPhoneProof:
    """Return what asks for the code of a phone."""
    store = adapters.store
    return RequestPhoneProof(
        transaction=store.transaction,
        users=store.users,
        preferences=store.preferences,
        challenges=store.challenges,
        outbox=store.outbox,
        clock=adapters.clock,
    )


def prove_phone_of(adapters: Adapters) -> ProvePhone:
    """Return what takes the code of a phone."""
    store = adapters.store
    return ProvePhone(
        transaction=store.transaction,
        users=store.users,
        preferences=store.preferences,
        challenges=store.challenges,
        clock=adapters.clock,
    )


def note_place_of(adapters: Adapters, keys: Sequence[bytes]) -> NotePlace:
    """Return what notes the places of sign-ins, hashed with these keys."""
    store = adapters.store
    return NotePlace(
        transaction=store.transaction,
        users=store.users,
        known_places=store.known_places,
        outbox=store.outbox,
        clock=adapters.clock,
        keys=keys,
    )
