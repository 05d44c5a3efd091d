"""Power cuts: the file system of a running camera stops suddenly, without writing its journal."""

import signal
import subprocess
import threading
from pathlib import Path
from random import Random

from tests.e2e.camera import CameraProcess
from tests.e2e.recording.test_power_cut import DetachableDisk

from soak.kills import GROUP, NAME, Writer, is_whole
from soak.report import Progress, Row


def run(folder: Path, count: int) -> list[Row]:
    """Cut the power `count` times; return the result."""
    stick, name = DetachableDisk(folder), f"{count} power cuts"
    if not stick.make():
        return [Row(name, "needs root, mkfs.ext4 and loop devices", "0 lost or damaged in 200", None)]
    try:
        return _cut(stick, count, name)
    finally:
        stick.unmount()


def take_copy(stick: DetachableDisk, number: int) -> None:
    """Continue with a copy, because another process may still use the old file system in its own mount namespace."""
    copy = stick.image.with_name(f"image{number}")
    subprocess.run(["cp", "--sparse=always", stick.image, copy], check=True)
    stick.image.unlink()
    stick.image = copy


def _cut(stick: DetachableDisk, count: int, name: str) -> list[Row]:
    chance, progress = Random(1), Progress("power cuts", count)
    last, asked, lost, acknowledged, damaged = 0, 0, 0, 0, 0
    for number in range(count):
        camera = CameraProcess(stick.place / "state", "--source=scene", "--log-level=error")
        camera._log = stick.image.with_name("camera.log")
        camera.start()
        if number:
            kept = int(camera.client.value(GROUP, NAME).split()[1])
            lost += not last <= kept <= asked
        writer = Writer(camera)
        writer.start(asked)
        writer.begun.wait(20)
        threading.Event().wait(chance.uniform(0, 0.2))  # a random time
        camera.signal(signal.SIGSTOP)  # so that every acknowledgement precedes the cut
        stick.cut()
        camera.kill()
        writer.join()
        acknowledged += writer.acknowledged - asked
        last, asked = writer.acknowledged, writer.asked
        stick.unmount()
        take_copy(stick, number)
        if not stick.mount():
            return [
                Row(name, f"the file system did not mount after {number + 1} cuts", "0 lost or damaged in 200", False)
            ]
        damaged += not is_whole(stick.place / "state")
        progress(number + 1, f"{acknowledged} acknowledged, {lost} lost, {damaged} times damaged")
    result = f"{acknowledged} changes acknowledged, {lost} cuts lost one; database damaged by {damaged}"
    passed = not lost and not damaged
    return [Row(name, result, "0 lost or damaged in 200", passed if not passed or count >= 200 else None)]
