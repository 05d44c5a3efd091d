"""ONVIF answers of a real camera: each is valid by ONVIF's own schemas, and agrees with the CGI."""

import pytest
from tests.e2e.camera import CameraProcess
from tests.e2e.streams.test_players import ffprobe_all
from tests.onvif.client import OnvifClient

pytestmark = pytest.mark.slow

PROFILE = "<{0}:ProfileToken>h264</{0}:ProfileToken>"
SOURCE = "<timg:VideoSourceToken>video0</timg:VideoSourceToken>"
READ = {
    "tds": (
        "GetServices GetServiceCapabilities GetCapabilities GetWsdlUrl GetDeviceInformation GetEndpointReference "
        "GetSystemDateAndTime GetScopes GetUsers GetHostname GetDNS GetNTP GetNetworkInterfaces "
        "GetNetworkDefaultGateway GetNetworkProtocols GetDynamicDNS GetIPAddressFilter GetRelayOutputs"
    ),
    "trt": (
        "GetServiceCapabilities GetProfiles GetVideoSources GetAudioSources GetAudioOutputs "
        "GetVideoSourceConfigurations GetVideoEncoderConfigurations GetAudioSourceConfigurations "
        "GetAudioEncoderConfigurations GetAudioOutputConfigurations GetAudioDecoderConfigurations "
        "GetVideoSourceConfigurationOptions GetVideoEncoderConfigurationOptions GetAudioSourceConfigurationOptions "
        "GetAudioEncoderConfigurationOptions GetAudioOutputConfigurationOptions GetAudioDecoderConfigurationOptions"
    ),
    "tr2": (
        "GetServiceCapabilities GetProfiles GetVideoSourceConfigurations GetVideoEncoderConfigurations "
        "GetAudioSourceConfigurations GetAudioEncoderConfigurations GetAudioOutputConfigurations "
        "GetAudioDecoderConfigurations GetVideoSourceConfigurationOptions GetVideoEncoderConfigurationOptions "
        "GetAudioSourceConfigurationOptions GetAudioEncoderConfigurationOptions GetAudioOutputConfigurationOptions "
        "GetAudioDecoderConfigurationOptions"
    ),
    "tev": "GetServiceCapabilities GetEventProperties",
    "tptz": "GetServiceCapabilities GetNodes GetConfigurations",
    "timg": "GetServiceCapabilities",
    "tmd": (
        "GetServiceCapabilities GetVideoSources GetAudioSources GetAudioOutputs GetRelayOutputOptions "
        "GetDigitalInputs GetDigitalInputConfigurationOptions"
    ),
}
"""Operations that need no argument."""
READ_ONE = {
    "tds:GetServices": "<tds:IncludeCapability>true</tds:IncludeCapability>",
    "trt:GetProfile": PROFILE.format("trt"),
    "trt:GetSnapshotUri": PROFILE.format("trt"),
    "trt:GetStreamUri": (
        "<trt:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>HTTP</tt:Protocol>"
        "</tt:Transport></trt:StreamSetup>" + PROFILE.format("trt")
    ),
    "trt:GetGuaranteedNumberOfVideoEncoderInstances": (
        "<trt:ConfigurationToken>video_source0</trt:ConfigurationToken>"
    ),
    "tr2:GetProfiles": "<tr2:Type>All</tr2:Type>",
    "tr2:GetSnapshotUri": PROFILE.format("tr2"),
    "tr2:GetStreamUri": "<tr2:Protocol>RTSP</tr2:Protocol>" + PROFILE.format("tr2"),
    "tr2:GetVideoEncoderInstances": "<tr2:ConfigurationToken>video_source0</tr2:ConfigurationToken>",
    "tptz:GetNode": "<tptz:NodeToken>ptz0</tptz:NodeToken>",
    "tptz:GetConfigurationOptions": "<tptz:ConfigurationToken>ptz0</tptz:ConfigurationToken>",
    "tptz:GetConfiguration": "<tptz:PTZConfigurationToken>ptz0</tptz:PTZConfigurationToken>",
    "tptz:GetCompatibleConfigurations": PROFILE.format("tptz"),
    "tptz:GetStatus": PROFILE.format("tptz"),
    "tptz:GetPresets": PROFILE.format("tptz"),
    "timg:GetImagingSettings": SOURCE,
    "timg:GetOptions": SOURCE,
    "timg:GetStatus": SOURCE,
    "timg:GetMoveOptions": SOURCE,
}


