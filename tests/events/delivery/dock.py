"""A target in the test's own process, which does what it is told to."""

import threading
from collections.abc import Callable, Sequence

from ipcamd.events.actions.carrier import Site
from ipcamd.events.errand import Errand
from ipcamd.events.parcel import Parcel
from ipcamd.params.event import FTP
from ipcamd.store.settings import Settings


class Dock:
    """A kind of target, and its one server: remembers what arrived."""

    title = "Dock"
    groups = (FTP.name,)

    def __init__(self) -> None:
        self.arrived: list[tuple[str, bytes]] = []
        self.tried: list[bool] = []
        self.batches: list[list[str]] = []
        self.logins = 0
        self.troubles: list[Exception | Callable[[Errand], object]] = []
        """What each of the next files meets; after that all is well."""
        self.busy = threading.Event()

    def site(self, settings: Settings) -> Site:
        return Site("127.0.0.1", 9, settings[FTP.name], "cam", "sesame")

    def open(self, site: Site, address: str, errand: Errand) -> "Dock":
        self.logins += 1
        self._errand = errand
        return self

    def send(self, parcels: Sequence[Parcel], attempt: int) -> str:
        self.tried.append(parcels[0].tried)
        contents = [(parcel.name, parcel.path.read_bytes()) for parcel in parcels]
        self.busy.set()
        if self.troubles:
            trouble = self.troubles.pop(0)
            if isinstance(trouble, Exception):
                raise trouble
            trouble(self._errand)
        self.batches.append([name for name, _ in contents])
        self.arrived += contents
        return ""

    def close(self) -> None:
        pass

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.arrived]
