"""Link from a running version to the supervisor of its trial: a socket that the version inherits."""

import os
import socket

LINK = "IPCAMD_SUPERVISOR"
"""Environment variable with the descriptor of the socket."""
READY, CONFIRMED, TRIAL = b"ready\n", b"confirmed\n", b"trial "
"""Messages: the version is ready; it is the current one now; another version is to be tried when this one has ended."""

ANSWER_S = 10.0
"""Seconds that the supervisor has to confirm."""


class SupervisorLink:
    """The version's end of the link. Blocks."""

    def __init__(self, descriptor: int) -> None:
        """`descriptor` is the process's own end of the pair of sockets."""
        self._socket = socket.socket(fileno=descriptor)
        self._socket.set_inheritable(False)
        self._socket.settimeout(ANSWER_S)
        self._is_confirmed = False

    def confirm(self) -> bool:
        """Tell that this version is ready; return whether it was on trial until now. On return it is the current one.

        Raises ``OSError`` if the supervisor does not answer.
        """
        if self._is_confirmed:
            return False
        self._socket.sendall(READY)
        if self._socket.recv(len(CONFIRMED)) != CONFIRMED:
            raise OSError("the supervisor has not confirmed this version")
        self._is_confirmed = True
        return True

    def request_trial(self, folder: str) -> None:
        """Ask for the trial of the version in `folder` when this process has ended. Raises ``OSError``."""
        self._socket.sendall(TRIAL + folder.encode())


def supervisor_link() -> SupervisorLink | None:
    """Return the link, once; None for a version that no supervisor has started."""
    descriptor = os.environ.pop(LINK, "")
    return SupervisorLink(int(descriptor)) if descriptor else None
