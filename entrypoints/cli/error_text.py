"""What a command prints of an error."""

from ...ports.language.errors import Unavailable


def error_text(error: Exception) -> str:
    """Return one line that says what is wrong."""
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed; run in the checkout: pip install '.[all]'"
    cause = error.__cause__
    if isinstance(error, Unavailable) and cause is not None:
        return f"{error.what} is unavailable: {str(cause) or type(cause).__name__}"
    if isinstance(error, FileExistsError) and error.filename is not None:
        return f"{error.filename} is there, and is no folder"  # only folders are made so
    if isinstance(error, OSError) and error.strerror:  # its own text has a number that says nothing
        return error.strerror if error.filename is None else f"{error.filename}: {error.strerror}"
    return str(error)
