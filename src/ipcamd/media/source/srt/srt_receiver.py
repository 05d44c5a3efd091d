"""SRT receiver: pictures and sound of a sender over Secure Reliable Transport."""

import time
from collections.abc import Iterator
from contextlib import closing

from ipcamd.egress.policy import EgressPolicy
from ipcamd.errors import RequestFailed, SourceError
from ipcamd.media.frame import SourceItem
from ipcamd.media.source.network.ffmpeg_receiver import receive_bytes
from ipcamd.media.source.reception import Reception
from ipcamd.media.source.source_timeout import SLICE_S
from ipcamd.media.source.srt.libsrt import SrtSocket
from ipcamd.media.source.srt.srt_address import SrtAddress

_CONNECT_S = 3.0
"""Longest time for a connection, libsrt's own, in seconds."""


def receive_srt(address: SrtAddress, reception: Reception) -> Iterator[SourceItem]:
    """Yield pictures and sound (see `Source.play`). Raises `SourceError`."""
    with closing(_accept(address, reception) if address.listens else _connect(address)) as connection:
        try:
            yield from receive_bytes(_SrtReader(connection, reception), "mpegts", reception)
        except SourceError:
            if not reception.stop.is_set():
                raise


def _connect(address: SrtAddress) -> SrtSocket:
    """Return a connection to the first permitted address of the host that accepts it. Raises `SourceError`."""
    try:
        found = EgressPolicy(allow_local=True).find_addresses(address.host, address.port, is_udp=True)
    except RequestFailed as error:
        raise SourceError(f"cannot be called ({error})") from None
    except OSError as error:
        raise SourceError(f"cannot be opened: {error.strerror}") from None
    for ip in found:
        connection = SrtSocket(address)
        try:
            connection.connect(ip, address.port, _CONNECT_S)
        except SourceError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure


def _accept(address: SrtAddress, reception: Reception) -> SrtSocket:
    """Return the connection of a sender that calls; one that never receives if stopped. Raises `SourceError`."""
    connection = SrtSocket(address)
    try:
        connection.listen(address.host, address.port)
        end_s = time.monotonic() + float(reception.limit)
        while not connection.accept(SLICE_S) and not reception.stop.is_set():
            if time.monotonic() > end_s:
                raise SourceError(f"no sender has called for {float(reception.limit):g} s")
    except SourceError:
        connection.close()
        raise
    return connection


class _SrtReader:
    """File object that FFmpeg reads."""

    def __init__(self, connection: SrtSocket, reception: Reception) -> None:
        self._connection, self._limit, self._stop = connection, reception.limit, reception.stop
        self._rest = b""

    def read(self, most: int) -> bytes:
        """Return the next bytes, b"" at the end and when stopped. Raises `SourceError` if nothing arrives in time."""
        data = self._rest or self._limit.wait_for(self._connection.receive, self._stop) or b""
        self._rest = data[most:]
        return data[:most]
