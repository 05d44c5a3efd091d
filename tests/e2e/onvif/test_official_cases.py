"""Cases of ONVIF's device test specifications (onvif/testspecs), step by step, on a real camera.

The client validates every answer, as the steps demand. ``docs/conformance-onvif.md`` lists the cases.
"""

from xml.etree import ElementTree

import pytest
import requests
from requests.auth import HTTPDigestAuth
from tests.e2e.camera import PASSWORD, CameraProcess
from tests.onvif.client import OnvifClient, write_envelope
from tests.onvif.official import official

pytestmark = pytest.mark.slow

WRONG_V4 = "<tt:Type>IPv4</tt:Type><tt:IPv4Address>10.1.1</tt:IPv4Address>"
WRONG_V6 = "<tt:Type>IPv6</tt:Type><tt:IPv6Address>FF02:1</tt:IPv6Address>"
PROFILE = "<{0}:ProfileToken>{1}</{0}:ProfileToken>"
SOURCE, NO_SOURCE = (f"<timg:VideoSourceToken>{name}</timg:VideoSourceToken>" for name in ("video0", "OnvifTest123"))
TRANSPORT = (
    "<trt:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>{}</tt:Protocol></tt:Transport>"
    "</trt:StreamSetup>"
)
RELAY = "<tds:RelayOutputToken>OnvifTest123</tds:RelayOutputToken>"
PROPERTIES = "<tt:Mode>Bistable</tt:Mode><tt:DelayTime>PT0S</tt:DelayTime><tt:IdleState>open</tt:IdleState>"
FILTER = '<{0}:Filter><wsnt:{1} Dialect="http://www.onvif.org/ver10/tev/{2}">{3}</wsnt:{1}></{0}:Filter>'
NO_ITEM = 'boolean(//tt:SimpleItem[@Name="xyz" and @Value="xyz"])'
CONSUMER = "<wsnt:ConsumerReference><wsa:Address>http://192.0.2.1/</wsa:Address></wsnt:ConsumerReference>"
MESSAGES = "messageContentFilter/ItemFilter"
TOPICS = "topicExpression/ConcreteSet"


def token(prefix: str) -> str:
    return f"<{prefix}:ConfigurationToken>OnvifTest123</{prefix}:ConfigurationToken>"


READS = (
    official("DEVICE-1-1-18", "tds:GetServiceCapabilities"),
    official("DEVICE-2-1-1", "tds:GetHostname"),
    official("DEVICE-2-1-4", "tds:GetDNS"),
    official("DEVICE-2-1-11", "tds:GetNTP"),
    official("DEVICE-2-1-17", "tds:GetNetworkInterfaces"),
    official("DEVICE-2-1-25", "tds:GetNetworkDefaultGateway"),
    official("DEVICE-2-1-36", "tds:GetDynamicDNS"),
    official("DEVICE-3-1-9", "tds:GetDeviceInformation"),
    official("DEVICE-4-1-1", "tds:GetUsers"),
    official("DEVICE-5-1-1", "tds:GetRelayOutputs"),
    official("MEDIA-8-1-1", "trt:GetServiceCapabilities"),
    official("PTZ-8-1-1", "tptz:GetServiceCapabilities"),
    official("IMAGING-1-1-1", "timg:GetImagingSettings"),
    official("IMAGING-2-1-1", "timg:GetMoveOptions"),
    official("IMAGING-3-1-1", "timg:GetServiceCapabilities"),
    official("DEVICEIO-3-1-1", "tmd:GetDigitalInputs"),
)
"""Cases that read once, and verify that the answer is valid."""


@pytest.mark.parametrize("operation", [pytest.param(mark.args[1], marks=mark, id=mark.args[0]) for mark in READS])
def test_read(onvif: OnvifClient, operation: str) -> None:
    onvif.change(operation, SOURCE if operation in ("timg:GetImagingSettings", "timg:GetMoveOptions") else "")


