"""Device service: its table of operations (ONVIF Core, 8; devicemgmt.wsdl)."""

from collections.abc import Callable, Sequence

from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.auxiliary import send_auxiliary_command
from ipcamd.onvif.device.capabilities import device_capabilities
from ipcamd.onvif.device.date_time import get_date_time, set_date_time
from ipcamd.onvif.device.discovery_mode import MODES, get_discovery_mode, set_discovery_mode
from ipcamd.onvif.device.dynamic_dns import TYPES, get_dynamic_dns, set_dynamic_dns
from ipcamd.onvif.device.information import (
    get_device_information,
    get_endpoint_reference,
    reboot,
    set_factory_default,
)
from ipcamd.onvif.device.ip_filter import add_filter, get_filter, remove_filter, set_filter
from ipcamd.onvif.device.network import (
    get_dns,
    get_gateway,
    get_hostname,
    get_interfaces,
    get_ntp,
    set_dns,
    set_gateway,
    set_hostname,
    set_interfaces,
    set_ntp,
)
from ipcamd.onvif.device.protocols import get_protocols, set_protocols
from ipcamd.onvif.device.scopes import add_scopes, get_scopes, remove_scopes, set_scopes
from ipcamd.onvif.device.service_list import directory_operations
from ipcamd.onvif.device.users import create_users, delete_users, get_users, set_users
from ipcamd.onvif.device.zero_configuration import get_zero_configuration, set_zero_configuration
from ipcamd.onvif.operation import Field, Operation, OperationCall, Service, optional
from ipcamd.onvif.soap.values import boolean, duration, one_of, string, token

_PRE_AUTH, _READ, _WRITE = AccessClass.PRE_AUTH, AccessClass.READ_SYSTEM, AccessClass.WRITE_SYSTEM
_SENSITIVE, _SECRET = AccessClass.READ_SYSTEM_SENSITIVE, AccessClass.READ_SYSTEM_SECRET

_FILTER = (Field("IPAddressFilter"),)


async def send_auxiliary(call: OperationCall) -> None:
    """Execute an auxiliary command."""
    await send_auxiliary_command(call, call["AuxiliaryCommand"])


OPERATIONS: tuple[Operation, ...] = (
    Operation("GetDeviceInformation", _READ, get_device_information),
    Operation("GetEndpointReference", _PRE_AUTH, get_endpoint_reference),
    Operation("SystemReboot", AccessClass.UNRECOVERABLE, reboot),
    Operation(
        "SetSystemFactoryDefault",
        AccessClass.UNRECOVERABLE,
        set_factory_default,
        (Field("FactoryDefault", one_of("Hard", "Soft")),),
    ),
    Operation("GetSystemDateAndTime", _PRE_AUTH, get_date_time),
    Operation(
        "SetSystemDateAndTime",
        _WRITE,
        set_date_time,
        (
            Field("DateTimeType", one_of("Manual", "NTP")),
            Field("DaylightSavings", boolean),
            optional("TimeZone"),
            optional("UTCDateTime"),
        ),
    ),
    Operation("GetScopes", _READ, get_scopes),
    Operation("SetScopes", _WRITE, set_scopes, (Field("Scopes", string, is_list=True),)),
    Operation("AddScopes", _WRITE, add_scopes, (Field("ScopeItem", string, is_list=True),)),
    Operation("RemoveScopes", _WRITE, remove_scopes, (Field("ScopeItem", string, is_list=True),)),
    Operation("GetDiscoveryMode", _READ, get_discovery_mode),
    Operation("SetDiscoveryMode", _WRITE, set_discovery_mode, (Field("DiscoveryMode", one_of(*MODES)),)),
    Operation("GetUsers", _SECRET, get_users),
    Operation("CreateUsers", _WRITE, create_users, (Field("User", is_list=True),)),
    Operation("DeleteUsers", _WRITE, delete_users, (Field("Username", string, is_list=True),)),
    Operation("SetUser", _WRITE, set_users, (Field("User", is_list=True),)),
    Operation("GetHostname", _PRE_AUTH, get_hostname),
    Operation("SetHostname", _WRITE, set_hostname, (Field("Name", string),)),
    Operation("GetDNS", _READ, get_dns),
    Operation(
        "SetDNS",
        _WRITE,
        set_dns,
        (
            Field("FromDHCP", boolean),
            Field("SearchDomain", string, is_list=True),
            Field("DNSManual", is_list=True),
        ),
    ),
    Operation("GetNTP", _READ, get_ntp),
    Operation("SetNTP", _WRITE, set_ntp, (Field("FromDHCP", boolean), Field("NTPManual", is_list=True))),
    Operation("GetNetworkInterfaces", _READ, get_interfaces),
    Operation(
        "SetNetworkInterfaces", _WRITE, set_interfaces, (Field("InterfaceToken", token), Field("NetworkInterface"))
    ),
    Operation("GetNetworkDefaultGateway", _READ, get_gateway),
    Operation(
        "SetNetworkDefaultGateway",
        _WRITE,
        set_gateway,
        (Field("IPv4Address", string, is_list=True), Field("IPv6Address", string, is_list=True)),
    ),
    Operation("GetNetworkProtocols", _READ, get_protocols),
    Operation("SetNetworkProtocols", _WRITE, set_protocols, (Field("NetworkProtocols", is_list=True),)),
    Operation("GetDynamicDNS", _READ, get_dynamic_dns),
    Operation(
        "SetDynamicDNS",
        _WRITE,
        set_dynamic_dns,
        (Field("Type", one_of(*TYPES)), optional("Name", string), optional("TTL", duration)),
    ),
    Operation("GetZeroConfiguration", _READ, get_zero_configuration),
    Operation(
        "SetZeroConfiguration",
        _WRITE,
        set_zero_configuration,
        (Field("InterfaceToken", token), Field("Enabled", boolean)),
    ),
    Operation("SendAuxiliaryCommand", AccessClass.ACTUATE, send_auxiliary, (Field("AuxiliaryCommand", string),)),
    Operation("GetIPAddressFilter", _SENSITIVE, get_filter),
    Operation("SetIPAddressFilter", _WRITE, set_filter, _FILTER),
    Operation("AddIPAddressFilter", _WRITE, add_filter, _FILTER),
    Operation("RemoveIPAddressFilter", _WRITE, remove_filter, _FILTER),
)
"""Operations that need no other service."""


def device_service(services: Callable[[], Sequence[Service]], more: Sequence[Operation]) -> Service:
    """Return the service with `more` operations; it lists `services`, itself among them."""
    return Service(
        "tds",
        "/onvif/device_service",
        device_capabilities,
        (*directory_operations(services), *OPERATIONS, *more),
    )
