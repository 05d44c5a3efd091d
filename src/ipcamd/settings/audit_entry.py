"""Audit entry of changes of settings: author, change and outcome, with secrets masked."""

import logging
from collections.abc import Mapping

from ipcamd.dataclass import dataclass
from ipcamd.errors import RequestFailed, shown
from ipcamd.params.group import Group
from ipcamd.settings.change_records import Change, Requester
from ipcamd.settings.parameter_check import find_param
from ipcamd.settings.secret_mask import HIDDEN
from ipcamd.settings.url_mask import cut_urls

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


def masked_change(groups: Mapping[str, Group], change: Change) -> str:
    """Return the change in the form of the audit entry, with secrets masked."""
    try:
        _, asked, param = find_param(groups, change)
    except RequestFailed:
        return f"{shown(change.group)}.{shown(change.name)}"
    value = "(factory value)" if change.value is None else shown(change.value)
    return f"{asked}.{param.name}={HIDDEN if param.secret else cut_urls(value)}"
