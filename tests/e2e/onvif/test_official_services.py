"""Cases of ONVIF's device test specifications about services, capabilities and namespaces, on a real camera."""

from collections.abc import Callable

import pytest
from tests.e2e.camera import CameraProcess, Client
from tests.onvif.client import NAMESPACES, OnvifClient, Result
from tests.onvif.official import cases, official
from tests.onvif.schemas import SOAP

pytestmark = pytest.mark.slow

SERVICES = "tds:GetServices"
WITH, WITHOUT = (f"<tds:IncludeCapability>{value}</tds:IncludeCapability>" for value in ("true", "false"))

LISTED = (
    (official("DEVICE-1-1-13", "tds:GetServices"), "tds"),
    (official("DEVICE-1-1-14", "tds:GetServices"), "trt"),
    (official("DEVICE-1-1-15", "tds:GetServices"), "tptz"),
    (official("DEVICE-1-1-16", "tds:GetServices"), "tev"),
    (official("DEVICE-1-1-17", "tds:GetServices"), "timg"),
    (official("DEVICE-1-1-20", "tds:GetServices"), "trp"),
    (official("DEVICE-1-1-21", "tds:GetServices"), "tse"),
    (official("DEVICE-1-1-22", "tds:GetServices"), "trc"),
)
"""Cases that find one service in the list, with and without its capabilities."""


@pytest.mark.parametrize("prefix", cases(*LISTED))
def test_a_service_is_listed(onvif: OnvifClient, prefix: str) -> None:
    for content, has_capabilities in ((WITHOUT, False), (WITH, True)):
        services = onvif.change(SERVICES, content).content
        (service,) = [each for each in services if each.findtext("{*}Namespace") == NAMESPACES[prefix]]
        own = service.find(f"{{*}}Capabilities/{{{NAMESPACES[prefix]}}}Capabilities")
        assert (own is not None) == has_capabilities


CATEGORIES = (
    (official("DEVICE-1-1-3", "tds:GetCapabilities"), "Device"),
    (official("DEVICE-1-1-4", "tds:GetCapabilities"), "Media"),
    (official("DEVICE-1-1-5", "tds:GetCapabilities"), "Events"),
    (official("DEVICE-1-1-6", "tds:GetCapabilities"), "PTZ"),
    (official("DEVICE-1-1-10", "tds:GetCapabilities"), "Imaging"),
)
"""Cases that ask for the capabilities of one service."""


def read_capabilities(result: Result) -> list[str]:
    """Return the services whose capabilities an answer contains; fail for wrong addresses."""
    found = list(result.content[0])
    assert all((each.findtext("{*}XAddr") or "http://").startswith("http://") for each in found)
    return [each.tag.rpartition("}")[2] for each in found]


@pytest.mark.parametrize("category", cases(*CATEGORIES))
def test_one_category_of_capabilities(onvif: OnvifClient, category: str) -> None:
    assert read_capabilities(onvif.change("tds:GetCapabilities", f"<tds:Category>{category}</tds:Category>")) == [
        category
    ]


@official("DEVICE-1-1-2", "tds:GetCapabilities")
def test_all_categories_of_capabilities(onvif: OnvifClient) -> None:
    for content in ("<tds:Category>All</tds:Category>", ""):
        answer = onvif.change("tds:GetCapabilities", content)
        assert read_capabilities(answer) == ["Device", "Events", "Imaging", "Media", "PTZ", "Extension"]
        assert answer.content.find("{*}Capabilities/{*}Extension/{*}DeviceIO/{*}XAddr") is not None


NETWORK = ("IPFilter", "ZeroConfiguration", "IPVersion6", "DynDNS")
SYSTEM = ("DiscoveryResolve", "DiscoveryBye", "RemoteDiscovery", "SystemBackup", "SystemLogging", "FirmwareUpgrade")
SECURITY = ("TLS1.1", "TLS1.2", "OnboardKeyGeneration", "AccessPolicyConfig", "X.509Token", "SAMLToken", "RELToken")


