"""A process that takes files and delivers them: run as ``python killed_process.py DIRECTORY GROUP NAME=VALUE...``.

After a kill it starts again. It prints its process id, then the name of each file when that is safe in the spool; told
``end`` on standard input, it takes no more, delivers what waits, and prints ``empty``.
"""

import asyncio
import hashlib
import importlib
import os
import sys
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.delivery.delivery_rig import DeliveryRig, staged

SIZE = 400_000
MOST = 20
"""Files that a life takes."""
BACKLOG = 6
"""Files that wait at most."""
TARGETS = {"FTP": "ftp", "NetStorage": "samba"}


def content(name: str) -> bytes:
    """Return the content of the file of that name."""
    return hashlib.shake_128(name.encode()).digest(SIZE)


def say(word: object) -> None:
    """Write a line with one call, so that a kill leaves no part of it; `print` writes the line end separately."""
    os.write(1, f"{word}\n".encode())


async def take(rig: DeliveryRig, target: str, ended: asyncio.Event) -> None:
    """Deliver as many files as possible."""
    spool = rig.delivery._spool
    for _ in range(MOST):
        if ended.is_set():
            break
        name = f"{uuid.uuid4().hex}.avi"
        await rig.put(target, name, content(name))
        say(name)
        while spool.waiting(target)[0] >= BACKLOG:
            await rig.until(done=len(rig.notes.done) + 1)
    await ended.wait()
    while spool.waiting(target)[0]:
        await rig.until(done=len(rig.notes.done) + 1)


async def live(folder: Path, group: str, values: dict[str, str]) -> None:
    ended = asyncio.Event()
    async with staged(folder) as rig:
        asyncio.get_running_loop().add_reader(sys.stdin, ended.set)
        say(os.getpid())
        rig.restless = True
        await rig.set(group, **values)
        await take(rig, TARGETS[group], ended)
    say("empty")


def reborn() -> bool:
    """Continue as a new process; return False if a process has ended by itself."""
    while process := os.fork():  # starting Python for each process would take a hundred times as long
        _, status = os.waitpid(process, 0)
        if not os.WIFSIGNALED(status):
            return False
    return True


if __name__ == "__main__":
    directory, chosen, *settings = sys.argv[1:]
    importlib.import_module(
        f"ipcamd.delivery.{'samba' if chosen == 'NetStorage' else 'ftp'}.session"
    )  # once for all processes
    if reborn():
        asyncio.run(live(Path(directory), chosen, dict(setting.split("=", 1) for setting in settings)))
