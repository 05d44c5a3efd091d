from ipcamd.wire.packetize import pcmu
from ipcamd.wire.rtp.rtp import ROOM


def test_u_law_lasts_a_tick_a_byte() -> None:
    pieces = pcmu.FORMAT.payloads(b"a" * (ROOM + 160))
    assert [pcmu.FORMAT.ticks(p) for p in pieces] == [ROOM, 160]
