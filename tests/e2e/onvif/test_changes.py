"""ONVIF requests that change settings: the CGI shows the change, and invalid requests change nothing."""

import re
import subprocess

import pytest
from tests.e2e.camera import CameraProcess, Client, eventually
from tests.onvif.client import OnvifClient
from tests.onvif.official import official

pytestmark = pytest.mark.slow

ENCODER = (
    '<tr2:Configuration token="{token}"><tt:Name>x</tt:Name><tt:UseCount>1</tt:UseCount>'
    "<tt:Encoding>{encoding}</tt:Encoding><tt:Resolution><tt:Width>{width}</tt:Width><tt:Height>{height}</tt:Height>"
    '</tt:Resolution><tt:RateControl ConstantBitRate="true"><tt:FrameRateLimit>{rate}</tt:FrameRateLimit>'
    "<tt:BitrateLimit>{bitrate}</tt:BitrateLimit></tt:RateControl><tt:Quality>2</tt:Quality></tr2:Configuration>"
)
PROFILE = "<tptz:ProfileToken>h264</tptz:ProfileToken>"


@pytest.fixture
def client(onvif_camera: CameraProcess) -> Client:
    return onvif_camera.client


def encoder(**more: object) -> str:
    return ENCODER.format(
        **{"token": "h264", "encoding": "H264", "width": 640, "height": 480, "rate": 12, "bitrate": 3000, **more}
    )


def test_an_encoder_is_set_and_a_rate_in_between_becomes_the_nearest(onvif: OnvifClient, client: Client) -> None:
    onvif.change("tr2:SetVideoEncoderConfiguration", encoder())
    assert [client.value("Image.H264", name) for name in ("Resolution", "Ratecontrol", "Bitrate", "Quality")] == [
        "0", "cbr", "3000", "2",
    ]  # fmt: skip
    shown = onvif.ask("tr2:GetVideoEncoderConfigurations", "<tr2:ConfigurationToken>h264</tr2:ConfigurationToken>")
    assert shown.text("tt:FrameRateLimit") == client.value("Image.H264", "Framerate") == "10"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"width": 641}, "641x480: allowed are 2048x1536"),
        ({"rate": 31}, "frame rate 31: allowed are 1 to 30"),
        ({"bitrate": 6001}, "bit rate 6001: allowed are 1000 to 6000"),
        ({"encoding": "JPEG"}, "Encoding: h264 is H264"),
    ],
)
def test_an_encoder_beyond_its_options_is_refused(
    onvif: OnvifClient, client: Client, wrong: dict[str, object], words: str
) -> None:
    before = client.get("/cgi/admin/param.cgi", action="list", group="Image.H264").text
    *codes, reason = onvif.refuse("tr2:SetVideoEncoderConfiguration", encoder(**wrong))
    assert codes == ["ter:InvalidArgVal", "ter:ConfigModify"]
    assert reason.startswith(words)
    assert client.get("/cgi/admin/param.cgi", action="list", group="Image.H264").text == before


@pytest.mark.parametrize("encoding", ["", "H264"])
def test_media1_refuses_each_encoding_of_a_codec_that_it_does_not_define(onvif: OnvifClient, encoding: str) -> None:
    content = encoder(token="h265", encoding=encoding).replace("tr2:", "trt:")
    content += "<trt:ForcePersistence>true</trt:ForcePersistence>"
    *codes, reason = onvif.refuse("trt:SetVideoEncoderConfiguration", content)
    assert codes == ["ter:InvalidArgVal", "ter:ConfigModify"]
    assert reason == "Encoding: h265 is unknown to this service"


@pytest.mark.parametrize("limit", ["FrameRateLimit", "BitrateLimit"])
def test_a_rate_control_without_a_limit_is_refused_by_media2_alone(
    onvif: OnvifClient, client: Client, limit: str
) -> None:
    """VideoRateControl2 requires both (onvif.xsd); Media1 keeps the present value."""
    onvif.change("tr2:SetVideoEncoderConfiguration", encoder())
    before = client.get("/cgi/admin/param.cgi", action="list", group="Image.H264").text
    content = re.sub(f"<tt:{limit}>.*</tt:{limit}>", "", encoder())
    refused = onvif.refuse("tr2:SetVideoEncoderConfiguration", content)
    assert refused == ["ter:InvalidArgVal", f"RateControl/{limit} is missing"]
    media1 = content.replace("tr2:", "trt:") + "<trt:ForcePersistence>true</trt:ForcePersistence>"
    onvif.change("trt:SetVideoEncoderConfiguration", media1)
    assert client.get("/cgi/admin/param.cgi", action="list", group="Image.H264").text == before


