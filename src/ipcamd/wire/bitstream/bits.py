"""Bit reader for the headers of video codecs (ITU-T H.264, 7.2 and 9.1)."""


class BitReader:
    """Reads the payload of a NAL unit from its first byte. Raises ``ValueError`` at its end."""

    def __init__(self, unit: bytes) -> None:
        """`unit` includes its emulation prevention bytes."""
        data = unit.replace(b"\0\0\3", b"\0\0")
        self._bits = int.from_bytes(data)
        self._left = 8 * len(data)

    def read(self, count: int) -> int:
        """Return the next bits as a number: u(n)."""
        self._left -= count
        if self._left < 0:
            raise ValueError("a header is cut short")
        return self._bits >> self._left & ((1 << count) - 1)

    def flag(self) -> bool:
        """Return the next bit."""
        return self.read(1) == 1

    def unsigned(self) -> int:
        """Return the next Exp-Golomb code: ue(v)."""
        zeros = 0
        while not self.read(1):
            zeros += 1
            if zeros > 32:
                raise ValueError("a code of more than 32 bits")
        return (1 << zeros) - 1 + self.read(zeros)

    def skip_codes(self, count: int) -> None:
        """Skip Exp-Golomb codes, signed or unsigned."""
        for _ in range(count):
            self.unsigned()

    def signed(self) -> int:
        """Return the next signed Exp-Golomb code: se(v)."""
        code = self.unsigned()
        return (code + 1) // 2 if code % 2 else -(code // 2)
