"""RTSP receiver: pictures and sound of one session, from RTP packets on its connection."""

from collections.abc import Iterator, Sequence

from ipcamd.errors import SourceError
from ipcamd.media.frame import AudioChunk, Packet, Picture, SourceItem
from ipcamd.media.source.audio_chunks import time_chunks
from ipcamd.media.source.key_frame_request_pause import KeyFrameRequestPause
from ipcamd.media.source.network.rtsp.audio_decoder import AudioDecoder
from ipcamd.media.source.network.rtsp.camera_session import CameraSession
from ipcamd.media.source.network.rtsp.media_tracks import AudioPayload, Selection
from ipcamd.media.source.packet_reader import PacketReader
from ipcamd.media.source.reception import Reception
from ipcamd.wire.depacketize.nal_units import TimedUnit
from ipcamd.wire.rtp import rtcp, rtp
from ipcamd.wire.rtp.sender_clock import SenderClock, TrackClock

_VIDEO_HZ = 90_000
_MARKER = 0x80


class RtspReceiver:
    """Receiver of one session. For one thread."""

    def __init__(self, session: CameraSession, selection: Selection, reception: Reception) -> None:
        """Set up the tracks. Raises `SourceError`."""
        self._session, self._reception = session, reception
        self._recovery, sender = reception.recover_clock(), SenderClock()
        self._video_channels = session.set_up(selection.video.control)
        form, kind = selection.video_format, selection.video.payload_type
        self._video = _Order(kind)
        self._depacketizer = form.depacketizer()
        self._video_clock = TrackClock(_VIDEO_HZ, sender)
        self._reader = PacketReader(
            form.codec, reception.wanted, parameter_sets=form.parameter_sets, key_frames=session
        )
        self._sound: _Audio | None = None
        self._audio_channels = (-1, -1)
        if selection.sound and selection.audio_format:
            self._audio_channels = session.set_up(selection.sound.control)
            self._sound = _Audio(selection.sound.payload_type, selection.audio_format, sender)
        self._loss_requests = KeyFrameRequestPause(session)
        """Requests for packets that are missing."""

    def receive(self) -> Iterator[SourceItem]:
        """Yield pictures and sound until the reception is stopped. Raises `SourceError` when the stream ends or
        stalls."""
        self._session.play()
        try:
            while not self._reception.stop.is_set():
                yield from self._receive_some()
        except ValueError as error:
            raise SourceError(f"sends {error}") from None

    def _receive_some(self) -> Iterator[SourceItem]:
        """Yield what the next packets complete. Raises `SourceError` if pictures have been missing for too long."""
        good, has_audio = self._reader.good, False
        for channel, data in self._session.receive():
            if channel == self._video_channels[0]:
                for unit in self._add(data):
                    yield from self._read(unit)
            elif channel == self._audio_channels[0] and self._sound:
                has_audio = True
                yield from self._hear(self._sound, data)
            else:
                self._note_report(channel, data)
        if self._reader.good == good and self._reception.is_silent():
            limit = self._reception.limit
            raise SourceError(f"sends sound but no picture for {float(limit):g} s" if has_audio else limit.words)

    def _add(self, data: bytes) -> Sequence[TimedUnit]:
        """Return the access units that are complete with a packet of the video."""
        marker, timestamp, payload, gap = self._video.open(data)
        if gap:
            self._loss_requests.request(self._reception.clock.steady_ns())
        return self._depacketizer.add(payload, timestamp, marker, gap) if payload else ()

    def _read(self, unit: TimedUnit) -> Iterator[Packet | Picture]:
        sent_ns = self._video_clock.decode_time_ns(unit.timestamp, self._reception.clock.steady_ns())
        good = self._reader.good
        yield from self._reader.read(unit.data, self._recovery.recover_ns(sent_ns))
        if self._reader.good > good:
            self._reception.note_picture()

    def _hear(self, sound: "_Audio", data: bytes) -> Iterator[AudioChunk]:
        marker, timestamp, payload, _ = sound.order.open(data)
        if not payload:
            return
        captured_ns = self._recovery.recover_ns(sound.clock.time_ns(timestamp, self._reception.clock.steady_ns()))
        if not self._reception.wanted().sound:
            sound.decoder = None
            return
        sound.decoder = sound.decoder or AudioDecoder(sound.form)
        yield from time_chunks(sound.decoder.decode(sound.form.unpack(payload, marker)), captured_ns)

    def _note_report(self, channel: int, data: bytes) -> None:
        """Note what the server reports about a track. Without sound there is nothing to synchronize."""
        try:
            report, contents = rtcp.find_sender_report(data), rtcp.parse(data)
        except ValueError:
            return
        if channel == self._video_channels[1]:
            if any(isinstance(each, rtcp.Goodbye) for each in contents):
                raise SourceError("ended")
            if report and self._sound:
                self._video_clock.note_report(*report)
        elif channel == self._audio_channels[1] and self._sound and report:
            self._sound.clock.note_report(*report)


class _Order:
    """Order of the packets of one track."""

    def __init__(self, payload_type: int) -> None:
        self._payload_type = payload_type
        self._next: int | None = None
        """Sequence number of the next packet."""

    def open(self, data: bytes) -> tuple[bool, int, bytes, bool]:
        """Return marker, time stamp and payload of a packet, and whether others are missing before it. The payload is
        empty if the packet is malformed or belongs to another format."""
        try:
            kind, sequence, timestamp, _, payload = rtp.split(data)
        except ValueError:
            return False, 0, b"", False
        if kind & ~_MARKER != self._payload_type:
            return False, 0, b"", False
        gap = sequence != self._next and self._next is not None
        self._next = sequence + 1 & 0xFFFF
        return kind >= _MARKER, timestamp, payload, gap


class _Audio:
    """Sound track."""

    def __init__(self, payload_type: int, form: AudioPayload, sender: SenderClock) -> None:
        self.order, self.form = _Order(payload_type), form
        self.clock = TrackClock(form.rate_hz, sender)
        self.decoder: AudioDecoder | None = None
        """None while no sound is wanted."""
