"""What proves addresses by messages, and notices sign-ins from new places."""

from collections.abc import Sequence

from ..core.users.challenges.prove_phone import ProvePhone
from ..core.users.challenges.request_phone_proof import RequestPhoneProof
from ..core.users.challenges.send_challenge import SendChallenge
from ..core.users.note_place import NotePlace
from ..core.users.tell_of_security_change import TellOfSecurityChange
from ..core.users.view_traces import ViewTraces
from ..ports.language.public_links import PublicLinks
from .adapters import Adapters, Store


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


def tell_of_security_change_of(adapters: Adapters) -> TellOfSecurityChange:
    """Return the use case that tells users what was changed of their accounts."""
    return TellOfSecurityChange(
        users=adapters.store.users,
        challenges=adapters.store.challenges,
        templates=adapters.templates,
        mailer=adapters.mailer,
    )


def view_traces_of(store: Store) -> ViewTraces:
    """Return the use case that shows what is listed nowhere else."""
    return ViewTraces(
        payment_methods=store.payment_methods,
        sessions=store.sessions,
        challenges=store.challenges,
        known_places=store.known_places,
        declines=store.declines,
    )
