"""Parameters of a request: ``a=1&b=2`` with all the liberties that the family's old clients take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Query:
    """Names and values in the order sent, decoded; of a repeated name (in any case) only the last one's value counts."""

    pairs: tuple[tuple[str, str], ...] = ()
    """Names spelled as sent."""

    def get(self, name: str) -> str | None:
        """Return the value of `name`, matched without regard to case; "" for a name without ``=``; None if not sent."""
        wanted = name.lower()
        return next((value for key, value in reversed(self.pairs) if key.lower() == wanted), None)
