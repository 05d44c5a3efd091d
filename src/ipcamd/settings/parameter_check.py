"""Checks of one requested change: whether the parameter exists, the requester may set it, the device has it, and the
value is allowed.
"""

from collections.abc import Callable, Mapping

from ipcamd.errors import RequestFailed, SettingForbidden, SettingRefused, shown
from ipcamd.params.group import Group, Param, Rank
from ipcamd.settings.change_records import Change, Requester
from ipcamd.settings.secret_mask import HIDDEN, leaves_secret


def find_param(groups: Mapping[str, Group], change: Change) -> tuple[Group, str, Param]:
    """Return the group of `groups` (by lower-case name), its requested name, and the parameter.

    Raises ``RequestFailed``.
    """
    group = groups.get(change.group.lower())
    if group is None:
        raise RequestFailed(f"group={shown(change.group)}: there is no such group")
    asked = next(name for name in (group.name, *group.aliases) if name.lower() == change.group.lower())
    param = group.param(change.name)
    if param is None:
        allowed = ", ".join(p.name for p in group.params)
        raise RequestFailed(f"{shown(change.name)}: not a parameter of {asked}; allowed: {allowed}")
    return group, asked, param


def check_settable(name: str, param: Param, rank: Rank, is_supported: Callable[[], bool]) -> None:
    """Raise ``SettingRefused`` unless requests of that rank may set `param`."""
    if param.set is None:
        raise SettingRefused(name, "it is read-only")
    if param.set > rank:
        raise SettingForbidden(name, f"{rank.name.lower()} may not set it")
    if not is_supported():
        raise SettingRefused(name, "not supported by this device")


def normalized(asked: str, param: Param, text: str) -> str:
    """Return the canonical form of `text`. Raises ``SettingRefused``."""
    if leaves_secret(param, text):
        return text
    try:
        return param.kind.normalize(text)
    except ValueError as error:
        value = HIDDEN if param.secret else shown(text)
        raise SettingRefused(f"{asked}.{param.name}={value}", f"allowed: {error}") from None


def refuse_without_https(name: str, param: Param, value: str, by: Requester) -> None:
    """Raise ``SettingRefused`` if only a request over TLS may set this value."""
    if value in param.only_over_https and not by.over_tls:
        raise SettingRefused(f"{name}={value}", "set it over HTTPS, which proves that HTTPS works")
