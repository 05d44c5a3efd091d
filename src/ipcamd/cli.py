"""Commands of the command line."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from ipcamd import __version__, command_line, logs
from ipcamd.app import run
from ipcamd.errors import ConfigError
from ipcamd.log_buffer import LogBuffer
from ipcamd.maintenance.firmware.launch import start_installed
from ipcamd.options.reader import add_options, read_options

_EXAMPLES = """\
examples:
  ipcamd run                                   /dev/video0 if there is one, else the built-in scene
  ipcamd run --source street.mp4 --port 9000   a file, over and over
  ipcamd run --source rtsp://10.0.0.9/main     another camera
  IPCAMD_ADMIN_PASSWORD=... ipcamd run         with a password of your own

Each option can also be set in the environment (IPCAMD_PORT=9000) or in the TOML file given with --config
(port = 9000). The command line wins over the environment, the environment over the file; what was changed
through the camera's own settings wins over all three.
"""


class _Parser(argparse.ArgumentParser):
    """Reports an invalid option in one line with a hint."""

    def error(self, message: str) -> NoReturn:
        raise ConfigError(f"{message}; see {self.prog} --help")


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
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
    add_options(run)
    run.set_defaults(action=_run)
    check = commands.add_parser("check-config", help="check a TOML file and report errors with their lines")
    check.add_argument("file", metavar="FILE", type=Path, help="the TOML file")
    check.set_defaults(action=_check_config)
    _add_firmware(commands.add_parser("firmware", help="make keys and signed images for firmwareupgrade.cgi"))
    return parser


def _add_firmware(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="firmware_command", metavar="COMMAND", required=True)
    keygen = commands.add_parser(
        "keygen", help="create the signing key firmware.key and the public key firmware.pub for cameras"
    )
    keygen.add_argument("--out", metavar="DIR", type=Path, required=True, help="directory for the keys")
    keygen.set_defaults(action=_firmware_keygen)
    build = commands.add_parser("build", help="make a signed image of a wheel or of this installation")
    build.add_argument("--key", metavar="FILE", type=Path, required=True, help="the private key")
    build.add_argument("--version", metavar="X.Y.Z", help="the image's version (default: that of the wheel)")
    build.add_argument("--wheel", metavar="FILE", type=Path, help="a wheel of ipcamd (default: this installation)")
    build.add_argument("--out", metavar="IMAGE", type=Path, required=True, help="the image to write")
    build.set_defaults(action=_firmware_build)
    inspect = commands.add_parser("inspect", help="show version, size, key and signature of an image")
    inspect.add_argument("image", metavar="IMAGE", type=Path, help="the image to read")
    inspect.set_defaults(action=_firmware_inspect)


def command(arguments: Sequence[str]) -> int:
    """Run one command line; return the exit code: 0 after a requested stop, 2 if it cannot run this way."""
    try:
        given = vars(make_parser().parse_args(arguments))
        action: Callable[[dict[str, Any], Sequence[str]], None] = given["action"]
        action(given, arguments)
    except ConfigError as error:
        print(f"ipcamd: {error}", file=sys.stderr)
        return 2
    return 0


def _run(given: dict[str, Any], arguments: Sequence[str]) -> None:
    chosen = read_options(given, os.environ)
    log_buffer = LogBuffer()
    logs.start(chosen.log_level, chosen.log_format, log_buffer)
    command_line.hide_secrets()
    try:
        start_installed(chosen.state_dir, arguments, not chosen.no_firmware)
    except OSError as error:
        raise ConfigError(
            f"the version in {chosen.state_dir} cannot be started ({error}): try --no-firmware"
        ) from error
    run.main(chosen, lambda: read_options(given, os.environ), log_buffer)


def _check_config(given: dict[str, Any], _: Sequence[str]) -> None:
    from ipcamd.maintenance.config_check import check_config

    if problems := check_config(given["file"]):
        print(*problems, sep="\n", file=sys.stderr)
        raise ConfigError(f"{given['file']}: {len(problems)} problem{'s' if len(problems) > 1 else ''}")
    print(f"{given['file']}: good")


def _firmware_keygen(given: dict[str, Any], _: Sequence[str]) -> None:
    from ipcamd.maintenance.firmware.keys import generate_keys

    for path in generate_keys(given["out"]):
        print(path)


def _firmware_build(given: dict[str, Any], _: Sequence[str]) -> None:
    from ipcamd.maintenance.firmware.build import build_image

    image = build_image(given["out"], given["key"], given["version"], given["wheel"])
    print(f"{image.path}: version {image.version}, {image.size_bytes} bytes, key {image.key_id}")


def _firmware_inspect(given: dict[str, Any], _: Sequence[str]) -> None:
    from ipcamd.maintenance.firmware.build import inspect_image

    print(*inspect_image(given["image"]), sep="\n")
