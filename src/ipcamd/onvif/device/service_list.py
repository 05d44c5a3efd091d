"""Directory of the services: addresses, versions, capabilities (ONVIF Core, 8.1)."""

from collections.abc import Callable, Sequence

from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.device.capabilities import CATEGORIES, capabilities_in_categories
from ipcamd.onvif.operation import Field, Operation, OperationCall, Service, optional
from ipcamd.onvif.soap.fault import receiver_fault
from ipcamd.onvif.soap.values import boolean, string
from ipcamd.onvif.soap.writer import Content, Node, node


def directory_operations(services: Callable[[], Sequence[Service]]) -> tuple[Operation, ...]:
    """Return the operations that list `services`."""

    def get_services(call: OperationCall) -> Content:
        return [_service(call, service) for service in services()]

    def get_capabilities(call: OperationCall) -> Content:
        asked = set(call["Category"]) or {"All"}
        if not asked <= {"All", *CATEGORIES}:
            reason = f"Category: allowed are {sorted(CATEGORIES)}"
            raise receiver_fault("ActionNotSupported", "NoSuchService", reason=reason)
        by_prefix = {service.prefix: service for service in services()}
        is_all = "All" in asked
        return capabilities_in_categories(call, by_prefix, CATEGORIES if is_all else asked, with_extension=is_all)

    pre_auth = AccessClass.PRE_AUTH
    return (
        Operation("GetServices", pre_auth, get_services, (optional("IncludeCapability", boolean),)),
        Operation("GetCapabilities", pre_auth, get_capabilities, (Field("Category", string, is_list=True),)),
        Operation("GetWsdlUrl", pre_auth, lambda _: node("tds:WsdlUrl", WSDL_URL)),
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
