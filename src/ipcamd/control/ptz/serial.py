"""Serial commands: interface of PTZ to a head on the RS-485 line (SDK 10.15)."""

from typing import Protocol


class SerialCommands(Protocol):
    """Sends PTZ commands to the head on the line. All methods raise ``RequestFailed`` if the line fails."""

    @property
    def enabled(self) -> bool:
        """Whether PTZ commands are sent on the line (``RS485.Enable``)."""

    @property
    def is_connected(self) -> bool:
        """Whether commands are sent, and the line works, as far as known."""

    def check(self, command: str) -> None:
        """Raise ``RequestFailed`` if the protocol does not support a command: one of `send_move`, or ``ExCommand1`` to
        ``ExCommand5``."""

    async def send_move(self, direction: str, continuous: bool) -> None:
        """Send a move: ``up``, ``downleft`` ..., ``home``, ``zoomin``, ``zoomout`` or ``stop``; for one step, or until
        the next command."""

    async def send_preset(self, number: int, store: bool = False) -> None:
        """Move to a preset of the head, 1 to 8, or `store` the present position there."""

    async def clear_preset(self, number: int) -> None:
        """Delete a preset of the head, 1 to 8."""

    async def send_external(self, number: int) -> None:
        """Send external command 1 to 5."""


class NoSerialCommands:
    """No head on the line: nothing is sent."""

    enabled = is_connected = False

    def check(self, command: str) -> None:
        """See `SerialCommands`."""

    async def send_move(self, direction: str, continuous: bool) -> None:
        """See `SerialCommands`."""

    async def send_preset(self, number: int, store: bool = False) -> None:
        """See `SerialCommands`."""

    async def clear_preset(self, number: int) -> None:
        """See `SerialCommands`."""

    async def send_external(self, number: int) -> None:
        """See `SerialCommands`."""
