"""Wire between a serial port, which is a pty, and a Pelco-D receiver."""

import os
import select
import termios
import tty
from pathlib import Path

from tests.wire.pelco_receiver import LENGTH, PelcoReceiver


class RemovableAdapter:
    """A pty: ``path`` is the adapter's device, which can be removed and inserted again."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ttyUSB0"
        self.ends: tuple[int, int] | None = None
        self.head = PelcoReceiver(1)

    def put_in(self) -> None:
        self.ends = os.openpty()
        tty.setraw(self.ends[1])
        self.path.symlink_to(os.ttyname(self.ends[1]))

    def pull_out(self) -> None:
        if self.ends:
            self.path.unlink()
            for end in self.ends:
                os.close(end)
            self.ends = None

    def receive(self, messages: int) -> None:
        """Let the head receive until it has so many messages."""
        assert self.ends
        while len(self.head.messages) < messages:
            assert select.select([self.ends[0]], [], [], 10)[0], "nothing arrives"
            self.head.feed(os.read(self.ends[0], 4096))

    def read(self, messages: int) -> list[bytes]:
        """Return so many messages, without the head."""
        assert self.ends
        data = b""
        while len(data) < messages * LENGTH:
            assert select.select([self.ends[0]], [], [], 10)[0], "nothing arrives"
            data += os.read(self.ends[0], 4096)
        return [data[start : start + LENGTH] for start in range(0, len(data), LENGTH)]

    def attributes(self) -> list[int]:
        assert self.ends
        return termios.tcgetattr(self.ends[1])
