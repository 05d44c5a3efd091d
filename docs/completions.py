"""Shell completions for bash, zsh and fish, from the parser of the commands and the table of options."""

import argparse
from collections.abc import Iterator

import shtab

from ipcamd.cli import make_parser
from ipcamd.options.table import OPTIONS

PATHS = {
    "bash": "bash-completion/completions/ipcamd",
    "zsh": "zsh/site-functions/_ipcamd",
    "fish": "fish/vendor_completions.d/ipcamd.fish",
}
"""Directory of each shell's completions, below ``share``."""

FILES = ("FILE", "IMAGE")
PLACES = {"source", "audio", "file"}
"""Options that are often a file and have other values, too."""


def completion(shell: str) -> str:
    """Return the completion for a shell."""
    parser = make_parser()
    describe(parser)
    return str(shtab.complete(parser, shell=shell))


def describe(parser: argparse.ArgumentParser) -> None:
    """Say of each option what its values are, as shtab reads it."""
    words = {option.field: option.words for option in OPTIONS}
    for action in parser._actions:
        if words.get(action.dest):
            action.choices = words[action.dest]
        elif action.metavar in FILES or action.dest in PLACES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.metavar == "DIR":
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    for command, _ in subcommands(parser):
        describe(command)


def subcommands(parser: argparse.ArgumentParser) -> Iterator[tuple[argparse.ArgumentParser, str]]:
    """Yield the commands of a parser, with their purposes."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for entry in action._choices_actions:
                yield action.choices[entry.dest], entry.help or ""
