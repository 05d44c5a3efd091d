"""Endpoint module: the paths of a module's endpoints. The first request for one of them imports it."""

from importlib import import_module

from ipcamd.cgi.endpoint import Endpoint
from ipcamd.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class EndpointModule:
    """Entry of a table of endpoints; a camera that nobody asks does not import the module."""

    name: str
    """It has ``ENDPOINT`` or ``ENDPOINTS``."""
    paths: tuple[str, ...]
    """All that its endpoints serve, lower-case; ``/folder/*`` stands for those in a folder."""

    def load(self) -> tuple[Endpoint, ...]:
        """Import the module; return its endpoints."""
        declared = vars(import_module(self.name))
        endpoints: tuple[Endpoint, ...] = declared.get("ENDPOINTS") or (declared["ENDPOINT"],)
        return endpoints
