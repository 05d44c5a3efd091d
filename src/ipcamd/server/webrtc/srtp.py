"""SRTP of one WebRTC client (RFC 3711), by libsrtp, which is imported for the first client."""

from collections.abc import Callable

from ipcamd.server.webrtc.dtls import SrtpKeys

WINDOW = 4096
"""Number of past packets that may be sent again: two seconds at 19 Mbit/s."""


class SrtpSession:
    """Encrypts packets to a client, and decrypts those from it."""

    def __init__(self, keys: SrtpKeys) -> None:
        from pylibsrtp import Error, Policy, Session

        self._error = Error
        sending = Policy(keys.sent, Policy.SSRC_ANY_OUTBOUND)
        sending.allow_repeat_tx, sending.window_size = True, WINDOW
        receiving = Policy(keys.received, Policy.SSRC_ANY_INBOUND)
        receiving.window_size = WINDOW
        outbound, self._inbound = Session(sending), Session(receiving)
        self.protect: Callable[[bytes], bytes] = outbound.protect
        """Encrypt an RTP packet."""
        self.protect_rtcp: Callable[[bytes], bytes] = outbound.protect_rtcp
        """Encrypt an RTCP packet."""

    def protect_again(self, packet: bytes) -> bytes | None:
        """Encrypt an RTP packet that was sent before; None if that is too long ago."""
        try:
            return self.protect(packet)
        except self._error:
            return None

    def unprotect(self, packet: bytes) -> bytes:
        """Return a decrypted RTP packet. Raises ``ValueError``."""
        return self._open(self._inbound.unprotect, packet)

    def unprotect_rtcp(self, packet: bytes) -> bytes:
        """Return a decrypted RTCP packet. Raises ``ValueError``."""
        return self._open(self._inbound.unprotect_rtcp, packet)

    def _open(self, decrypt: Callable[[bytes], bytes], packet: bytes) -> bytes:
        try:
            return decrypt(packet)
        except self._error as error:
            raise ValueError(str(error)) from None
