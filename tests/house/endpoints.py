"""Every endpoint that the code declares, found without the table that the server uses."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import ipcamd.cgi
from ipcamd.cgi.endpoint import Endpoint


def modules() -> Iterator[ModuleType]:
    """Give the modules of ``cgi/`` that are named after a path."""
    for found in pkgutil.walk_packages(ipcamd.cgi.__path__, "ipcamd.cgi."):
        module = importlib.import_module(found.name)
        if declared(module):
            yield module


def declared(module: ModuleType) -> list[Endpoint]:
    """Return the endpoints that this module declares."""
    values = [value for name, value in vars(module).items() if name in ("ENDPOINT", "ENDPOINTS")]
    flat = [v for value in values for v in (value if isinstance(value, tuple) else (value,))]
    return [value for value in flat if isinstance(value, Endpoint)]


def everything() -> list[Endpoint]:
    return [endpoint for module in modules() for endpoint in declared(module)]
