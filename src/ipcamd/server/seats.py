"""The places of viewers, shared by all protocols."""


class Seats:
    """Counts who watches; each that was admitted is released once."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.taken = 0

    def admit(self) -> bool:
        """Take a place; return whether there was one."""
        if self.taken >= self.limit:
            return False
        self.taken += 1
        return True

    def release(self) -> None:
        """Give a place back."""
        self.taken -= 1
