"""Link from a running version to the supervisor of its trial: a socket that the version inherits."""

import os
import socket

LINK = "IPCAMD_SUPERVISOR"
"""Environment variable with the descriptor of the socket."""
READY = b"ready\n"
"""Message: the version is ready."""
CONFIRMED = b"confirmed\n"
"""Message: the version is now the current one."""
TRIAL = b"trial "
"""Message: another version is to be tried after this one ends."""

ANSWER_S = 10.0
"""Seconds for the supervisor's confirmation."""


class SupervisorLink:
    """The version's end of the link. Blocks."""

    def __init__(self, descriptor: int) -> None:
        """`descriptor` is this process's end of the socket pair."""
        self._socket = socket.socket(fileno=descriptor)
        self._socket.set_inheritable(False)
        self._socket.settimeout(ANSWER_S)
        self._is_confirmed = False

    def confirm(self) -> bool:
        """Report that this version is ready; return whether it was on trial. On return it is the current one. Raises
        ``OSError`` if the supervisor does not answer."""
        if self._is_confirmed:
            return False
        self._socket.sendall(READY)
        if self._socket.recv(len(CONFIRMED)) != CONFIRMED:
            raise OSError("the supervisor has not confirmed this version")
        self._is_confirmed = True
        return True

    def request_trial(self, folder: str) -> None:
        """Request the trial of the version in `folder` after this process ends. Raises ``OSError``."""
        self._socket.sendall(TRIAL + folder.encode())


def supervisor_link() -> SupervisorLink | None:
    """Return the link, once; None for a version without a supervisor."""
    descriptor = os.environ.pop(LINK, "")
    return SupervisorLink(int(descriptor)) if descriptor else None
