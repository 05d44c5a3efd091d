"""Passthrough run: known pictures pass through two cameras, while the first one is killed and started repeatedly."""

import hashlib
import io
import random
import re
import threading
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image
from tests.e2e.camera import PASSWORD, CameraProcess, Client
from tests.e2e.parts import STREAMS, Part, sdk_parts
from tests.media.encoded import units
from tests.ports import free_port

from soak.report import Progress, Row

SIZE, RATE, PICTURES, GOP = (640, 480), 30, 120, 30
LIFE_S, REST_S = (20.0, 60.0), (0.2, 3.0)
"""Shortest and longest time, in seconds, from a start of the first camera to its kill, and then to the next start."""
LEAST_MINUTES = 30
"""Duration that the criterion demands."""
_DELIMITER, _FILLER = 9, 12
_PARAMETER_SETS = (7, 8)


class Relay:
    """Run of one codec: a camera plays a file, a second one has it as its source, and a viewer watches the second."""

    def __init__(self, folder: Path, codec: str, url: str, port_option: str) -> None:
        """`url` is the scheme and path of the first camera's stream; `port_option` sets the port of its server."""
        self.codec = codec
        self.restarts = 0
        movie, pictures = make_movie(folder, codec)
        self._places = {fingerprint(codec, picture): place for place, picture in enumerate(pictures)}
        port = free_port()
        scheme, _, path = url.partition(":")
        login = f"admin:{PASSWORD.replace(' ', '%20')}"
        self._far = CameraProcess(folder / "far", f"--source={movie}", f"{port_option}={port}", "--log-level=warning")
        self._near = CameraProcess(
            folder / "near", f"--source={scheme}://{login}@127.0.0.1:{port}{path}", "--log-level=warning"
        )
        self._stop = threading.Event()
        self._viewer = threading.Thread(target=self._watch)
        self._source = threading.Thread(target=self._disturb)
        self.equal = self.unknown = self.lost = self.jumps = self.far_encoded = self.far_dropped = 0
        self._last: tuple[int, int, int] | None = None
        """Of the last picture of the file: its counter, its place in the file, and the number of restarts before it."""

    def start(self) -> None:
        """Start the cameras, the viewer and the kills."""
        for camera in (self._far, self._near):
            camera.start().client.update(f"Image.{self.codec}", Resolution=0, Framerate=RATE)
        self._viewer.start()
        self._source.start()

    def stop(self) -> tuple[int, int]:
        """Stop; return the numbers of pictures that the second camera passed through and encoded."""
        self._stop.set()
        self._source.join()
        self._viewer.join()
        passed, encoded, _ = count_frames(self._near.client, self.codec)
        for camera in (self._far, self._near):
            camera.stop()
        return passed, encoded

    @property
    def traces(self) -> int:
        """Tracebacks in the logs."""
        return sum(camera.log.count("Traceback") for camera in (self._far, self._near))

    def _disturb(self) -> None:
        chance = random.Random(self.codec)
        while not self._stop.wait(chance.uniform(*LIFE_S)):
            self._note_source()
            self._far.kill()
            self._stop.wait(chance.uniform(*REST_S))
            self.restarts += 1  # no picture from before the kill is still in transit
            self._far.start()
        self._note_source()

    def _note_source(self) -> None:
        """Count the pictures that the first camera encoded, and those that it dropped because the second was slow."""
        _, encoded, dropped = count_frames(self._far.client, self.codec)
        self.far_encoded += encoded
        self.far_dropped += dropped

    def _watch(self) -> None:
        """Watch the second camera without a gap, to compare all of its pictures."""
        expected = 0
        with self._near.client.open(STREAMS[self.codec]) as answer:
            for part in sdk_parts(answer):
                if part.type == ord("A"):
                    continue
                self.lost += part.counter - expected
                expected = part.counter + 1
                self._compare(part)
                if self._stop.is_set():
                    return

    def _compare(self, part: Part) -> None:
        place = self._places.get(fingerprint(self.codec, part.payload))
        if place is None:
            self.unknown += 1
            return
        self.equal += 1
        if self._last and self._last[::2] == (part.counter - 1, self.restarts):
            self.jumps += place != (self._last[1] + 1) % PICTURES
        self._last = part.counter, place, self.restarts


def run(folder: Path, minutes: float) -> list[Row]:
    """Run for this time; return the results."""
    relays = [
        Relay(folder / "h264", "H264", "rtsp:/h264", "--rtsp-port"),
        Relay(folder / "mjpeg", "MJPEG", "http:/cgi/mjpg/mjpg.cgi", "--port"),
    ]
    for relay in relays:
        relay.start()
    progress, began = Progress("passthrough", minutes * 60), time.monotonic()
    while (elapsed := time.monotonic() - began) < minutes * 60:
        progress(elapsed, ", ".join(f"{relay.codec} {relay.equal} equal" for relay in relays))
        time.sleep(0.2)
    progress(minutes * 60)
    return [row for relay in relays for row in report(relay, minutes)]


