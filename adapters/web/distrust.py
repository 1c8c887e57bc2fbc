"""Why a server is not trusted, in errors that say so only deep inside."""

import ssl


def distrust_of(error: BaseException) -> str:
    """Return why the certificate of a server could not be verified, or nothing if it was not that.

    Texts of the libraries' own errors may have a URL or a part of a key. This one has neither.
    """
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLCertVerificationError):
            return f"its certificate cannot be verified: {found.verify_message}"
        found = found.__cause__ or found.__context__
    return ""
