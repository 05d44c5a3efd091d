"""Source choice: the source that a value of ``--source`` names, and the one without a value.

PyAV, numpy and Pillow are imported when a source plays (a video file: when it is checked).
"""

import logging
import re
from pathlib import Path

from ipcamd.errors import ConfigError
from ipcamd.media.source.pacing import Clock
from ipcamd.media.source.scene.scene_source import SceneSource
from ipcamd.media.source.source import Source

_log = logging.getLogger(__name__)

DEFAULT_CAMERA = "/dev/video0"
"""Camera that is the source without ``--source``, if it exists; the scene is, if it does not."""


def make_source(text: str, clock: Clock | None = None, tls: str = "auto") -> Source:
    """Return the source that `text` names; raise `ConfigError` if it names none. `tls` is the value of a `TlsPolicy`.

    ``""`` means the camera `DEFAULT_CAMERA` if it exists, else the scene. Blocks: it reads from the disk.
    """
    clock = clock or Clock()
    if "\0" in text:
        raise ConfigError("source: a name cannot contain a NUL character")
    if text == "":
        return _make_default(clock)
    if text == "scene":
        return SceneSource(clock)
    if text.startswith("/dev/"):
        from ipcamd.media.source.v4l2.v4l2_source import V4l2Source

        return V4l2Source(text, clock)
    return _make_rare_source(text, clock, tls)


def _make_rare_source(text: str, clock: Clock, tls: str) -> Source:
    """Return a source whose modules most cameras do not need: each is imported for its own sources only."""
    if re.fullmatch(r"screen(:[0-9]{1,5}(\.[0-9]{1,3})?)?", text):
        from ipcamd.media.source.screen.screen_source import ScreenSource

        return ScreenSource(text.removeprefix("screen"), clock)
    if re.fullmatch("libcamera(:[0-9]{1,3})?", text):
        from ipcamd.media.source.libcamera.libcamera_source import LibcameraSource

        return LibcameraSource(int(text.partition(":")[2] or 0), clock)
    if text.startswith("pipe:") or re.fullmatch(r"-(\?.*)?", text):
        from ipcamd.media.source.pipe.pipe_source import make_pipe_source

        return make_pipe_source(text, clock)
    if text.startswith("gst:"):
        from ipcamd.media.source.gstreamer.gstreamer_source import GstreamerSource

        return GstreamerSource(text.removeprefix("gst:"), clock)
    if text.startswith("srt://"):
        from ipcamd.media.source.srt.srt_source import SrtSource

        return SrtSource(text, clock)
    if re.match("[A-Za-z][A-Za-z0-9+.-]*://", text):
        from ipcamd.media.source.network.network_source import NetworkSource
        from ipcamd.media.source.network.tls_password_policy import TlsPolicy

        return NetworkSource(text, clock, TlsPolicy(tls))
    from ipcamd.media.source.media_file.media_file_source import MediaFileSource
    from ipcamd.media.source.picture_files.picture_file_source import find_picture_files

    return find_picture_files(text, clock) or MediaFileSource(text, clock)


def _make_default(clock: Clock) -> Source:
    from ipcamd.media.source.v4l2.v4l2_source import V4l2Source

    camera = V4l2Source(DEFAULT_CAMERA, clock)
    try:
        camera.check()
    except ConfigError as error:
        if Path(DEFAULT_CAMERA).exists():
            _log.warning("%s; the built-in scene is shown", error)
        return SceneSource(clock)
    return camera
