"""Hardware codecs: the encoders and decoders that ``--encoder`` allows."""

from ipcamd.media.decode.decoder_choice import DecoderChoice
from ipcamd.media.encode.encoder_choice import EncoderChoice
from ipcamd.media.hardware_choice import SOFTWARE


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
