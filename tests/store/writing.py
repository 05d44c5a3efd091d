"""A process that updates settings: run as ``python writing.py DATABASE LIVES``; killed, it has another life.

For each line on standard input it makes one update of two groups, to the number on that line, and answers ``OK number``
or ``failed number``. With a line ``on`` it goes on by itself, counting up from the number before.
"""

import os
import sys
from functools import partial
from itertools import count
from pathlib import Path

from ipcamd.errors import StoreError
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.store.group import GROUPS, LEVEL, SECRET, TITLE
from tests.store.lives import live


async def update(settings: Settings, number: int) -> None:
    """Make one update and print its result."""
    changes = [Change(*LEVEL, str(number % 10)), Change(*TITLE, str(number)), Change(*SECRET, f"word {number}")]
    try:
        await settings.update(changes)
        print("OK", number, flush=True)
    except StoreError:
        print("failed", number, settings["Picture"]["Title"], flush=True)


async def main(path: Path) -> None:
    """Execute the lines on standard input."""
    with Database(path) as database:
        settings = Settings(database, GROUPS, {})
        number = int(settings["Picture"]["Title"] or 0)
        print("open", number, os.getpid(), flush=True)
        for line in sys.stdin:
            if line == "on\n":
                for following in count(number + 1):
                    await update(settings, following)
            number = int(line)
            await update(settings, number)


if __name__ == "__main__":
    live(partial(main, Path(sys.argv[1])), int(sys.argv[2]))