def report(relay: Relay, minutes: float) -> list[Row]:
    """Stop a relay; return its results."""
    passed, encoded = relay.stop()
    # the second camera also passes through pictures that the first one encoded, which are not in the file
    unexplained = passed - relay.equal - relay.lost, relay.unknown - encoded
    different = max(0, *(count - relay.far_encoded for count in unexplained))
    name = f"passthrough of {relay.codec}, {minutes:g} minutes, {relay.restarts} restarts of the source"
    pictures = f"{passed} pictures passed through, {relay.equal} equal to the file's, {different} not"
    gaps = f"{relay.jumps} gaps, {relay.far_dropped} pictures left out by the source for a slow viewer"
    order = f"{gaps}; {relay.traces} tracebacks"
    is_in_order = relay.jumps <= relay.far_dropped and not relay.traces
    missed = f"{relay.lost} missed by the viewer, {encoded} encoded"
    is_proof = minutes >= LEAST_MINUTES
    return [
        Row(
            name,
            f"{pictures}; {missed}",
            "0 different in 30 minutes",
            different == 0 if is_proof or different else None,
        ),
        Row(f"passthrough of {relay.codec}: order and log", order, "no other gaps; 0 tracebacks", is_in_order),
    ]


def fingerprint(codec: str, payload: bytes) -> bytes:
    """Return a hash of a JPEG, or of an H.264 picture's slices: containers store parameter sets separately."""
    parts = [payload] if codec == "MJPEG" else units(payload, _DELIMITER, _FILLER, *_PARAMETER_SETS)
    return hashlib.sha256(b"\0\0\1".join(part.rstrip(b"\0") for part in parts)).digest()


def count_frames(client: Client, codec: str) -> tuple[int, ...]:
    """Return how many pictures of a stream a camera has passed through, encoded, and dropped for slow viewers."""
    text = client.get("/metrics").text
    counts = (
        re.findall(rf'^ipcamd_frames_{kind}_total{{stream="{codec.lower()}".*}} (\S+)$', text, re.MULTILINE)
        for kind in ("passed_through", "encoded", "dropped")
    )
    return tuple(int(sum(map(float, values))) for values in counts)


def make_movie(folder: Path, codec: str) -> tuple[Path, list[bytes]]:
    """Write a file of moving noise; return its path and its encoded pictures."""
    folder.mkdir(parents=True)
    path = folder / ("movie.mp4" if codec == "H264" else "movie.avi")
    pictures = encode_noise(codec)
    with av.open(str(path), "w") as box:
        stream = box.add_stream("libx264" if codec == "H264" else "mjpeg", rate=RATE)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p" if codec == "H264" else "yuvj420p"
        if codec == "H264":
            stream.codec_context.extradata = pictures[0]
        for number, picture in enumerate(pictures):
            packet = av.Packet(picture)
            packet.pts = packet.dts = number
            packet.time_base, packet.stream, packet.duration = Fraction(1, RATE), stream, 1
            packet.is_keyframe = codec == "MJPEG" or number % GOP == 0
            box.mux(packet)
    return path, pictures


def encode_noise(codec: str) -> list[bytes]:
    """Return encoded pictures of moving noise."""
    noise = np.random.default_rng(1).integers(0, 256, (SIZE[1] // 8, SIZE[0] // 8 + PICTURES), np.uint8)
    frames = [noise[:, n : n + SIZE[0] // 8].repeat(8, 0).repeat(8, 1) for n in range(PICTURES)]
    if codec == "MJPEG":
        return [_jpeg(frame) for frame in frames]
    context = av.CodecContext.create("libx264", "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height = SIZE
    context.pix_fmt, context.time_base, context.gop_size = "yuv420p", Fraction(1, RATE), GOP
    context.options = {
        "tune": "zerolatency",
        "preset": "ultrafast",
        "crf": "30",
        "sc_threshold": "0",
        "profile": "main",
    }
    packets = []
    for number, frame in enumerate(frames):
        picture = av.VideoFrame.from_ndarray(np.stack([frame] * 3, 2), "rgb24").reformat(format="yuv420p")
        picture.pts = number
        packets += context.encode(picture)
    return [bytes(packet) for packet in [*packets, *context.encode(None)]]


def _jpeg(frame: np.ndarray) -> bytes:  # type: ignore[type-arg]
    data = io.BytesIO()
    Image.fromarray(frame).convert("RGB").save(data, "JPEG", quality=70)
    return data.getvalue()
