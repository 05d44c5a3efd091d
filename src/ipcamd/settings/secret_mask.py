"""Secret mask: the form in which secrets are listed; as a new value it leaves the secret unchanged."""

from ipcamd.params.group import Param

HIDDEN = "********"
"""Listed form of a secret; as a new value it means no change (clarifications, Every CGI)."""


def hide_secret(param: Param, value: str) -> str:
    """Return a value as pages and archives show it: a non-empty secret is masked."""
    return HIDDEN if param.secret and value else value


def leaves_secret(param: Param, value: str | None) -> bool:
    """Whether a new value of `param` is a secret in its listed form, which changes nothing."""
    return param.secret and value == HIDDEN
