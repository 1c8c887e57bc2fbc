"""Signing in, by a program or by a form."""

from ....composition.application import Application
from ....core.users.session_tokens import SignedIn
from .headers import program_of
from .problems import AnyRequest
from .rate_limiting import SourceLimits


async def sign_in(
    request: AnyRequest,
    application: Application,
    limits: SourceLimits,
    *,
    email: str,
    password: str,
    in_browser: bool = False,
) -> SignedIn:
    """Open a session within the limits of attempts, and note where it was opened.

    Raises RateLimited, Unavailable, and what `SignIn` raises.
    """
    attempt = limits.attempt(request.scope, email, application.users.recognize_source)
    async with attempt as source:
        signed_in = await application.users.sign_in(
            email=email, password=password, source=source, in_browser=in_browser
        )
        # Before anybody has the tokens, so that no sign-in goes unnoticed.
        program = program_of(request)
        await application.users.note_place(signed_in.user.id, source=source.name, program=program)
        return signed_in
