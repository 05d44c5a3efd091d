"""Description of recordings for DESCRIBE (ONVIF Streaming Specification, 6.2)."""

from datetime import UTC, datetime

from ipcamd.errors import CardError
from ipcamd.server.rtsp.describe import write_description
from ipcamd.server.rtsp.mounts.url import track_name
from ipcamd.server.rtsp.response import RtspError
from ipcamd.storage.replay.catalog import TRACKS, ReplayCatalog, TrackSpan, track_spans
from ipcamd.wire.rtsp import sdp


async def describe_recordings(name: str, address: str, version: int, catalog: ReplayCatalog) -> bytes:
    """Return the description of the recordings. Raises `RtspError` 404 without recordings, 503 while the card is
    read."""
    try:
        sections = await catalog.sections()
    except (CardError, OSError):
        raise RtspError(503) from None
    if not sections:
        raise RtspError(404)
    span = f"{format_clock(sections[0].start_ns)}-{format_clock(sections[-1].end_ns)}"
    tracks = [_describe_track(each) for each in track_spans(sections)]
    return write_description(name, address, version, tracks, f"range:clock={span}")


def format_clock(time_ns: int) -> str:
    """Return an absolute time as RTSP writes it (RFC 2326, 3.7), such as ``20260131T120000.040Z``."""
    seconds, nanoseconds = divmod(time_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y%m%dT%H%M%S}.{nanoseconds // 1_000_000:03}Z"


def _describe_track(span: TrackSpan) -> sdp.MediaDescription:
    form = span.codec.rtp_format
    width, height = span.format.size
    size = () if span.codec.is_audio else (f"framesize:{form.payload_type} {width}-{height}",)
    parameters = form.parameters(b"") if span.codec.is_audio else span.format.parameters
    attributes = (*size, f"x-onvif-track:{span.codec.name}")
    control = track_name(TRACKS.index(span.codec))
    return sdp.MediaDescription(form.media, form.payload_type, form.encoding, parameters, control, 0, attributes)
