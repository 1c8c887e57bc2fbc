"""`solebook mail`: list and preview the mails of an exchange."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...ports.language.mail import Mail
from ...ports.language.notifications import Letter, NotificationKind
from .configured import settings_of
from .sample_notices import ORDER, RECIPIENT, SENT_AT, sample_notices

if TYPE_CHECKING:
    from ...config.settings import Settings

_DESCRIPTION = """\
Lists the kinds of mail that an exchange sends, or shows one of them for a made-up trade. It sends
nothing and needs no database. Sender and warehouse come from your settings, and the text from the
templates in adapters/mail/templates.
"""
_EPILOG = """\
examples:
  solebook mail                                         the kinds, each with its subject
  solebook mail preview sale_confirmed                  one of them as text
  solebook mail preview sale_confirmed --html           the same as HTML
  solebook mail preview sale_confirmed --output a.eml   a file for a mail program
  solebook mail preview sale_confirmed --output a.html  a file for a browser
"""


def add_to(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "mail",
        parents=[common],
        help="preview the mails of an exchange",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("action", nargs="?", metavar="preview", help="show one KIND of mail")
    parser.add_argument("kind", nargs="?", metavar="KIND", help="such as sale_confirmed")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--text", action="store_true", help="as text, which is the default")
    form.add_argument("--html", action="store_true", help="as HTML")
    form.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="write it to a file that ends in .eml, .html or .txt",
    )
    parser.set_defaults(run=mail)


async def mail(options: argparse.Namespace) -> int:
    """List the kinds of mail, or show one."""
    # Imported here, so that `solebook --help` is fast and works without these packages.
    from ...composition.letters import word_letter

    settings = settings_of(options)
    notices = sample_notices(settings.warehouse)
    if options.action is None:
        _check_no_form(options)
        width = max(map(len, notices))
        for kind, notice in notices.items():
            print(f"{kind:<{width}} {word_letter(settings, notice, RECIPIENT).subject}")
        return 0
    _check_action(options)
    letter = word_letter(settings, notices[_kind(options.kind)], RECIPIENT)
    if options.output is not None:
        options.output.write_bytes(_as_file(options.output.suffix, letter, settings))
        print(f"wrote {options.output}")
    elif options.html:
        print(letter.html, end="")
    else:
        print(_as_text(letter), end="")
    return 0


def _check_action(options: argparse.Namespace) -> None:
    if options.action != "preview":
        kind = options.kind or options.action
        raise ValueError(
            f"solebook mail cannot {options.action}; write: solebook mail preview {kind}"
        )


def _check_no_form(options: argparse.Namespace) -> None:
    for form in ("text", "html", "output"):
        if getattr(options, form):
            raise ValueError(f"--{form} is for a preview of one KIND")


def _kind(name: str | None) -> NotificationKind:
    try:
        return NotificationKind(name or "")
    except ValueError:
        problem = f"there is no mail {name!r}" if name else "name a kind of mail"
        raise ValueError(f"{problem}; the kinds are {', '.join(NotificationKind)}") from None


def _as_file(suffix: str, letter: Letter, settings: "Settings") -> bytes:
    from ...composition.letters import eml_file

    match suffix:
        case ".eml":
            return eml_file(settings, Mail.of(letter, RECIPIENT, ORDER), SENT_AT)
        case ".html":
            return letter.html.encode()
        case ".txt":
            return _as_text(letter).encode()
        case _:
            raise ValueError("the file's name must end in .eml, .html or .txt")


def _as_text(letter: Letter) -> str:
    return f"Subject: {letter.subject}\nBrief:   {letter.brief}\n\n{letter.text}"
