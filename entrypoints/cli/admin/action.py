"""One action of `solebook admin`: its name, its arguments and its effect."""

import argparse
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeAlias

from ....composition.application import Application
from ..arguments import an_id
from ..opened import opened_application

Actions: TypeAlias = "argparse._SubParsersAction[Any]"
Argument: TypeAlias = Callable[[argparse.ArgumentParser], object]


@dataclass(frozen=True, slots=True)
class Output:
    """What an action prints, and the exit code of the command."""

    text: str
    code: int = 0


_REASON_HELP = "the reason, for the audit log"

Run: TypeAlias = Callable[[Application, argparse.Namespace], Awaitable[str | Output]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action. `example` is a command and its output, shown by `--help`.

    `run` returns the text to print, one line for a change. A Refusal or ValueError that it raises
    is printed as one line, with exit code 1.
    """

    name: str
    help: str
    about: str
    example: str
    run: Run
    arguments: tuple[Argument, ...] = ()
    needs_reason: bool = True
    """Whether it requires `--reason`, which the audit log records."""
    told_to: str = ""
    """The users who are told the reason, if any."""

    def add_to(self, actions: Actions, common: argparse.ArgumentParser) -> None:
        """Add the action to `solebook admin`."""
        parser = actions.add_parser(
            self.name,
            parents=[common],
            help=self.help,
            description=self.about,
            epilog=f"example:\n{_indented(self.example)}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        for argument in self.arguments:
            argument(parser)
        if self.needs_reason:
            why = (
                f"the reason, for {self.told_to} and the audit log"
                if self.told_to
                else _REASON_HELP
            )
            parser.add_argument("--reason", required=True, metavar="TEXT", help=why)
        parser.set_defaults(run=self._run)

    def _run(self, options: argparse.Namespace) -> Coroutine[Any, Any, int]:
        return perform(self.run, options)


async def perform(run: Run, options: argparse.Namespace) -> int:
    """Run the action on the configured exchange, print its text and return its exit code."""
    async with opened_application(options) as app:
        told = await run(app, options)
    if isinstance(told, str):
        told = Output(told)
    print(told.text)
    return told.code


def argument(*names: str, **options: Any) -> Argument:
    """Return an argument of an action. The parameters are those of `add_argument`."""
    return lambda parser: parser.add_argument(*names, **options)


def id_argument(name: str, what: str) -> Argument:
    """Return an argument for an id, shown in upper case, such as `ORDER` for `order`."""
    return argument(name, type=an_id, metavar=name.upper(), help=what)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.strip().splitlines())
