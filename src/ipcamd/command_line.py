"""Command line: overwrites secrets, which other users of the machine could see."""

import re
from pathlib import Path

_SECRET_OPTION = re.compile(rb"--(admin-password|metrics-token)")
_LOGIN = re.compile(rb"(?<=://)[^/?#]*(?=@)|(?<=passphrase=)[^&]*|(?<=streamid=)[^&]*")
_PIPELINE = re.compile(rb"(?:--source=)?gst:")
_ARG_START, _ARG_END = 45, 46
"""Fields 48 and 49 of ``/proc/self/stat`` (proc_pid_stat(5)), counted after the program's name: the addresses of the
arguments."""


def hide_secrets() -> None:
    """Overwrite passwords, and logins in addresses, in the command line that the process list shows.

    They are visible until then; the environment and the TOML file never show them. If the kernel does not report the
    position of the command line, nothing happens.
    """
    import ctypes

    try:
        fields = Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()
        start, end = int(fields[_ARG_START]), int(fields[_ARG_END])
    except (OSError, ValueError, IndexError):
        return
    if not 0 < start < end:
        return
    shown = ctypes.string_at(start, end - start)
    if (hidden := masked(shown)) != shown:
        ctypes.memmove(start, hidden, len(hidden))


def masked(arguments: bytes) -> bytes:
    """Return arguments, each ended by a zero byte, with secrets overwritten by as many asterisks."""
    hidden, is_secret = [], False
    for argument in arguments.split(b"\0"):
        option, equals, value = argument.partition(b"=")
        if is_secret:
            hidden.append(b"*" * len(argument))
        elif equals and _SECRET_OPTION.fullmatch(option):
            hidden.append(option + equals + b"*" * len(value))
        elif found := _PIPELINE.match(argument):
            hidden.append(found[0] + b"*" * (len(argument) - found.end()))
        else:
            hidden.append(_LOGIN.sub(lambda login: b"*" * len(login[0]), argument))
        is_secret = _SECRET_OPTION.fullmatch(argument) is not None
    return b"\0".join(hidden)
