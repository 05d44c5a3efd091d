"""Operation of an ONVIF service: name, access class, request fields, action; a service is a table of them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ipcamd.camera import Camera
from ipcamd.cgi.endpoint import Call
from ipcamd.dataclass import dataclass
from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.camera_url import http_url
from ipcamd.onvif.namespaces import PREFIXES
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.envelope import Request
from ipcamd.onvif.soap.values import Reader
from ipcamd.onvif.soap.writer import Content, Node
from ipcamd.params.group import Group
from ipcamd.settings.change_records import Change, Requester


@dataclass(frozen=True, slots=True)
class Field:
    """One element of a request."""

    name: str
    reader: Reader[Any] | None = None
    """Returns its value; None: the action gets the `Element`, which has children."""
    is_required: bool = True
    is_list: bool = False
    """It may occur several times; the action gets a list."""

    def read(self, operation: Element) -> Any:
        """Return its value in this request; None if it is missing and optional. Raises ``Fault``."""
        if self.is_list:
            return [self._value(element) for element in operation.all(self.name)]
        element = operation.require(self.name) if self.is_required else operation.find(self.name)
        return None if element is None else self._value(element)

    def _value(self, element: Element) -> Any:
        return element.read(self.reader) if self.reader else element


def optional(name: str, reader: Reader[Any] | None = None) -> Field:
    """Return an optional field."""
    return Field(name, reader, is_required=False)


@dataclass(frozen=True, slots=True)
class OperationCall:
    """One request, after the checks of login and fields."""

    http: Call
    """The HTTP call, with the account of the login."""
    request: Request
    fields: Mapping[str, Any]
    """Values by the names of the operation's fields."""

    @property
    def camera(self) -> Camera:
        """The camera."""
        return self.http.camera

    def __getitem__(self, name: str) -> Any:
        """Return the value of a field; None if it is missing."""
        return self.fields[name]

    def requester(self) -> Requester:
        """Return the requester for changes by this request."""
        via = f"{self.http.head.path} {self.request.operation.name}"
        return replace(self.http.requester(), via=via)

    def present(self, group: Group, name: str) -> str:
        """Return the present value of a parameter; that of ``Network`` is for the address that the request was sent
        to."""
        param = group.param(name)
        assert param
        return self.camera.settings.present(group, param, self.requester())

    async def update(self, *changes: Change) -> None:
        """Change settings, all or none. Raises the errors of ``Settings.update``."""
        await self.camera.settings.update(changes, by=self.requester())

    async def update_group(self, group: str, texts: Mapping[str, str | None]) -> None:
        """Set parameters of one group by their names; None is the factory value. Raises as `update`."""
        await self.update(*(Change(group, name, text) for name, text in texts.items()))


Action = Callable[[OperationCall], Content | Awaitable[Content]]
"""Returns the content of the answer's element. Raises ``Fault`` or another error of the camera."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation."""

    name: str
    access: AccessClass
    action: Action
    fields: tuple[Field, ...] = ()


CAPABILITIES = "GetServiceCapabilities"
"""Name of an operation that every listed service has."""


VERSION = (25, 12)
"""Version of ONVIF's schemas that the answers use."""


class Service:
    """Table of one service's operations."""

    def __init__(
        self,
        prefix: str,
        path: str,
        capabilities: Callable[[OperationCall], Node],
        operations: Sequence[Operation],
        version: tuple[int, int] = VERSION,
        is_listed: bool = True,
    ) -> None:
        """`prefix` is that of its namespace in answers; `path` is its address; `capabilities` returns the content of
        the answer to ``GetServiceCapabilities``; `version` is that of its WSDL; `is_listed`: ``GetServices`` lists
        it."""
        self.is_listed = is_listed
        self.prefix = prefix
        self.namespace = PREFIXES[prefix]
        self.path = path
        self.version = version
        self.capabilities = capabilities
        first = (Operation(CAPABILITIES, AccessClass.PRE_AUTH, capabilities),) if is_listed else ()
        self.operations = {operation.name: operation for operation in (*first, *operations)}

    def url(self, call: OperationCall) -> str:
        """Return its address for the client of `call`."""
        return f"{http_url(call.http)}{self.path}"
