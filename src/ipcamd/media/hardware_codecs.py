"""Hardware codecs: the encoders and decoders that ``--encoder`` allows."""

import asyncio

from ipcamd.errors import ConfigError
from ipcamd.media.decode.decoder_choice import DecoderChoice
from ipcamd.media.encode.encoder_choice import EncoderChoice
from ipcamd.media.hardware_choice import SOFTWARE
from ipcamd.workers.thread import run_in_thread

TRIAL_LIMIT_S = 20.0
"""Time limit for the trial of hardware encoders and decoders."""


class HardwareCodecs:
    """Encoders and decoders of one camera."""

    def __init__(self, name: str = SOFTWARE) -> None:
        """`name` is the value of ``--encoder``."""
        self.encoders, self.decoders = EncoderChoice(name), DecoderChoice(name)

    def check(self) -> None:
        """Find the hardware that works; this may take seconds. Raises `ConfigError` if hardware is named and has no
        encoder that works."""
        self.encoders.check()
        self.decoders.check()

    def report(self) -> list[tuple[str, str]]:
        """Return titles and states of encoders and decoders, for a report to users."""
        return self.encoders.report() + self.decoders.report()


async def find_hardware(name: str) -> HardwareCodecs:
    """Return the encoders and decoders that ``--encoder`` names. Raises ``ConfigError`` if its encoders do not work."""
    hardware = HardwareCodecs(name)
    if name != SOFTWARE:
        try:
            async with asyncio.timeout(TRIAL_LIMIT_S):
                await run_in_thread(hardware.check, "encoder")
        except TimeoutError:
            raise ConfigError(f"--encoder {name}: its driver does not answer for {TRIAL_LIMIT_S:g} s") from None
    return hardware
