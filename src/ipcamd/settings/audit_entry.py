"""Audit entry of changes of settings: author, change and outcome, with secrets masked."""

import logging

from ipcamd.dataclass import dataclass
from ipcamd.settings.change_records import Requester

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One attempt to change settings."""

    moment_ns: int
    """Time of the host's clock, in nanoseconds since the epoch."""
    by: Requester
    changes: tuple[str, ...]
    """Texts ``Group.Name=value``; secrets are masked, and unknown parameters have no value."""
    failure: str
    """Reason for the refusal; "" if the change was made."""


def log_entry(entry: AuditEntry) -> None:
    """Write an entry to the process log."""
    author = f"{entry.by.name} ({entry.by.address or 'local'}, {entry.by.via})"
    if entry.failure:
        _log.info("%s could not set %s: %s", author, ", ".join(entry.changes), entry.failure)
    else:
        _log.info("%s set %s", author, ", ".join(entry.changes))