UNCHANGED = (
    (
        official("DEVICE-2-1-9", "tds:SetDNS"),
        f"<tds:FromDHCP>false</tds:FromDHCP><tds:DNSManual>{WRONG_V4}</tds:DNSManual>",
        "InvalidIPv4Address",
    ),
    (
        official("DEVICE-2-1-10", "tds:SetDNS"),
        f"<tds:FromDHCP>false</tds:FromDHCP><tds:DNSManual>{WRONG_V6}</tds:DNSManual>",
        "InvalidIPv6Address",
    ),
    (
        official("DEVICE-2-1-15", "tds:SetNTP"),
        f"<tds:FromDHCP>false</tds:FromDHCP><tds:NTPManual>{WRONG_V4}</tds:NTPManual>",
        "InvalidIPv4Address",
    ),
    (
        official("DEVICE-2-1-28", "tds:SetNetworkDefaultGateway"),
        "<tds:IPv4Address>10.1.1</tds:IPv4Address>",
        "InvalidGatewayAddress",
    ),
    (
        official("DEVICE-2-1-29", "tds:SetNetworkDefaultGateway"),
        "<tds:IPv6Address>FF02:1</tds:IPv6Address>",
        "InvalidGatewayAddress",
    ),
)
"""Cases that set a wrong value, and read again what was there before."""


@pytest.mark.parametrize(
    ("operation", "content", "code"),
    [pytest.param(mark.args[1], content, code, marks=mark, id=mark.args[0]) for mark, content, code in UNCHANGED],
)
def test_a_wrong_value_changes_nothing(onvif: OnvifClient, operation: str, content: str, code: str) -> None:
    read = operation.replace(":Set", ":Get")
    before = onvif.change(read).raw
    assert onvif.refuse(operation, content)[:2] == ["ter:InvalidArgVal", f"ter:{code}"]
    assert onvif.change(read).raw == before


FAULTS = (
    (
        official("DEVICE-5-1-11", "tds:SetRelayOutputSettings"),
        f"{RELAY}<tds:Properties>{PROPERTIES}</tds:Properties>",
        "RelayToken",
    ),
    (
        official("DEVICE-5-1-12", "tds:SetRelayOutputState"),
        f"{RELAY}<tds:LogicalState>active</tds:LogicalState>",
        "RelayToken",
    ),
    (
        official("DEVICEIO-1-1-5", "tmd:SetRelayOutputSettings"),
        f'<tmd:RelayOutput token="OnvifTest123"><tt:Properties>{PROPERTIES}</tt:Properties></tmd:RelayOutput>',
        "RelayToken",
    ),
    (
        official("MEDIA-7-1-4", "trt:GetStreamUri"),
        TRANSPORT.format("UDP") + PROFILE.format("trt", "xyz"),
        "NoProfile",
    ),
    (official("MEDIA-7-1-5", "trt:StartMulticastStreaming"), PROFILE.format("trt", "xyz"), "NoProfile"),
    (official("PTZ-1-1-4", "tptz:GetNode"), "<tptz:NodeToken>xyz</tptz:NodeToken>", "NoEntity"),
    (official("MEDIA2-2-2-6", "tr2:GetVideoSourceConfigurations"), token("tr2"), "NoConfig"),
    (official("MEDIA2-3-1-6", "tr2:GetAudioSourceConfigurations"), token("tr2"), "NoConfig"),
    (official("MEDIA2-3-3-6", "tr2:GetAudioOutputConfigurations"), token("tr2"), "NoConfig"),
    (official("MEDIA2-3-4-5", "tr2:GetAudioDecoderConfigurations"), token("tr2"), "NoConfig"),
    (official("MEDIA2-8-1-4", "tr2:GetMetadataConfigurations"), token("tr2"), "NoConfig"),
    (official("IMAGING-1-1-10", "timg:GetImagingSettings"), NO_SOURCE, "NoSource"),
    (official("IMAGING-1-1-11", "timg:GetOptions"), NO_SOURCE, "NoSource"),
    (
        official("IMAGING-1-1-12", "timg:SetImagingSettings"),
        f"{NO_SOURCE}<timg:ImagingSettings/>",
        "NoSource",
    ),
    (official("IMAGING-2-1-15", "timg:GetMoveOptions"), NO_SOURCE, "NoSource"),
    (official("IMAGING-2-1-16", "timg:Move"), f"{NO_SOURCE}<timg:Focus/>", "NoSource"),
    (official("IMAGING-2-1-17", "timg:GetStatus"), NO_SOURCE, "NoSource"),
    (official("IMAGING-2-1-18", "timg:Stop"), NO_SOURCE, "NoSource"),
    (
        official("EVENT-2-1-19", "wsnt:Subscribe"),
        CONSUMER + FILTER.format("wsnt", "MessageContent", MESSAGES, NO_ITEM),
        "InvalidMessageContentExpressionFault",
    ),
    (
        official("EVENT-2-1-23", "wsnt:Subscribe"),
        CONSUMER + FILTER.format("wsnt", "TopicExpression", TOPICS, NO_ITEM),
        "InvalidTopicExpressionFault",
    ),
    (
        official("EVENT-3-1-17", "tev:CreatePullPointSubscription"),
        FILTER.format("tev", "MessageContent", MESSAGES, NO_ITEM),
        "InvalidMessageContentExpressionFault",
    ),
    (
        official("EVENT-3-1-22", "tev:CreatePullPointSubscription"),
        FILTER.format("tev", "TopicExpression", TOPICS, "xyz"),
        "InvalidTopicExpressionFault",
    ),
)
"""Cases that send one wrong request, and verify the fault."""


