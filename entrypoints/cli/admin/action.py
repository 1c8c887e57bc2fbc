"""One action of `solebook admin`: what it is called, what it takes, what it does."""

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
class Told:
    """What an action prints, and the exit code of the command."""

    text: str
    code: int = 0


_WHY = "why, for the audit log"

Run: TypeAlias = Callable[[Application, argparse.Namespace], Awaitable[str | Told]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action. `example` is a call and what it prints, as `--help` shows them.

    `run` returns what is printed, one line for what was done. Whatever it raises as a Refusal or a
    ValueError is one line too, with the exit code 1.
    """

    name: str
    help: str
    about: str
    example: str
    run: Run
    arguments: tuple[Argument, ...] = ()
    needs_reason: bool = True
    """Whether it takes `--reason`, which goes into the audit log."""
    told_to: str = ""
    """Who is told the reason, beside those who read the audit log."""

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
            why = f"why, for {self.told_to} and the audit log" if self.told_to else _WHY
            parser.add_argument("--reason", required=True, metavar="TEXT", help=why)
        parser.set_defaults(run=self._run)

    def _run(self, options: argparse.Namespace) -> Coroutine[Any, Any, int]:
        return perform(self.run, options)


async def perform(run: Run, options: argparse.Namespace) -> int:
    """Do it in the configured exchange, print what it says, and return the exit code."""
    async with opened_application(options) as app:
        told = await run(app, options)
    if isinstance(told, str):
        told = Told(told)
    print(told.text)
    return told.code


def argument(*names: str, **options: Any) -> Argument:
    """Return an argument of an action, as argparse's `add_argument` takes it."""
    return lambda parser: parser.add_argument(*names, **options)


def id_argument(name: str, what: str) -> Argument:
    """Return an argument that is an id: shown as `ORDER`, in the options `order`."""
    return argument(name, type=an_id, metavar=name.upper(), help=what)


def dollars(cents: int) -> str:
    """Return an amount of cents as dollars: `1,234.50`."""
    return f"{cents / 100:,.2f}"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.strip().splitlines())
