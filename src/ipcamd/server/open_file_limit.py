"""File limit: the process's limit on open files, and the number of connections that it allows."""

import logging
import resource
from dataclasses import replace

from ipcamd.server.admission_queue import CAPACITY
from ipcamd.server.connection_limits import Limits

OWN_FILES = 128 + CAPACITY
"""Open files of the camera itself: database, clips, sources, pipes, listening and waiting sockets."""
FILES_PER_VIEWER = 2
"""The connection's socket, and its duplicate for sending."""
LEAST = 8
"""Minimum number of viewers, and of connections, that are accepted however low the limit is."""

_log = logging.getLogger(__name__)


def raise_file_limit() -> int:
    """Raise the soft limit on open files to the hard limit, and return it.

    A common default is 1024. If a sandbox forbids the change, return the soft limit.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (OSError, ValueError):
        return soft
    return hard


def fit_limits(limits: Limits, files: int) -> Limits:
    """Return limits that fit `files` open files, and log a warning if they are lower than configured.

    A connection above a limit is then refused with a response instead of waiting in the kernel.
    """
    needed = OWN_FILES + limits.connections + limits.viewers * (FILES_PER_VIEWER - 1)
    if files >= needed or files == resource.RLIM_INFINITY:
        return limits
    free = files - OWN_FILES
    viewers = max(LEAST, min(limits.viewers, free // (FILES_PER_VIEWER + 1)))
    connections = max(2 * LEAST, min(limits.connections, free - viewers * (FILES_PER_VIEWER - 1)))
    _log.warning(
        "%d open files are allowed (hard limit): at most %d viewers and %d connections, instead of %d and %d; %d are "
        "needed (systemd: LimitNOFILE=, shell: ulimit -n, container: --ulimit nofile=)",
        files, viewers, connections, limits.viewers, limits.connections, needed,
    )  # fmt: skip
    return replace(limits, viewers=viewers, connections=connections)