@official("DEVICE-1-1-30", "tds:GetServices", "tds:GetCapabilities")
def test_both_kinds_of_capabilities_are_equal(onvif: OnvifClient) -> None:
    services = onvif.change(SERVICES, WITH).content
    capabilities = onvif.change("tds:GetCapabilities", "<tds:Category>All</tds:Category>").content[0]
    for part, names in (("Network", NETWORK), ("System", SYSTEM), ("Security", SECURITY)):
        new, old = services.find(f".//{{{NAMESPACES['tds']}}}{part}"), capabilities.find(f"{{*}}Device/{{*}}{part}")
        assert new is not None and old is not None
        assert [new.get(name) for name in names] == [old.findtext(f"{{*}}{name}") for name in names]
    relays = services.find(f".//{{{NAMESPACES['tmd']}}}Capabilities")
    assert relays is not None
    assert relays.get("RelayOutputs") == capabilities.findtext("{*}Device/{*}IO/{*}RelayOutputs")


@official("DEVICE-1-1-31", "tds:GetServices")
def test_services_are_at_the_address_that_was_asked(onvif: OnvifClient, onvif_camera: CameraProcess) -> None:
    onvif_camera.client.update("Network.Advanced.HTTPS", Enabled="yes")
    https = int(onvif_camera.client.value("Network.Advanced.HTTPS", "HttpsPort"))
    over_tls = OnvifClient(Client(https, tls=True))
    for client, start in ((onvif, f"http://127.0.0.1:{onvif_camera.port}/"), (over_tls, f"https://127.0.0.1:{https}/")):
        addresses = client.change(SERVICES, WITHOUT).texts("tds:XAddr")
        assert len(addresses) == 10
        assert [each for each in addresses if not each.startswith(start)] == []


CAPABILITIES = (
    (official("EVENT-5-1-1", "tev:GetServiceCapabilities"), "tev:GetServiceCapabilities"),
    (official("MEDIA2-7-1-1", "tr2:GetServiceCapabilities"), "tr2:GetServiceCapabilities"),
    (official("DEVICEIO-7-1-1", "tmd:GetServiceCapabilities"), "tmd:GetServiceCapabilities"),
)
"""Cases that read the capabilities of a service from the service."""


@pytest.mark.parametrize("operation", cases(*CAPABILITIES))
def test_a_service_lists_its_capabilities(onvif: OnvifClient, operation: str) -> None:
    assert onvif.change(operation).content[0].tag.endswith("}Capabilities")


@official("EVENT-1-1-2", "tev:GetEventProperties")
def test_event_properties(onvif: OnvifClient) -> None:
    answer = onvif.change("tev:GetEventProperties")
    dialects = answer.texts("wsnt:TopicExpressionDialect")
    assert "http://docs.oasis-open.org/wsn/t-1/TopicExpression/Concrete" in dialects
    assert "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet" in dialects
    assert answer.texts("tev:MessageContentFilterDialect") == [
        "http://www.onvif.org/ver10/tev/messageContentFilter/ItemFilter"
    ]
    assert answer.texts("tev:TopicNamespaceLocation") == ["http://www.onvif.org/onvif/ver10/topics/topicns.xml"]
    topics = answer.content.find("{*}TopicSet")
    assert topics is not None
    assert {each.tag.rpartition("}")[0] for each in topics} == {f"{{{NAMESPACES['tns1']}"}


TEV, TR2, TT = (NAMESPACES[prefix] for prefix in ("tev", "tr2", "tt"))
Part = tuple[str, str, "str | list[Part]"]
"""Element of a request: namespace, name with attributes, text or elements."""
Style = Callable[[str, str], tuple[str, str]]
"""Returns prefix and declarations of an element in this namespace, whose parent is in the other one ("": the root)."""


def envelope(operation: Part) -> Part:
    return SOAP, "Envelope", [(SOAP, "Body", [operation])]


def set_name(name: str) -> Part:
    address: Part = (TT, "Address", [(TT, "Type", "IPv4"), (TT, "IPv4Address", "0.0.0.0")])
    multicast: Part = (TT, "Multicast", [address, (TT, "Port", "0"), (TT, "TTL", "0"), (TT, "AutoStart", "false")])
    parts: list[Part] = [(TT, "Name", name), (TT, "UseCount", "3"), (TT, "Events", ""), multicast]
    configuration: Part = (TR2, 'Configuration token="metadata0"', [*parts, (TT, "SessionTimeout", "PT60S")])
    return envelope((TR2, "SetMetadataConfiguration", [configuration]))