def test_every_answer_is_valid(onvif: OnvifClient) -> None:
    operations = [(f"{prefix}:{name}", "") for prefix, names in READ.items() for name in names.split()]
    for operation, content in (*operations, *READ_ONE.items()):
        onvif.change(operation, content)  # the client checks it by the schemas


def test_values_are_those_of_the_cgi(onvif: OnvifClient, onvif_camera: CameraProcess) -> None:
    client = onvif_camera.client
    assert onvif.ask("tds:GetDeviceInformation").text("tds:FirmwareVersion") == client.value("System.Info", "FWVersion")
    interface = onvif.ask("tds:GetNetworkInterfaces")
    assert interface.text("tt:HwAddress") == client.value("System.Info", "MACAddress")
    profiles = onvif.ask("trt:GetProfiles").content
    tokens = [each.get("token") for each in profiles]
    assert tokens == ["h264", "h264_sub", "mjpeg", "mjpeg_sub", "mpeg4"]
    rtsp = client.value("System", "RTSPPort")
    uri = onvif.ask("tr2:GetStreamUri", READ_ONE["tr2:GetStreamUri"]).text("tr2:Uri")
    assert uri == f"rtsp://127.0.0.1:{rtsp}/onvif/h264"


def test_newer_codecs_are_in_media2(onvif: OnvifClient, onvif_camera: CameraProcess) -> None:
    """Media1 has no name for H.265 and Opus; it leaves them out."""
    client, everything = onvif_camera.client, "<tr2:Type>All</tr2:Type>"
    client.update("Image.H265", Enabled="yes", Resolution="1")
    client.update("Audio", Codec="aac")
    try:
        profiles = onvif.ask("tr2:GetProfiles", everything)
        tokens = ["h264", "h264_sub", "mjpeg", "mjpeg_sub", "mpeg4", "h265"]
        assert [each.get("token") for each in profiles.content] == tokens
        assert {*profiles.texts("tt:Encoding")} == {"H264", "JPEG", "MPV4-ES", "H265", "MP4A-LATM"}
        assert "H265" in onvif.ask("tr2:GetVideoEncoderConfigurationOptions").texts("tt:Encoding")
        assert {*onvif.ask("trt:GetProfiles").texts("tt:Encoding")} == {"H264", "JPEG", "MPEG4", "AAC"}
        assert onvif.ask("trt:GetAudioEncoderConfigurationOptions").texts("tt:Encoding") == ["AAC"]
        encodings = onvif.ask("trt:GetVideoEncoderConfigurations").texts("tt:Encoding")
        assert encodings == ["H264", "H264", "JPEG", "JPEG", "MPEG4"]
        one = "<trt:ConfigurationToken>h265</trt:ConfigurationToken>"
        for operation in ("trt:GetVideoEncoderConfiguration", "trt:GetVideoEncoderConfigurationOptions"):
            assert onvif.refuse(operation, one)[:2] == ["ter:InvalidArgVal", "ter:NoConfig"]
        token = "<tr2:Protocol>RTSP</tr2:Protocol><tr2:ProfileToken>h265</tr2:ProfileToken>"
        address = onvif.ask("tr2:GetStreamUri", token).text("tr2:Uri").replace("//", "//admin:correct%20horse@")
        played = ffprobe_all(address, "-rtsp_transport", "tcp")
        assert {stream.get("codec_name") for stream in played} >= {"hevc", "aac"}
        client.update("Audio", Codec="opus")
        assert "OPUS" in onvif.ask("tr2:GetProfiles", everything).texts("tt:Encoding")
        assert onvif.ask("trt:GetAudioEncoderConfigurations").texts("tt:Encoding") == []
        assert onvif.ask("trt:GetAudioEncoderConfigurationOptions").texts("tt:Encoding") == []
    finally:
        client.update("Audio", Codec="ulaw")
        client.update("Image.H265", Enabled="no")
    assert "H265" not in onvif.ask("tr2:GetProfiles", everything).raw


def test_a_service_answers_at_every_address_whatever_the_prefixes(onvif: OnvifClient) -> None:
    plain = (
        b'  \r\n<?xml version="1.0" encoding="utf-8"?><x:Envelope xmlns:x="http://www.w3.org/2003/05/soap-envelope">'
        b'<x:Header><other xmlns="urn:other"/></x:Header><x:Body>'
        b'<GetVideoSources xmlns="http://www.onvif.org/ver10/media/wsdl"/></x:Body></x:Envelope>\n'
    )
    for path in ("device_service", "media_service", "event_service", "PTZ_Service"):
        assert onvif.at(f"http://camera/onvif/{path}").send(plain).status == 200
