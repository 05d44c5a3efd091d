"""Commands."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from ipcamd import __version__, logs, options
from ipcamd.app import run
from ipcamd.errors import ConfigError

_EXAMPLES = """\
examples:
  ipcamd run                                   /dev/video0 if there is one, else the built-in scene
  ipcamd run --source street.mp4 --port 9000   a file, over and over
  ipcamd run --source rtsp://10.0.0.9/main     another camera
  IPCAMD_ADMIN_PASSWORD=... ipcamd run         with a password of your own

Each option can also stand in the environment (IPCAMD_PORT=9000) or in the TOML file given with --config
(port = 9000). The command line wins over the environment, the environment over the file; what was changed
through the camera's own settings wins over all three.
"""


class _Parser(argparse.ArgumentParser):
    """Reports a wrong option as one line with what to do."""

    def error(self, message: str) -> NoReturn:
        raise ConfigError(f"{message}; see {self.prog} --help")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        "ipcamd", description="A software IP camera: a webcam, file, stream or screen becomes a network camera."
    )
    parser.add_argument("--version", action="version", version=f"ipcamd {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    run = commands.add_parser(
        "run",
        help="run the camera",
        description="Run the camera until SIGTERM or Ctrl-C.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    options.add_to(run)
    return parser


def command(arguments: Sequence[str]) -> int:
    """Run one command line; return the exit code: 0 stopped in order, 2 cannot run this way."""
    try:
        given = vars(_parser().parse_args(arguments))
        chosen = options.read(given, os.environ)
        logs.start(chosen.log_level, chosen.log_format)
        run.main(chosen, reread=lambda: options.read(given, os.environ))
    except ConfigError as error:
        print(f"ipcamd: {error}", file=sys.stderr)
        return 2
    return 0