@pytest.mark.parametrize("enabled", ["yes", "no"])
def test_both_capabilities_count_the_microphone_that_the_device_has(
    onvif: OnvifClient, client: Client, enabled: str
) -> None:
    client.update("Audio", MicEnabled=enabled)
    try:
        whole = onvif.ask("tds:GetCapabilities", "<tds:Category>All</tds:Category>")
        own = onvif.ask("tmd:GetServiceCapabilities").content[0]
        for name in ("AudioSources", "AudioOutputs"):
            listed = onvif.ask(f"tmd:Get{name}").texts("tmd:Token")
            assert whole.text(f"tt:{name}") == own.get(name) == str(len(listed)) == "1"
    finally:
        client.update("Audio", MicEnabled="yes")


def test_a_profile_is_made_watched_changed_and_deleted(onvif: OnvifClient, client: Client) -> None:
    onvif.change("trt:CreateProfile", "<trt:Name>A &amp; B</trt:Name><trt:Token>Mine</trt:Token>")
    token = "<trt:ProfileToken>Mine</trt:ProfileToken>"
    assert onvif.refuse("tr2:GetStreamUri", "<tr2:Protocol>RTSP</tr2:Protocol>" + token.replace("trt", "tr2"))[:2] == [
        "ter:Action", "ter:IncompleteConfiguration",
    ]  # fmt: skip
    for kind, part in (("VideoSource", "video_source0"), ("VideoEncoder", "mjpeg")):
        content = f"{token}<trt:ConfigurationToken>{part}</trt:ConfigurationToken>"
        onvif.change(f"trt:Add{kind}Configuration", content)
    assert "A & B" in onvif.ask("trt:GetProfile", token).texts("tt:Name")
    port = client.value("System", "RTSPPort")
    assert tracks(f"rtsp://admin:correct%20horse@127.0.0.1:{port}/onvif/Mine") == ["mjpeg"]
    audio = "".join(
        f"<tr2:Configuration><tr2:Type>{kind}</tr2:Type></tr2:Configuration>"
        for kind in ("AudioSource", "AudioEncoder")
    )
    onvif.change("tr2:AddConfiguration", token.replace("trt", "tr2") + audio)
    assert tracks(f"rtsp://admin:correct%20horse@127.0.0.1:{port}/onvif/mine") == ["mjpeg", "pcm_mulaw"]
    onvif.change("tr2:DeleteProfile", "<tr2:Token>Mine</tr2:Token>")
    assert onvif.refuse("trt:GetProfile", token)[1] == "ter:NoProfile"
    assert onvif.refuse("tr2:DeleteProfile", "<tr2:Token>h264</tr2:Token>")[1] == "ter:DeletionOfFixedProfile"


def test_a_new_name_of_a_profile_has_the_length_of_onvif(onvif: OnvifClient) -> None:
    onvif.change("trt:CreateProfile", "<trt:Name>short</trt:Name><trt:Token>Mine</trt:Token>")
    rename = "<tr2:ProfileToken>Mine</tr2:ProfileToken><tr2:Name>{}</tr2:Name>"
    try:
        onvif.change("tr2:AddConfiguration", rename.format("n" * 64))
        assert onvif.refuse("tr2:AddConfiguration", rename.format("m" * 65))[0] == "ter:InvalidArgVal"
        names = onvif.ask("tr2:GetProfiles", "<tr2:Token>Mine</tr2:Token>").texts("tr2:Name")
        assert names == ["n" * 64]
    finally:
        onvif.change("tr2:DeleteProfile", "<tr2:Token>Mine</tr2:Token>")


