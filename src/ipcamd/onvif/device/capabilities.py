"""Capabilities of the device, in the form of ``GetServiceCapabilities`` and the older one of ``GetCapabilities``."""

from collections.abc import Collection, Mapping

from ipcamd.access.accounts import MAX_ACCOUNTS, NAME_LIMIT
from ipcamd.onvif.auxiliary import auxiliary_commands
from ipcamd.onvif.media.profiles import PROFILES_LIMIT
from ipcamd.onvif.operation import OperationCall, Service
from ipcamd.onvif.soap.writer import Content, Node, node
from ipcamd.params.device.hardware import HARDWARE

VERSION = (25, 12)
"""Version of ONVIF's schemas that the answers use."""


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
        node("tds:Security", **_security()),
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
    """Return the answer of ``GetCapabilities``: the categories in the order of the schema."""
    parts = {"Device": _device, "Events": _events, "Imaging": _imaging, "Media": _media, "PTZ": _ptz}
    prefixes = {"Device": "tds", "Events": "tev", "Imaging": "timg", "Media": "trt", "PTZ": "tptz"}
    listed = [
        node(f"tt:{name}", node("tt:XAddr", services[prefixes[name]].url(call)), part(call))
        for name, part in parts.items()
        if name in categories
    ]
    makers = {"tmd": _device_io, "trc": _recording, "tse": _search, "trp": _replay}
    extension = [make(call, services[prefix]) for prefix, make in makers.items() if prefix in services]
    return node("tds:Capabilities", listed, node("tt:Extension", extension) if with_extension and extension else None)


def count_hardware(call: OperationCall, name: str) -> int:
    """Return a parameter of ``Hardware`` as it is now, such as the number of digital inputs."""
    param = HARDWARE.param(name)
    return int(call.camera.settings.present(HARDWARE, param)) if param else 0


def _security() -> dict[str, str]:
    no = dict.fromkeys(
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
        "false",
    )
    yes = dict.fromkeys(("TLS1.2", "DefaultAccessPolicy", "UsernameToken", "HttpDigest"), "true")
    limits = {"MaxUsers": str(MAX_ACCOUNTS), "MaxUserNameLength": str(NAME_LIMIT), "MaxPasswordLength": "64"}
    return {**no, **yes, **limits, "HashingAlgorithms": "MD5 SHA-256"}


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
            [node(f"tt:{name}", name == "TLS1.2") for name in _OLD_SECURITY],
            node("tt:Extension", node("tt:TLS1.0", False)),
        ),
    )


def _auxiliary(call: OperationCall) -> Node:
    commands = auxiliary_commands(call.camera)
    listed = [node("tt:AuxiliaryCommands", command) for command in commands]
    return node("tt:Extension", node("tt:Auxiliary", bool(commands)), listed, node("tt:Extension"))


_OLD_SECURITY = (
    "TLS1.1",
    "TLS1.2",
    "OnboardKeyGeneration",
    "AccessPolicyConfig",
    "X.509Token",
    "SAMLToken",
    "KerberosToken",
    "RELToken",
)


def _events(_: OperationCall) -> Content:
    return _flags(
        None,
        WSSubscriptionPolicySupport=False,
        WSPullPointSupport=True,
        WSPausableSubscriptionManagerInterfaceSupport=False,
    )


def _imaging(_: OperationCall) -> Content:
    return None


_ptz = _imaging


def _media(call: OperationCall) -> Content:
    return (
        _flags("tt:StreamingCapabilities", RTPMulticast=True, RTP_TCP=True, RTP_RTSP_TCP=True),
        node("tt:Extension", node("tt:ProfileCapabilities", node("tt:MaximumNumberOfProfiles", PROFILES_LIMIT))),
    )


def _device_io(call: OperationCall, service: Service) -> Node:
    audio_outputs = count_hardware(call, "AudioOut")
    return node(
        "tt:DeviceIO",
        node("tt:XAddr", service.url(call)),
        node("tt:VideoSources", 1),
        node("tt:VideoOutputs", 0),
        node("tt:AudioSources", count_hardware(call, "MicIn")),
        node("tt:AudioOutputs", audio_outputs),
        node("tt:RelayOutputs", count_hardware(call, "TriggerOut")),
    )


def _recording(call: OperationCall, service: Service) -> Node:
    names = ("ReceiverSource", "MediaProfileSource", "DynamicRecordings", "DynamicTracks")
    return node(
        "tt:Recording",
        node("tt:XAddr", service.url(call)),
        [node(f"tt:{name}", False) for name in names],
        node("tt:MaxStringLength", 0),
    )


def _search(call: OperationCall, service: Service) -> Node:
    return node("tt:Search", node("tt:XAddr", service.url(call)), node("tt:MetadataSearch", False))


def _replay(call: OperationCall, service: Service) -> Node:
    return node("tt:Replay", node("tt:XAddr", service.url(call)))


def _flags(name: str | None, **flags: bool) -> Content:
    """Return a node for each flag, in a node of this name if there is one."""
    nodes = [node(f"tt:{flag}", value) for flag, value in flags.items()]
    return node(name, nodes) if name else nodes
