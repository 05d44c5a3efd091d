"""Directory of the services: addresses, versions, capabilities (ONVIF Core, 8.1)."""

from collections.abc import Callable, Sequence

from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.device.capabilities import capabilities_in_categories
from ipcamd.onvif.operation import Field, Operation, OperationCall, Service
from ipcamd.onvif.soap.fault import receiver_fault
from ipcamd.onvif.soap.values import boolean, string
from ipcamd.onvif.soap.writer import Content, Node, node

CATEGORIES = {"Device": "tds", "Events": "tev", "Imaging": "timg", "Media": "trt", "PTZ": "tptz"}
"""Category of ``GetCapabilities`` to the prefix of its service."""


def directory_operations(services: Callable[[], Sequence[Service]]) -> tuple[Operation, ...]:
    """Return the operations that list `services`."""

    def get_services(call: OperationCall) -> Content:
        return [_service(call, service) for service in services()]

    def get_capabilities(call: OperationCall) -> Content:
        asked = set(call["Category"]) or {"All"}
        by_prefix = {service.prefix: service for service in services()}
        known = {name for name, prefix in CATEGORIES.items() if prefix in by_prefix}
        if not asked <= known | {"All"}:
            raise receiver_fault("ActionNotSupported", "NoSuchService", reason=f"Category: allowed are {sorted(known)}")
        wanted = known if "All" in asked else known & asked
        return capabilities_in_categories(call, by_prefix, wanted, with_extension="All" in asked)

    return (
        Operation(
            "GetServices", AccessClass.PRE_AUTH, get_services, (Field("IncludeCapability", boolean, is_required=False),)
        ),
        Operation(
            "GetCapabilities",
            AccessClass.PRE_AUTH,
            get_capabilities,
            (Field("Category", string, is_list=True),),
        ),
        Operation("GetWsdlUrl", AccessClass.PRE_AUTH, lambda _: node("tds:WsdlUrl", WSDL_URL)),
    )


WSDL_URL = "https://www.onvif.org/profiles/specifications/"
"""Address of the published WSDL files; the camera does not serve them."""


def _service(call: OperationCall, service: Service) -> Node:
    major, minor = service.version
    return node(
        "tds:Service",
        node("tds:Namespace", service.namespace),
        node("tds:XAddr", service.url(call)),
        node("tds:Capabilities", service.capabilities(call)) if call["IncludeCapability"] else None,
        node("tds:Version", node("tt:Major", major), node("tt:Minor", minor)),
    )