def test_a_change_of_a_profile_keeps_a_microphone_that_is_disabled(onvif: OnvifClient, client: Client) -> None:
    part = "<tr2:Configuration><tr2:Type>{}</tr2:Type></tr2:Configuration>"
    profile = "<tr2:ProfileToken>Mine</tr2:ProfileToken>"
    shown = "<tr2:Token>Mine</tr2:Token><tr2:Type>All</tr2:Type>"
    onvif.change("trt:CreateProfile", "<trt:Name>Mine</trt:Name><trt:Token>Mine</trt:Token>")
    try:
        onvif.change("tr2:AddConfiguration", profile + part.format("AudioSource") + part.format("PTZ"))
        client.update("Audio", MicEnabled="no")
        onvif.change("tr2:AddConfiguration", profile + part.format("VideoSource"))
        onvif.change("tr2:RemoveConfiguration", profile + part.format("PTZ"))
        assert "AudioSource" not in onvif.ask("tr2:GetProfiles", shown).raw
        client.update("Audio", MicEnabled="yes")
        parts = onvif.ask("tr2:GetProfiles", shown).content.findall(".//{*}Configurations/*")
        assert [each.tag.rpartition("}")[2] for each in parts] == ["VideoSource", "AudioSource"]
    finally:
        client.update("Audio", MicEnabled="yes")
        onvif.change("tr2:DeleteProfile", "<tr2:Token>Mine</tr2:Token>")


def tracks(url: str) -> list[str]:
    """Return the codecs that a player finds."""
    command = [
        "ffprobe",
        "-v",
        "error",
        "-rtsp_transport",
        "tcp",
        "-show_entries",
        "stream=codec_name",
        "-of",
        "csv=p=0",
    ]
    return subprocess.run([*command, url], check=True, capture_output=True, text=True, timeout=60).stdout.split()


def test_the_head_moves_stops_and_finds_its_presets(onvif: OnvifClient) -> None:
    def ask(operation: str, content: str = "") -> str:
        return onvif.change(f"tptz:{operation}", PROFILE + content).raw

    def rests() -> bool:
        return "<tt:PanTilt>IDLE" in ask("GetStatus")

    ask("AbsoluteMove", '<tptz:Position><tt:PanTilt x="0.1" y="-0.05"/><tt:Zoom x="0.2"/></tptz:Position>')
    eventually(rests)
    assert 'x="0.1" y="-0.05"' in ask("GetStatus")
    ask("SetPreset", "<tptz:PresetName>door</tptz:PresetName>")
    assert onvif.refuse("tptz:SetPreset", PROFILE + "<tptz:PresetName>a|b</tptz:PresetName>")[1] == (
        "ter:InvalidPresetName"
    )
    velocity = '<tptz:Velocity><tt:PanTilt x="-1" y="0"/></tptz:Velocity>'
    ask("ContinuousMove", f"{velocity}<tptz:Timeout>PT0.3S</tptz:Timeout>")
    eventually(rests)  # the time is over, long before the limit
    assert 'x="-1"' not in ask("GetStatus")
    ask("ContinuousMove", velocity)
    assert not rests()
    ask("Stop")
    eventually(rests)
    ask("GotoPreset", "<tptz:PresetToken>1</tptz:PresetToken>")
    eventually(rests)
    assert 'x="0.1" y="-0.05"' in ask("GetStatus")
    ask("RemovePreset", "<tptz:PresetToken>1</tptz:PresetToken>")
    assert onvif.refuse("tptz:GotoPreset", PROFILE + "<tptz:PresetToken>1</tptz:PresetToken>")[1] == "ter:NoToken"
    beyond = '<tptz:Position><tt:PanTilt x="1.01" y="0"/></tptz:Position>'
    assert onvif.refuse("tptz:AbsoluteMove", PROFILE + beyond)[1] == "ter:InvalidPosition"