@pytest.mark.parametrize(
    ("operation", "content", "code"),
    [pytest.param(mark.args[1], content, code, marks=mark, id=mark.args[0]) for mark, content, code in FAULTS],
)
def test_a_fault(onvif: OnvifClient, operation: str, content: str, code: str) -> None:
    assert onvif.refuse(operation, content)[:2] == ["ter:InvalidArgVal", f"ter:{code}"]


@official("DEVICE-1-1-9", "tds:GetCapabilities")
def test_an_invalid_category(onvif: OnvifClient) -> None:
    assert onvif.refuse("tds:GetCapabilities", "<tds:Category>XYZ</tds:Category>")[1] == "ter:NoSuchService"


@official("MEDIA-7-1-2", "trt:GetStreamUri")
def test_an_invalid_transport(onvif: OnvifClient) -> None:
    assert onvif.refuse("trt:GetStreamUri", TRANSPORT.format("RTP") + PROFILE.format("trt", "h264"))


CAPABILITIES = (
    official("DEVICE-1-1-19", "tds:GetServices", "tds:GetServiceCapabilities"),
    official("MEDIA-8-1-2", "tds:GetServices", "trt:GetServiceCapabilities"),
    official("EVENT-5-1-2", "tds:GetServices", "tev:GetServiceCapabilities"),
    official("PTZ-8-1-2", "tds:GetServices", "tptz:GetServiceCapabilities"),
    official("IMAGING-3-1-2", "tds:GetServices", "timg:GetServiceCapabilities"),
)
"""Cases that compare the capabilities of a service in the list of services with those that the service tells itself."""


@pytest.mark.parametrize("operation", [pytest.param(m.args[2], marks=m, id=m.args[0]) for m in CAPABILITIES])
def test_capabilities_are_the_same_in_both_places(onvif: OnvifClient, operation: str) -> None:
    services = onvif.change("tds:GetServices", "<tds:IncludeCapability>true</tds:IncludeCapability>")
    own = onvif.change(operation).content[0]
    (listed,) = [each[0] for each in services.content.iterfind("{*}Service/{*}Capabilities") if each[0].tag == own.tag]
    assert canonical(listed) == canonical(own)


def canonical(element: ElementTree.Element) -> str:
    return ElementTree.canonicalize(ElementTree.tostring(element))


@official("DEVICE-2-1-33", "tds:GetNetworkProtocols")
def test_http_and_rtsp_are_listed(onvif: OnvifClient) -> None:
    assert {"HTTP", "RTSP"} <= set(onvif.change("tds:GetNetworkProtocols").texts("tt:Name"))


@official("DEVICE-3-1-1", "tds:GetSystemDateAndTime")
def test_date_and_time(onvif: OnvifClient) -> None:
    answer = onvif.change("tds:GetSystemDateAndTime")
    assert answer.text("tt:DateTimeType") in ("Manual", "NTP")
    assert answer.text("tt:TZ")
    assert all(len(answer.texts(f"tt:{name}/tt:Date/tt:Year")) == 1 for name in ("UTCDateTime", "LocalDateTime"))


@official("DEVICE-5-1-2", "tds:GetCapabilities", "tds:GetRelayOutputs")
def test_the_number_of_relays(onvif: OnvifClient) -> None:
    told = onvif.change("tds:GetCapabilities", "<tds:Category>Device</tds:Category>").text("tt:RelayOutputs")
    assert int(told) == len(onvif.change("tds:GetRelayOutputs").content)


@official("DEVICEIO-3-1-2", "tmd:GetServiceCapabilities", "tmd:GetDigitalInputs")
def test_the_number_of_inputs(onvif: OnvifClient) -> None:
    told = onvif.change("tmd:GetServiceCapabilities").content[0].get("DigitalInputs")
    assert told == str(len(onvif.change("tmd:GetDigitalInputs").content))


