"""Audit record of changes of settings: the author, the change, the outcome; secrets are masked."""

import logging

from ipcamd.dataclass import dataclass
from ipcamd.settings.change_records import Requester

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One attempt to change settings."""

    moment_ns: int
    """The host's time, since the epoch."""
    by: Requester
    changes: tuple[str, ...]
    """``Group.Name=value`` each; secrets are masked, and what no parameter is called has no value."""
    failure: str
    """Why it was refused; "" if it is made."""


def log_entry(entry: AuditEntry) -> None:
    """Write an entry to the log."""
    author = f"{entry.by.name} ({entry.by.address or 'local'}, {entry.by.via})"
    if entry.failure:
        _log.info("%s could not set %s: %s", author, ", ".join(entry.changes), entry.failure)
    else:
        _log.info("%s set %s", author, ", ".join(entry.changes))
