"""Connections of the virtual hardware's conditions to the picture source and the card."""

from ipcamd.device.virtual_hardware import VirtualHardware, Watcher
from ipcamd.media.capture.video_capture import VideoCapture
from ipcamd.media.source.scene.scene_source import SceneSource
from ipcamd.media.source.source import Source
from ipcamd.storage.card import Card


def connect_source(hardware: VirtualHardware, source: Source, capture: VideoCapture) -> None:
    """Connect ``source``, which interrupts the capture, and ``scene``, which selects the moving parts of the built-in
    scene."""

    def set_lost(value: str) -> None:
        capture.lost = value == "lost"

    _connect(hardware, "source", set_lost)
    if isinstance(source, SceneSource):

        def set_figure(value: str) -> None:
            source.figure = "still" if value == "still" else "walk"

        _connect(hardware, "scene", set_figure)


def connect_card(hardware: VirtualHardware, card: Card) -> None:
    """Connect ``sdcard``, which inserts and removes the card, and ``sdcardsize``, which limits its size."""

    def set_size(_: str) -> None:
        card.limit_bytes = hardware.number("sdcardsize") * 1024

    _connect(hardware, "sdcardsize", set_size)
    hardware.watch("sdcard", lambda value: card.insert(value == "insert"))
    if hardware["sdcard"] == "remove":
        card.insert(False)


def _connect(hardware: VirtualHardware, name: str, watcher: Watcher) -> None:
    """Call `watcher` with a condition: now, and at each change."""
    watcher(hardware[name])
    hardware.watch(name, watcher)
