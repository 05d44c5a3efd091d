"""Options of a profile's parts that are equal in both media services."""

from ipcamd.camera import Camera
from ipcamd.onvif.media import tokens
from ipcamd.onvif.media.nodes import int_range, source_size
from ipcamd.onvif.soap.writer import Node, node


def video_source_options(name: str, camera: Camera) -> Node:
    """Return the options of the video source as an element of this name: the full picture."""
    width, height = source_size(camera)
    limits = {"XRange": (0, 0), "YRange": (0, 0), "WidthRange": (width, width), "HeightRange": (height, height)}
    bounds = node("tt:BoundsRange", [int_range(f"tt:{name}", each) for name, each in limits.items()])
    return node(name, bounds, node("tt:VideoSourceTokensAvailable", tokens.VIDEO_SOURCE))


def audio_source_options(name: str) -> Node:
    """Return the options of the audio source as an element of this name: the microphone."""
    return node(name, node("tt:InputTokensAvailable", tokens.AUDIO_SOURCE))


def audio_output_options(name: str) -> Node:
    """Return the options of the audio output as an element of this name: the speaker, for one client at a time."""
    output = node("tt:OutputTokensAvailable", tokens.AUDIO_OUTPUT)
    send_primacy = node("tt:SendPrimacyOptions", "www.onvif.org/ver20/HalfDuplex/Client")
    return node(name, output, send_primacy, int_range("tt:OutputLevelRange", (1, 1)))