POINT = envelope((TEV, "CreatePullPointSubscription", [(TEV, "InitialTerminationTime", "PT300S")]))


def spell(part: Part, style: Style, parent: str = "") -> str:
    namespace, name, content = part
    prefix, declarations = style(namespace, parent)
    inside = content if isinstance(content, str) else "".join(spell(each, style, namespace) for each in content)
    return f"<{prefix}{name}{declarations}>{inside}</{prefix}{name.split()[0]}>"


def declare_in_each_tag(namespace: str, parent: str) -> tuple[str, str]:
    return "", f' xmlns="{namespace}"'


def declare_in_parents(namespace: str, parent: str) -> tuple[str, str]:
    return "", "" if namespace == parent else f' xmlns="{namespace}"'


PREFIXES = {SOAP: "alpha", TEV: "beta", TR2: "gamma", TT: "delta"}


def use_own_prefixes(namespace: str, parent: str) -> tuple[str, str]:
    declarations = "".join(f' xmlns:{prefix}="{uri}"' for uri, prefix in PREFIXES.items())
    return f"{PREFIXES[namespace]}:", "" if parent else declarations


def use_two_prefixes(namespace: str, parent: str) -> tuple[str, str]:
    declarations = "".join(f' xmlns:{prefix}{n}="{uri}"' for uri, prefix in PREFIXES.items() for n in (1, 2))
    return f"{PREFIXES[namespace]}{1 + (namespace == parent)}:", "" if parent else declarations


def use_one_prefix(namespace: str, parent: str) -> tuple[str, str]:
    return "p:", "" if namespace == parent else f' xmlns:p="{namespace}"'


SPELLINGS = (
    (official("DEVICE-6-1-1", "tr2:SetMetadataConfiguration"), declare_in_each_tag),
    (official("DEVICE-6-1-2", "tr2:SetMetadataConfiguration"), declare_in_parents),
    (official("DEVICE-6-1-3", "tr2:SetMetadataConfiguration"), use_own_prefixes),
    (official("DEVICE-6-1-4", "tr2:SetMetadataConfiguration"), use_two_prefixes),
    (official("DEVICE-6-1-5", "tr2:SetMetadataConfiguration"), use_one_prefix),
)
EVENT_SPELLINGS = (
    (official("EVENT-4-1-6", "tev:CreatePullPointSubscription"), declare_in_each_tag),
    (official("EVENT-4-1-7", "tev:CreatePullPointSubscription"), declare_in_parents),
    (official("EVENT-4-1-8", "tev:CreatePullPointSubscription"), use_own_prefixes),
    (official("EVENT-4-1-9", "tev:CreatePullPointSubscription"), use_two_prefixes),
    (official("EVENT-4-1-10", "tev:CreatePullPointSubscription"), use_one_prefix),
)
"""Cases that declare namespaces in every way that XML allows."""


@pytest.mark.parametrize("style", cases(*SPELLINGS))
def test_a_name_is_set_with_any_prefixes(onvif: OnvifClient, style: Style) -> None:
    before = onvif.change("tr2:GetMetadataConfigurations")
    for name in ("TestName1", before.text("tt:Name")):
        answer = onvif.send(spell(set_name(name), style).encode())
        assert (answer.status, answer.fault) == (200, [])
        assert onvif.change("tr2:GetMetadataConfigurations").text("tt:Name") == name
    assert onvif.change("tr2:GetMetadataConfigurations").raw == before.raw


@pytest.mark.parametrize("style", cases(*EVENT_SPELLINGS))
def test_a_pull_point_is_created_with_any_prefixes(onvif: OnvifClient, style: Style) -> None:
    answer = onvif.send(spell(POINT, style).encode())
    assert (answer.status, answer.fault) == (200, [])
    assert answer.text("wsnt:TerminationTime") > answer.text("wsnt:CurrentTime")
    onvif.at(answer.texts("{*}Address")[0]).change("wsnt:Unsubscribe")