def test_picture_lens_filter_and_output_are_set(onvif: OnvifClient, client: Client) -> None:
    source = "<timg:VideoSourceToken>video0</timg:VideoSourceToken>"
    values = "<tt:Brightness>99.6</tt:Brightness><tt:IrCutFilter>OFF</tt:IrCutFilter>"
    onvif.change("timg:SetImagingSettings", f"{source}<timg:ImagingSettings>{values}</timg:ImagingSettings>")
    assert client.value("ImageSource.IO.Sensor", "Brightness") == "100"
    assert client.value("IRCUt", "Usage") == "off"
    wrong = f"{source}<timg:ImagingSettings><tt:Contrast>256</tt:Contrast></timg:ImagingSettings>"
    assert onvif.refuse("timg:SetImagingSettings", wrong)[1] == "ter:SettingsInvalid"
    focus = "<timg:Focus><tt:Absolute><tt:Position>30</tt:Position></tt:Absolute></timg:Focus>"
    onvif.change("timg:Move", source + focus)
    eventually(lambda: onvif.ask("timg:GetStatus", source).text("tt:Position") == "30")
    state = "<tds:RelayOutputToken>relay1</tds:RelayOutputToken><tds:LogicalState>{}</tds:LogicalState>"
    onvif.change("tds:SetRelayOutputState", state.format("active"))
    assert client.value("GPIO", "TriggerOutStatus1") == "high"
    onvif.change("tds:SetRelayOutputState", state.format("inactive"))
    assert client.value("GPIO", "TriggerOutStatus1") == "low"


def test_device_settings_are_set_and_read_again(onvif: OnvifClient, client: Client) -> None:
    zone = "<tds:TimeZone><tt:TZ>CET-1CEST,M3.5.0,M10.5.0/3</tt:TZ></tds:TimeZone>"
    time = "<tt:Time><tt:Hour>12</tt:Hour><tt:Minute>0</tt:Minute><tt:Second>0</tt:Second></tt:Time>"
    date = "<tt:Date><tt:Year>2031</tt:Year><tt:Month>7</tt:Month><tt:Day>1</tt:Day></tt:Date>"
    content = "<tds:DateTimeType>Manual</tds:DateTimeType><tds:DaylightSavings>true</tds:DaylightSavings>" + zone
    onvif.change("tds:SetSystemDateAndTime", f"{content}<tds:UTCDateTime>{time}{date}</tds:UTCDateTime>")
    assert client.get("/cgi/admin/date.cgi", action="get").text.startswith("2031/7/1 14:00:")
    assert onvif.ask("tds:GetSystemDateAndTime").text("tt:TZ").startswith("CET-1CEST")
    bad = content.replace("CET-1CEST,M3.5.0,M10.5.0/3", "XYZ-3:17")
    assert onvif.refuse("tds:SetSystemDateAndTime", bad)[1] in ("ter:InvalidTimeZone", "ter:InvalidDateTime")

    onvif.change("tds:SetHostname", "<tds:Name>door-7</tds:Name>")
    assert onvif.ask("tds:GetHostname").text("tt:Name") == client.value("Network.ONVIF", "Hostname") == "door-7"
    assert onvif.refuse("tds:SetHostname", "<tds:Name>-</tds:Name>")[1] == "ter:InvalidHostname"

    scope = "onvif://www.onvif.org/name/Front%20door"
    onvif.change("tds:AddScopes", f"<tds:ScopeItem>{scope}</tds:ScopeItem><tds:ScopeItem>urn:mine</tds:ScopeItem>")
    assert client.value("System.Info", "ServerName") == "Front door"
    assert {scope, "urn:mine"} < set(onvif.ask("tds:GetScopes").texts("tt:ScopeItem"))
    onvif.change("tds:RemoveScopes", "<tds:ScopeItem>urn:mine</tds:ScopeItem>")
    assert "urn:mine" not in onvif.ask("tds:GetScopes").raw

    user = (
        "<tds:User><tt:Username>eve</tt:Username><tt:Password>horse 42</tt:Password><tt:UserLevel>User</tt:UserLevel>"
    )
    onvif.change("tds:CreateUsers", f"{user}</tds:User>")
    assert onvif.refuse("tds:CreateUsers", f"{user}</tds:User>")[1] == "ter:UsernameClash"
    assert "eve" in onvif.ask("tds:GetUsers").texts("tt:Username")
    other = user.replace(">eve<", ">bob<").replace("horse 42", "12345")
    assert (
        onvif.refuse("tds:CreateUsers", f"{user.replace('>eve<', '>ann<')}</tds:User>{other}</tds:User>")[1]
        == "ter:Password"
    )
    assert {"ann", "bob"}.isdisjoint(onvif.ask("tds:GetUsers").texts("tt:Username"))  # all or none
    raised = user.replace("UserLevel>User", "UserLevel>Operator")
    missing = raised.replace(">eve<", ">nobody<")
    assert onvif.refuse("tds:SetUser", f"{raised}</tds:User>{missing}</tds:User>")[1] == "ter:UsernameMissing"
    weak = f"{raised}</tds:User>{raised.replace('horse 42', '12345')}</tds:User>"
    assert onvif.refuse("tds:SetUser", weak)[1] == "ter:Password"
    assert "Operator" not in onvif.ask("tds:GetUsers").texts("tt:UserLevel")
    onvif.change("tds:DeleteUsers", "<tds:Username>eve</tds:Username>")
    assert onvif.refuse("tds:DeleteUsers", "<tds:Username>admin</tds:Username>")[1] == "ter:FixedUser"