@official("DEVICEIO-4-1-1", "tmd:GetAudioSources")
def test_audio_sources(onvif: OnvifClient) -> None:
    assert onvif.change("tmd:GetAudioSources").texts("tmd:Token")


@official("DEVICEIO-8-1-1", "tmd:GetServiceCapabilities", "tmd:GetAudioOutputs")
def test_the_number_of_audio_outputs(onvif: OnvifClient) -> None:
    told = onvif.change("tmd:GetServiceCapabilities").content[0].get("AudioOutputs")
    found = onvif.change("tmd:GetAudioOutputs").texts("tmd:Token")
    assert found
    assert told == str(len(set(found))) == str(len(found))


@official("DEVICEIO-1-1-1", "tds:GetRelayOutputs")
def test_relay_outputs_at_the_address_of_the_io_service(onvif_camera: CameraProcess) -> None:
    assert len(OnvifClient(onvif_camera.client, "/onvif/deviceio_service").change("tds:GetRelayOutputs").content)


@official("DEVICEIO-3-1-3", "tmd:GetDigitalInputs", "tmd:GetDigitalInputConfigurationOptions")
def test_options_of_digital_inputs(onvif: OnvifClient) -> None:
    inputs = onvif.change("tmd:GetDigitalInputs").content
    for content in ("", *(f"<tmd:Token>{each.get('token')}</tmd:Token>" for each in inputs)):
        assert onvif.change("tmd:GetDigitalInputConfigurationOptions", content).texts("tmd:IdleState")


@official("DEVICEIO-5-1-1", "tmd:GetVideoSources", "trt:GetVideoSources")
def test_video_sources_are_the_same_in_both_services(onvif: OnvifClient) -> None:
    tokens = onvif.change("tmd:GetVideoSources").texts("tmd:Token")
    assert tokens == [each.get("token") for each in onvif.change("trt:GetVideoSources").content]


@official("PTZ-1-1-1", "tptz:GetNodes")
@official("PTZ-1-1-2", "tptz:GetNodes", "tptz:GetNode")
def test_ptz_nodes(onvif: OnvifClient) -> None:
    nodes = onvif.change("tptz:GetNodes").content
    assert len(nodes)
    for node in nodes:
        one = onvif.change("tptz:GetNode", f"<tptz:NodeToken>{node.get('token')}</tptz:NodeToken>")
        assert canonical(one.content[0]) == canonical(node)


@official("PTZ-2-1-1", "tptz:GetConfigurations")
@official("PTZ-2-1-2", "tptz:GetConfigurations", "tptz:GetConfiguration")
@official("PTZ-2-1-3", "tptz:GetConfigurations", "tptz:GetConfigurationOptions")
@official("PTZ-2-1-6", "tptz:GetConfigurations", "tptz:GetNodes")
def test_ptz_configurations(onvif: OnvifClient) -> None:
    found = onvif.change("tptz:GetConfigurations")
    nodes = {each.get("token") for each in onvif.change("tptz:GetNodes").content}
    assert len(found.content)
    assert set(found.texts("tt:NodeToken")) <= nodes
    for each in found.content:
        name = each.get("token")
        one = onvif.change("tptz:GetConfiguration", f"<tptz:PTZConfigurationToken>{name}</tptz:PTZConfigurationToken>")
        assert canonical(one.content[0]) == canonical(each)
        onvif.change("tptz:GetConfigurationOptions", f"<tptz:ConfigurationToken>{name}</tptz:ConfigurationToken>")


@official("MEDIA2-4-1-1", "tr2:GetProfiles")
def test_a_profile_is_ready_for_ptz(onvif: OnvifClient) -> None:
    answer = onvif.change("tr2:GetProfiles", "<tr2:Type>VideoSource</tr2:Type><tr2:Type>PTZ</tr2:Type>")
    parts = [
        {each.tag.rpartition("}")[2] for each in found} for found in answer.content.iterfind(".//{*}Configurations")
    ]
    assert {"VideoSource", "PTZ"} in parts


@official("SECURITY-1-1-2")
def test_http_digest(onvif: OnvifClient, onvif_camera: CameraProcess) -> None:
    url = f"http://127.0.0.1:{onvif_camera.port}/onvif/device_service"
    request = write_envelope("tds:GetUsers")
    refused = requests.post(url, request, timeout=20)
    assert refused.status_code == 401
    assert all(word in refused.headers["WWW-Authenticate"] for word in ("Digest", "realm=", "nonce=", "qop="))
    assert requests.post(url, request, auth=HTTPDigestAuth("admin", PASSWORD), timeout=20).status_code == 200
