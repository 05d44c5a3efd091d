"""Serial commands as PTZ needs them: the protocol of a head on the RS-485 line (SDK 10.15)."""

from typing import Protocol


class SerialCommands(Protocol):
    """Sends PTZ commands to the head on the line. All methods raise ``RequestFailed`` if the line fails."""

    @property
    def enabled(self) -> bool:
        """Whether PTZ commands go out on the line (``RS485.Enable``)."""

    @property
    def is_connected(self) -> bool:
        """Whether they do, and the line is there and works, as far as known."""

    def check(self, command: str) -> None:
        """Raise ``RequestFailed`` if the protocol cannot say a command: one of `send_move`, or ``ExCommand1`` to
        ``ExCommand5``."""

    async def send_move(self, direction: str, continuous: bool) -> None:
        """Send a move: ``up``, ``downleft`` ..., ``home``, ``zoomin``, ``zoomout`` or ``stop``; for one step, or until
        the next command."""

    async def send_preset(self, number: int, store: bool = False) -> None:
        """Let the head go to its preset, 1 to 8, or `store` its present position there."""

    async def clear_preset(self, number: int) -> None:
        """Let the head forget its preset, 1 to 8."""

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
