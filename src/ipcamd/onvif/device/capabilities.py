"""Capabilities of the device, in the form of ``GetServiceCapabilities`` and the older one of ``GetCapabilities``."""

from collections.abc import Callable, Collection, Mapping

from ipcamd.access.accounts import MAX_ACCOUNTS, NAME_LIMIT
from ipcamd.onvif.auxiliary import auxiliary_commands
from ipcamd.onvif.media.profiles import PROFILES_LIMIT
from ipcamd.onvif.operation import VERSION, OperationCall, Service
from ipcamd.onvif.soap.writer import Content, Node, node
from ipcamd.params.device.hardware import HARDWARE


def device_capabilities(call: OperationCall) -> Node:
    """Return the answer of the device's ``GetServiceCapabilities``."""
    return node(
        "tds:Capabilities",
        node(
            "tds:Network",
            IPFilter=True,
            ZeroConfiguration=False,
            IPVersion6=False,
            DynDNS=True,
            Dot11Configuration=False,
            Dot1XConfigurations=0,
            HostnameFromDHCP=False,
            NTP=1,
            DHCPv6=False,
        ),
        node("tds:Security", **_SECURITY),
        node(
            "tds:System",
            DiscoveryResolve=True,
            DiscoveryBye=True,
            RemoteDiscovery=False,
            SystemBackup=False,
            SystemLogging=False,
            FirmwareUpgrade=False,
            HttpFirmwareUpgrade=False,
            HttpSystemBackup=False,
            HttpSystemLogging=False,
            HttpSupportInformation=False,
        ),
        node("tds:Misc", AuxiliaryCommands=" ".join(auxiliary_commands(call.camera)) or None),
    )


def capabilities_in_categories(
    call: OperationCall, services: Mapping[str, Service], categories: Collection[str], with_extension: bool
) -> Node:
    """Return the answer of ``GetCapabilities``: the `CATEGORIES` in the order of the schema, then those of its
    extension. `services` are those of the camera, by their prefixes."""

    def category(name: str, prefix: str, content: Callable[[OperationCall], Content]) -> Node:
        return node(f"tt:{name}", node("tt:XAddr", services[prefix].url(call)), content(call))

    listed = [category(name, *each) for name, each in CATEGORIES.items() if name in categories]
    more = [category(name, *each) for name, each in _EXTENSION.items() if with_extension and each[0] in services]
    return node("tds:Capabilities", listed, node("tt:Extension", more) if more else None)


def count_hardware(call: OperationCall, name: str) -> int:
    """Return a parameter of ``Hardware`` as it is now, such as the number of digital inputs."""
    return int(call.present(HARDWARE, name))


def _device(call: OperationCall) -> Content:
    return (
        _flags("tt:Network", IPFilter=True, ZeroConfiguration=False, IPVersion6=False, DynDNS=True),
        node(
            "tt:System",
            _flags(None, DiscoveryResolve=True, DiscoveryBye=True, RemoteDiscovery=False),
            _flags(None, SystemBackup=False, SystemLogging=False, FirmwareUpgrade=False),
            node("tt:SupportedVersions", node("tt:Major", VERSION[0]), node("tt:Minor", VERSION[1])),
        ),
        node(
            "tt:IO",
            node("tt:InputConnectors", count_hardware(call, "TriggerIn")),
            node("tt:RelayOutputs", count_hardware(call, "TriggerOut")),
            _auxiliary(call),
        ),
        node(
            "tt:Security",
            _flags(None, **_OLD_SECURITY),
            node("tt:Extension", node("tt:TLS1.0", False)),
        ),
    )


def _auxiliary(call: OperationCall) -> Node:
    commands = auxiliary_commands(call.camera)
    listed = [node("tt:AuxiliaryCommands", command) for command in commands]
    return node("tt:Extension", node("tt:Auxiliary", bool(commands)), listed, node("tt:Extension"))


def _media(_: OperationCall) -> Content:
    return (
        _flags("tt:StreamingCapabilities", RTPMulticast=True, RTP_TCP=True, RTP_RTSP_TCP=True),
        node("tt:Extension", node("tt:ProfileCapabilities", node("tt:MaximumNumberOfProfiles", PROFILES_LIMIT))),
    )


def _device_io(call: OperationCall) -> Content:
    return (
        node("tt:VideoSources", 1),
        node("tt:VideoOutputs", 0),
        node("tt:AudioSources", count_hardware(call, "MicIn")),
        node("tt:AudioOutputs", count_hardware(call, "AudioOut")),
        node("tt:RelayOutputs", count_hardware(call, "TriggerOut")),
    )


def _flags(name: str | None, **flags: bool) -> Content:
    """Return a node for each flag, in a node of this name if there is one."""
    nodes = [node(f"tt:{flag}", value) for flag, value in flags.items()]
    return node(name, nodes) if name else nodes


def _nothing(_: OperationCall) -> None:
    return None


_SECURITY = {
    **dict.fromkeys(
        (
            "TLS1.0",
            "TLS1.1",
            "OnboardKeyGeneration",
            "AccessPolicyConfig",
            "Dot1X",
            "RemoteUserHandling",
            "X.509Token",
            "SAMLToken",
            "KerberosToken",
            "RELToken",
        ),
        False,
    ),
    **dict.fromkeys(("TLS1.2", "DefaultAccessPolicy", "UsernameToken", "HttpDigest"), True),
    "MaxUsers": MAX_ACCOUNTS,
    "MaxUserNameLength": NAME_LIMIT,
    "MaxPasswordLength": 64,
    "HashingAlgorithms": "MD5 SHA-256",
}
_OLD_SECURITY = dict.fromkeys(
    (
        "TLS1.1",
        "TLS1.2",
        "OnboardKeyGeneration",
        "AccessPolicyConfig",
        "X.509Token",
        "SAMLToken",
        "KerberosToken",
        "RELToken",
    ),
    False,
) | {"TLS1.2": True}
_EVENTS = _flags(
    None,
    WSSubscriptionPolicySupport=False,
    WSPullPointSupport=True,
    WSPausableSubscriptionManagerInterfaceSupport=False,
)
_RECORDING = (
    _flags(None, ReceiverSource=False, MediaProfileSource=False, DynamicRecordings=False, DynamicTracks=False),
    node("tt:MaxStringLength", 0),
)

CATEGORIES: Mapping[str, tuple[str, Callable[[OperationCall], Content]]] = {
    "Device": ("tds", _device),
    "Events": ("tev", lambda _: _EVENTS),
    "Imaging": ("timg", _nothing),
    "Media": ("trt", _media),
    "PTZ": ("tptz", _nothing),
}
"""Category of ``GetCapabilities`` to the prefix of its service, and the function that returns its capabilities."""
_EXTENSION: Mapping[str, tuple[str, Callable[[OperationCall], Content]]] = {
    "DeviceIO": ("tmd", _device_io),
    "Recording": ("trc", lambda _: _RECORDING),
    "Search": ("tse", lambda _: node("tt:MetadataSearch", False)),
    "Replay": ("trp", _nothing),
}
"""The same for the categories of the extension."""
