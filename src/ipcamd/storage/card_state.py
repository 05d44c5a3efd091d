"""State of the SD card as the pages show it."""

from enum import StrEnum

from ipcamd.storage.card import Card


class CardState(StrEnum):
    """States of the card; if several apply, the first one counts."""

    NO_SLOT = "no slot"
    FORMATTING = "formatting"
    FAULTY = "faulty"
    """The card cannot be read, or does not respond."""
    READ_ONLY = "read-only"
    NONE = "none"
    READING = "reading"
    """The contents of the card are not known yet."""
    FULL = "full"
    """Nothing more is recorded, because no file may be deleted."""
    READY = "ready"


def card_state(card: Card) -> CardState:
    """Return the state at the last check."""
    states = {
        CardState.NO_SLOT: not card.slot,
        CardState.FORMATTING: card.formatted is not None,
        CardState.FAULTY: bool(card.failure),
        CardState.READ_ONLY: card.is_read_only,
        CardState.NONE: not card.mounted,
        CardState.READING: not card.is_read,
        CardState.FULL: card.full,
        CardState.READY: True,
    }
    return next(state for state, applies in states.items() if applies)
