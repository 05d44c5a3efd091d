"""Connections of the virtual hardware's conditions to the picture source and the card."""

from ipcamd.device.virtual_hardware import VirtualHardware, Watcher
from ipcamd.media.capture.video_capture import VideoCapture
from ipcamd.media.source import Source
from ipcamd.media.source.scene import SceneSource
from ipcamd.storage.card import Card


def connect_source(hardware: VirtualHardware, source: Source, capture: VideoCapture) -> None:
    """Let ``source`` break the capture off, and ``scene`` choose what moves in the built-in scene."""

    def set_lost(value: str) -> None:
        capture.lost = value == "lost"

    _connect(hardware, "source", set_lost)
    if isinstance(source, SceneSource):

        def set_figure(value: str) -> None:
            source.figure = "still" if value == "still" else "walk"

        _connect(hardware, "scene", set_figure)


def connect_card(hardware: VirtualHardware, card: Card) -> None:
    """Let ``sdcard`` insert and remove the card, and ``sdcardsize`` limit its size."""

    def set_size(_: str) -> None:
        card.limit_bytes = hardware.number("sdcardsize") * 1024

    _connect(hardware, "sdcardsize", set_size)
    hardware.watch("sdcard", lambda value: card.insert(value == "insert"))
    if hardware["sdcard"] == "remove":
        card.insert(False)


def _connect(hardware: VirtualHardware, name: str, watcher: Watcher) -> None:
    """Tell `watcher` of a condition: as it is now, and of each change."""
    watcher(hardware[name])
    hardware.watch(name, watcher)
