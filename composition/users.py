"""The users context: its use cases, their wiring, and its route."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.users.accept_registration import AcceptRegistration
from ..core.users.add_address import AddAddress
from ..core.users.authenticate_browser import AuthenticateBrowser
from ..core.users.authenticate_caller import AuthenticateCaller
from ..core.users.authenticate_request import AuthenticateRequest
from ..core.users.begin_card_page import BeginCardPage
from ..core.users.begin_card_setup import BeginCardSetup
from ..core.users.challenges.answer_by_letter import AnswerByLetter
from ..core.users.challenges.answer_registration import AnswerRegistration
from ..core.users.challenges.begin_password_reset import BeginPasswordReset
from ..core.users.challenges.change_email import ChangeEmail
from ..core.users.challenges.prove_email import ProveEmail
from ..core.users.challenges.prove_phone import ProvePhone
from ..core.users.challenges.request_email_proof import RequestEmailProof
from ..core.users.challenges.request_password_reset import RequestPasswordReset
from ..core.users.challenges.request_phone_proof import RequestPhoneProof
from ..core.users.challenges.reset_password import ResetPassword
from ..core.users.challenges.send_challenge import SendChallenge
from ..core.users.challenges.tell_old_email import TellOldEmail
from ..core.users.change_password import ChangePassword
from ..core.users.choose_payment_method import ChoosePaymentMethod
from ..core.users.create_api_key import CreateApiKey
from ..core.users.detach_card import DetachCard
from ..core.users.edit_profile import EditProfile
from ..core.users.end_sessions import EndSessions
from ..core.users.finish_card_setup import FinishCardSetup
from ..core.users.issue_api_token import IssueApiToken
from ..core.users.keep_card import KeepCard
from ..core.users.list_addresses import ListAddresses
from ..core.users.list_api_keys import ListApiKeys
from ..core.users.list_api_tokens import ListApiTokens
from ..core.users.list_payment_methods import ListPaymentMethods
from ..core.users.list_sessions import ListSessions
from ..core.users.note_place import NotePlace
from ..core.users.recognize_source import RecognizeSource
from ..core.users.refresh_session import RefreshSession
from ..core.users.register_user import RegisterUser
from ..core.users.remove_address import RemoveAddress
from ..core.users.remove_payment_method import RemovePaymentMethod
from ..core.users.revoke_api_key import RevokeApiKey
from ..core.users.revoke_api_token import RevokeApiToken
from ..core.users.set_payment_method import SetPaymentMethod
from ..core.users.set_payout_account import SetPayoutAccount
from ..core.users.set_roles import SetRoles
from ..core.users.set_suspension import SetSuspension
from ..core.users.sign_in import SignIn
from ..core.users.sign_out import SignOut
from ..core.users.tell_key_owner import TellKeyOwner
from ..core.users.tell_of_security_change import TellOfSecurityChange
from ..core.users.token_lifetimes import TokenLifetimes
from ..core.users.view_card_setup import ViewCardSetup
from ..core.users.view_profile import ViewProfile
from ..core.users.view_traces import ViewTraces
from ..ports.language.consumers import Consumer
from ..ports.language.events import (
    ApiKeyCreated,
    ChallengeRequested,
    EmailChanged,
    PasswordResetRequested,
    PaymentMethodRemoved,
    RegistrationRepeated,
    SecurityChanged,
)
from ..ports.language.messages import Queue
from ..ports.language.public_links import PublicLinks
from .adapters import Adapters
from .proofs import (
    note_place_of,
    prove_phone_of,
    request_phone_proof_of,
    send_challenge_of,
    tell_of_security_change_of,
    view_traces_of,
)
from .router import Router
from .sign_ins import end_sessions_of, refresh_session_of, sign_in_of, sign_out_of


@dataclass(frozen=True, slots=True)
class UsersUseCases:
    """The use cases of the users context."""

    register_user: RegisterUser
    accept_registration: AcceptRegistration
    request_email_proof: RequestEmailProof
    prove_email: ProveEmail
    request_phone_proof: RequestPhoneProof
    prove_phone: ProvePhone
    send_challenge: SendChallenge
    request_password_reset: RequestPasswordReset
    begin_password_reset: BeginPasswordReset
    answer_registration: AnswerRegistration
    reset_password: ResetPassword
    change_email: ChangeEmail
    tell_old_email: TellOldEmail
    recognize_source: RecognizeSource
    sign_in: SignIn
    note_place: NotePlace
    refresh_session: RefreshSession
    sign_out: SignOut
    list_sessions: ListSessions
    end_sessions: EndSessions
    change_password: ChangePassword
    authenticate_request: AuthenticateRequest
    authenticate_caller: AuthenticateCaller
    authenticate_browser: AuthenticateBrowser
    issue_api_token: IssueApiToken
    revoke_api_token: RevokeApiToken
    list_api_tokens: ListApiTokens
    create_api_key: CreateApiKey
    tell_key_owner: TellKeyOwner
    tell_of_security_change: TellOfSecurityChange
    list_api_keys: ListApiKeys
    revoke_api_key: RevokeApiKey
    edit_profile: EditProfile
    add_address: AddAddress
    remove_address: RemoveAddress
    set_payment_method: SetPaymentMethod
    begin_card_setup: BeginCardSetup
    begin_card_page: BeginCardPage
    view_card_setup: ViewCardSetup
    finish_card_setup: FinishCardSetup
    choose_payment_method: ChoosePaymentMethod
    list_payment_methods: ListPaymentMethods
    remove_payment_method: RemovePaymentMethod
    detach_card: DetachCard
    set_payout_account: SetPayoutAccount
    set_roles: SetRoles
    set_suspension: SetSuspension
    view_profile: ViewProfile
    view_traces: ViewTraces
    list_addresses: ListAddresses


def users_use_cases(
    adapters: Adapters,
    lifetimes: TokenLifetimes,
    links: PublicLinks,
    *,
    place_keys: Sequence[bytes],
    verify_addresses: bool,
) -> UsersUseCases:
    """Return the use cases of the users context."""
    store, clock, ids = adapters.store, adapters.clock, adapters.ids
    transaction, users = store.transaction, store.users
    payment_methods, card_vault = store.payment_methods, adapters.card_vault
    keep_card = KeepCard(
        transaction=transaction,
        users=users,
        payment_methods=payment_methods,
        declines=store.declines,
        outbox=store.outbox,
        clock=clock,
        ids=ids,
    )
    authenticate_request = AuthenticateRequest(
        access_tokens=adapters.access_tokens, revoked_sessions=adapters.revoked_sessions
    )
    register_user = RegisterUser(
        transaction=transaction,
        users=users,
        challenges=store.challenges,
        outbox=store.outbox,
        passwords=adapters.passwords,
        clock=clock,
        ids=ids,
        verify_addresses=verify_addresses,
    )
    answer_by_letter = AnswerByLetter(
        transaction=transaction,
        users=users,
        challenges=store.challenges,
        outbox=store.outbox,
        clock=clock,
    )
    return UsersUseCases(
        register_user=register_user,
        accept_registration=AcceptRegistration(
            transaction=transaction, users=users, outbox=store.outbox, register_user=register_user
        ),
        request_email_proof=RequestEmailProof(
            transaction=transaction,
            users=users,
            challenges=store.challenges,
            outbox=store.outbox,
            clock=clock,
        ),
        prove_email=ProveEmail(
            transaction=transaction,
            users=users,
            challenges=store.challenges,
            outbox=store.outbox,
            clock=clock,
        ),
        request_phone_proof=request_phone_proof_of(adapters),
        prove_phone=prove_phone_of(adapters),
        request_password_reset=RequestPasswordReset(
            transaction=transaction, users=users, outbox=store.outbox
        ),
        begin_password_reset=BeginPasswordReset(answer_by_letter),
        answer_registration=AnswerRegistration(answer_by_letter),
        reset_password=ResetPassword(
            transaction=transaction,
            users=users,
            challenges=store.challenges,
            sessions=store.sessions,
            revoked_sessions=adapters.revoked_sessions,
            outbox=store.outbox,
            passwords=adapters.passwords,
            clock=clock,
            lifetimes=lifetimes,
        ),
        change_email=ChangeEmail(
            transaction=transaction,
            users=users,
            challenges=store.challenges,
            passwords=adapters.passwords,
            outbox=store.outbox,
            clock=clock,
            verify_addresses=verify_addresses,
        ),
        tell_old_email=TellOldEmail(
            transaction=transaction,
            users=users,
            challenges=store.challenges,
            templates=adapters.templates,
            mailer=adapters.mailer,
        ),
        send_challenge=send_challenge_of(adapters, links),
        recognize_source=RecognizeSource(users=users, sessions=store.sessions),
        sign_in=sign_in_of(adapters, lifetimes),
        note_place=note_place_of(adapters, place_keys),
        refresh_session=refresh_session_of(adapters, lifetimes),
        sign_out=sign_out_of(adapters, lifetimes),
        list_sessions=ListSessions(sessions=store.sessions),
        end_sessions=end_sessions_of(adapters, lifetimes),
        change_password=ChangePassword(
            transaction=transaction,
            users=users,
            challenges=store.challenges,
            sessions=store.sessions,
            revoked_sessions=adapters.revoked_sessions,
            outbox=store.outbox,
            passwords=adapters.passwords,
            clock=clock,
            lifetimes=lifetimes,
        ),
        authenticate_request=authenticate_request,
        authenticate_caller=AuthenticateCaller(
            authenticate_request=authenticate_request,
            transaction=transaction,
            api_tokens=store.api_tokens,
            users=users,
            clock=clock,
        ),
        authenticate_browser=AuthenticateBrowser(users=users, sessions=store.sessions, clock=clock),
        issue_api_token=IssueApiToken(
            transaction=transaction,
            api_tokens=store.api_tokens,
            audit_log=store.audit_log,
            randomness=adapters.randomness,
            clock=clock,
            ids=ids,
        ),
        revoke_api_token=RevokeApiToken(
            transaction=transaction,
            api_tokens=store.api_tokens,
            audit_log=store.audit_log,
            clock=clock,
        ),
        list_api_tokens=ListApiTokens(api_tokens=store.api_tokens),
        create_api_key=CreateApiKey(
            transaction=transaction,
            users=users,
            api_tokens=store.api_tokens,
            outbox=store.outbox,
            randomness=adapters.randomness,
            clock=clock,
            ids=ids,
        ),
        tell_key_owner=TellKeyOwner(
            users=users,
            api_tokens=store.api_tokens,
            templates=adapters.templates,
            mailer=adapters.mailer,
        ),
        tell_of_security_change=tell_of_security_change_of(adapters),
        list_api_keys=ListApiKeys(api_tokens=store.api_tokens),
        revoke_api_key=RevokeApiKey(
            transaction=transaction, api_tokens=store.api_tokens, clock=clock
        ),
        edit_profile=EditProfile(transaction=transaction, users=users),
        add_address=AddAddress(
            transaction=transaction, users=users, addresses=store.addresses, clock=clock, ids=ids
        ),
        remove_address=RemoveAddress(transaction, users, store.addresses),
        set_payment_method=SetPaymentMethod(
            transaction=transaction,
            users=users,
            payment_methods=payment_methods,
            card_vault=card_vault,
            keep_card=keep_card,
            ids=ids,
        ),
        begin_card_setup=BeginCardSetup(
            users=users, payment_methods=payment_methods, card_vault=card_vault, ids=ids
        ),
        begin_card_page=BeginCardPage(
            users=users, payment_methods=payment_methods, card_vault=card_vault, ids=ids
        ),
        view_card_setup=ViewCardSetup(card_vault=card_vault, keep_card=keep_card),
        finish_card_setup=FinishCardSetup(card_vault=card_vault, keep_card=keep_card),
        choose_payment_method=ChoosePaymentMethod(
            transaction=transaction, users=users, payment_methods=payment_methods
        ),
        list_payment_methods=ListPaymentMethods(users=users, payment_methods=payment_methods),
        remove_payment_method=RemovePaymentMethod(
            transaction=transaction,
            users=users,
            payment_methods=payment_methods,
            quotes=store.quotes,
            outbox=store.outbox,
            clock=clock,
        ),
        detach_card=DetachCard(payment_methods=payment_methods, card_vault=card_vault),
        set_payout_account=SetPayoutAccount(
            transaction=transaction,
            users=users,
            known_accounts=store.known_seller_accounts,
            seller_accounts=adapters.seller_accounts,
            audit_log=store.audit_log,
            outbox=store.outbox,
            clock=clock,
        ),
        set_roles=SetRoles(
            transaction=transaction,
            users=users,
            sessions=store.sessions,
            revoked_sessions=adapters.revoked_sessions,
            clock=clock,
            lifetimes=lifetimes,
            audit_log=store.audit_log,
        ),
        set_suspension=SetSuspension(
            transaction=transaction,
            users=users,
            audit_log=store.audit_log,
            outbox=store.outbox,
        ),
        view_profile=ViewProfile(
            users=users, declines=store.declines, preferences=store.preferences, clock=clock
        ),
        view_traces=view_traces_of(store),
        list_addresses=ListAddresses(addresses=store.addresses),
    )


def users_routes(users: UsersUseCases) -> tuple[Consumer, ...]:
    """Return the routes of the users context.

    Its calls of the provider wait with the charges, and its letters with the notifications.
    """
    persistent, queued = Router(Queue.TRADE).persistent, Router(Queue.LETTERS).queued
    return (
        queued(ChallengeRequested, "users.send_challenge", users.send_challenge),
        queued(PasswordResetRequested, "users.begin_password_reset", users.begin_password_reset),
        queued(RegistrationRepeated, "users.answer_registration", users.answer_registration),
        queued(ApiKeyCreated, "users.tell_key_owner", users.tell_key_owner),
        queued(SecurityChanged, "users.tell_of_security_change", users.tell_of_security_change),
        queued(EmailChanged, "users.tell_old_email", users.tell_old_email),
        persistent(Queue.CHARGES, PaymentMethodRemoved, "users.detach_card", users.detach_card),
    )
