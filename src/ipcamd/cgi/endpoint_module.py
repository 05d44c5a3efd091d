"""Endpoint module: the paths of a module's endpoints. The first request to one of them imports the module."""

from importlib import import_module

from ipcamd.cgi.endpoint import Endpoint
from ipcamd.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class EndpointModule:
    """Entry of a table of endpoints; unused modules are not imported."""

    name: str
    """Module with ``ENDPOINT`` or ``ENDPOINTS``."""
    paths: tuple[str, ...]
    """All paths of its endpoints, lower-case; ``/folder/*`` matches those in a folder."""

    def load(self) -> tuple[Endpoint, ...]:
        """Import the module; return its endpoints."""
        declared = vars(import_module(self.name))
        endpoints: tuple[Endpoint, ...] = declared.get("ENDPOINTS") or (declared["ENDPOINT"],)
        return endpoints
