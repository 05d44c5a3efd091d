"""Accounts (SDK 1.2): name, rank, password."""

from dataclasses import dataclass

from ipcamd.params.group import Rank


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may log in."""

    name: str
    rank: Rank
