"""Parsers of files: of recordings on the card, of uploads and of the configuration."""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from ipcamd.access.certificate.certificate_check import check
from ipcamd.maintenance.backup.backup_file import load_backup
from ipcamd.maintenance.firmware.image import read_image
from ipcamd.media.codecs import key_tests
from ipcamd.options.reader import read_options
from ipcamd.wire.avi import reader
from ipcamd.wire.mp4 import reader as mp4_reader
from ipcamd.wire.mp4.sample_entry import to_annex_b
from ipcamd.wire.mp4.segment_index import read_index

MEMORY = os.memfd_create("input")


def avi(data: bytes) -> object:
    """Read the head of a file, and repair it."""

    def read(place: int, length: int) -> bytes:
        return data[place : place + length]

    with suppress(ValueError):
        reader.read_head(data[: reader.HEAD], len(data), key_tests())
    return reader.repair(read, len(data), datetime(2020, 1, 1, tzinfo=UTC), key_tests())


def mp4(data: bytes) -> object:
    """Read a file, and its bytes as an index and as a frame."""

    def read(place: int, length: int) -> bytes:
        return data[place : place + length]

    with suppress(ValueError):
        read_index(data)
    with suppress(ValueError):
        _ = mp4_reader.read_head(read, len(data)).video.parameter_sets
    return to_annex_b(data), mp4_reader.read_content(read, len(data))


def firmware_image(data: bytes) -> object:
    image = read_image(in_memory(data))
    return image, image.is_signature_good()


def certificate(data: bytes) -> object:
    """Check an upload: the key stands behind its certificates."""
    return check(data, data, "", datetime(2026, 1, 1, tzinfo=UTC))


def in_memory(data: bytes) -> Path:
    """Return a file with this content, until the next call."""
    os.ftruncate(MEMORY, 0)
    os.pwrite(MEMORY, data, 0)
    return Path(f"/proc/self/fd/{MEMORY}")


def config(data: bytes) -> object:
    return read_options({"config": str(in_memory(data))}, {})


FILES: dict[str, Callable[[bytes], object]] = {
    "avi": avi,
    "mp4": mp4,
    "backup": lambda data: load_backup(data, ""),
    "firmware_image": firmware_image,
    "certificate": certificate,
    "config": config,
}
"""By their folder of saved inputs."""