def test_settings_that_were_read_can_be_set(onvif: OnvifClient) -> None:
    interface = onvif.ask("tds:GetNetworkInterfaces")
    address, length = interface.text("tt:Address"), interface.text("tt:PrefixLength")
    manual = f"<tt:Manual><tt:Address>{address}</tt:Address><tt:PrefixLength>{length}</tt:PrefixLength></tt:Manual>"
    token = "<tds:InterfaceToken>eth0</tds:InterfaceToken>"
    ipv4 = f"<tt:IPv4><tt:Enabled>true</tt:Enabled>{manual}<tt:DHCP>false</tt:DHCP></tt:IPv4>"
    onvif.change("tds:SetNetworkInterfaces", f"{token}<tds:NetworkInterface>{ipv4}</tds:NetworkInterface>")
    ports = "".join(
        f"<tds:NetworkProtocols><tt:Name>{name}</tt:Name><tt:Enabled>true</tt:Enabled><tt:Port>{port}</tt:Port>"
        "</tds:NetworkProtocols>"
        for name, port in zip(
            onvif.ask("tds:GetNetworkProtocols").texts("tt:Name"),
            onvif.ask("tds:GetNetworkProtocols").texts("tt:Port"),
            strict=True,
        )
        if name != "HTTPS"
    )
    onvif.change("tds:SetNetworkProtocols", ports)
    assert onvif.refuse("tds:SetNetworkInterfaces", token.replace("eth0", "wlan9") + "<tds:NetworkInterface/>")[1] == (
        "ter:InvalidNetworkInterface"
    )


@official("MEDIA2-2-2-5", "tr2:SetVideoSourceConfiguration")
def test_a_new_name_of_a_configuration_is_an_event(onvif: OnvifClient) -> None:
    """MEDIA2-2-2-5: the event names the configuration and its kind."""
    topic = (
        '<tev:Filter><wsnt:TopicExpression Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">'
        "tns1:Media/ConfigurationChanged</wsnt:TopicExpression></tev:Filter>"
    )
    point = onvif.at(onvif.change("tev:CreatePullPointSubscription", topic).texts("{*}Address")[0])
    content = (
        '<tr2:Configuration token="video_source0"><tt:Name>{}</tt:Name><tt:UseCount>1</tt:UseCount>'
        '<tt:SourceToken>video0</tt:SourceToken><tt:Bounds x="0" y="0" width="1280" height="720"/></tr2:Configuration>'
    )
    for name in ("TestName1", "Picture"):
        onvif.change("tr2:SetVideoSourceConfiguration", content.format(name))
        assert onvif.ask("trt:GetVideoSourceConfigurations").texts("tt:Name") == [name]
        pulled = point.change(
            "tev:PullMessages", "<tev:Timeout>PT20S</tev:Timeout><tev:MessageLimit>9</tev:MessageLimit>"
        )
        values = [each.get("Value") for each in pulled.content.findall(".//{*}SimpleItem")]
        assert values == ["video_source0", "VideoSource"]
    refused = onvif.refuse("tr2:SetVideoSourceConfiguration", content.format("x" * 65))
    assert refused[:2] == ["ter:InvalidArgVal", "ter:ConfigModify"]
    point.change("wsnt:Unsubscribe")
