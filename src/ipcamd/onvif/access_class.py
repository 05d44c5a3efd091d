"""Access classes of operations (ONVIF Core, 5.9.4.3), and the least rank of the camera for each."""

from enum import Enum

from ipcamd.params.group import Rank


class AccessClass(Enum):
    """Access class of an operation: the least rank of its callers, and a number that makes it unique."""

    PRE_AUTH = (None, 0)
    """No login needed."""
    READ_SYSTEM = (Rank.GUEST, 1)
    READ_SYSTEM_SENSITIVE = (Rank.USERS, 2)
    READ_SYSTEM_SECRET = (Rank.ADMIN, 3)
    WRITE_SYSTEM = (Rank.ADMIN, 4)
    UNRECOVERABLE = (Rank.ADMIN, 5)
    READ_MEDIA = (Rank.GUEST, 6)
    ACTUATE = (Rank.USERS, 7)

    @property
    def rank(self) -> Rank | None:
        """Least rank that may call; None: no login is needed."""
        rank: Rank | None = self.value[0]
        return rank


CHANGES = (AccessClass.WRITE_SYSTEM, AccessClass.UNRECOVERABLE)
"""Classes of the operations that change settings."""
