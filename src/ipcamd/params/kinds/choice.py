"""Choices between words."""

from ipcamd.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of some words, matched ignoring case and listed as declared."""

    words: tuple[str, ...]
    labels: tuple[str, ...] = ()
    """Display text of each word, in the same order."""
    values: tuple[object, ...] = ()
    """Python value of each word, in the same order; empty: the words themselves."""

    @property
    def allowed(self) -> str:
        """See `ValueKind`."""
        labelled = [f"{word} ({label})" for word, label in zip(self.words, self.labels, strict=False)]
        return ", ".join(labelled or self.words)

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        for word in self.words:
            if word.lower() == text.lower():
                return word
        raise ValueError(self.allowed)

    def value(self, text: str) -> object:
        """See `ValueKind`."""
        return (self.values or self.words)[self.words.index(text)]


@dataclass(frozen=True, slots=True)
class SomeOf:
    """Some of a few words, or none, separated by commas; listed in the order of declaration."""

    words: tuple[str, ...]

    @property
    def allowed(self) -> str:
        """See `ValueKind`."""
        return f"any of {', '.join(self.words)}, separated by commas"

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        sent = {word.strip().lower() for word in text.split(",")} if text else set[str]()
        if not sent.issubset(self.words):
            raise ValueError(self.allowed)
        return ",".join(word for word in self.words if word in sent)

    def value(self, text: str) -> tuple[str, ...]:
        """See `ValueKind`."""
        return tuple(text.split(",")) if text else ()


def numbers(*choices: int) -> OneOf:
    """Return the kind that accepts these numbers only."""
    return OneOf(tuple(map(str, choices)), values=choices)


YES_NO = OneOf(("yes", "no"), values=(True, False))
"""Truth value in most groups of the SDK."""
ON_OFF = OneOf(("on", "off"), values=(True, False))
"""Truth value of a device with a switch, such as a lamp."""
HIGH_LOW = OneOf(("high", "low"))
"""Level of an electrical line."""
FLAG = OneOf(("0", "1"), ("no", "yes"), (False, True))
"""Truth value in the SDK's lists and ``Hardware``."""
