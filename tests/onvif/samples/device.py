"""Samples of the device service."""

from tests.onvif.samples.sample import Effect, Sample

_USER = "<tds:User><tt:Username>{}</tt:Username><tt:Password>{}</tt:Password><tt:UserLevel>{}</tt:UserLevel></tds:User>"
_EVE = _USER.format("eve", "horse 42", "User")
_DELETE_EVE = ("tds:DeleteUsers", "<tds:Username>eve</tds:Username>")
_SCOPE = "<tds:ScopeItem>urn:mine</tds:ScopeItem>"
_SERVER = "<tds:DNSManual><tt:Type>IPv4</tt:Type><tt:IPv4Address>{}</tt:IPv4Address></tds:DNSManual>"
_NTP = "<tds:FromDHCP>{}</tds:FromDHCP><tds:NTPManual><tt:Type>DNS</tt:Type><tt:DNSname>{}</tt:DNSname></tds:NTPManual>"
_ZONE = (
    "<tds:DateTimeType>{}</tds:DateTimeType><tds:DaylightSavings>{}</tds:DaylightSavings>"
    "<tds:TimeZone><tt:TZ>{}</tt:TZ></tds:TimeZone>"
)
_TIME = "<tds:UTCDateTime>{}</tds:UTCDateTime>".format(
    "<tt:Time><tt:Hour>12</tt:Hour><tt:Minute>{}</tt:Minute><tt:Second>0</tt:Second></tt:Time>"
    "<tt:Date><tt:Year>2031</tt:Year><tt:Month>7</tt:Month><tt:Day>1</tt:Day></tt:Date>"
)
_FILTER = (
    "<tds:IPAddressFilter><tt:Type>{}</tt:Type><tt:IPv4Address><tt:Address>192.0.2.0</tt:Address>"
    "<tt:PrefixLength>24</tt:PrefixLength></tt:IPv4Address></tds:IPAddressFilter>"
)
_DENY = _FILTER.format("Deny")
_SHOWN_FILTER = Effect(("tds:GetIPAddressFilter", ""), "192.0.2.0")
_NO_FILTER = ("tds:SetIPAddressFilter", "<tds:IPAddressFilter><tt:Type>Deny</tt:Type></tds:IPAddressFilter>")
_PROTOCOL = (
    "<tds:NetworkProtocols><tt:Name>{}</tt:Name><tt:Enabled>{}</tt:Enabled><tt:Port>{}</tt:Port></tds:NetworkProtocols>"
)
_HTTPS_OFF, _HTTPS_ON = (
    _PROTOCOL.format("HTTPS", enabled, "{Network.Advanced.HTTPS.HttpsPort}") for enabled in ("false", "true")
)
_INTERFACE = (
    "<tds:InterfaceToken>{}</tds:InterfaceToken><tds:NetworkInterface><tt:Link>"
    "<tt:AutoNegotiation>{}</tt:AutoNegotiation><tt:Speed>{}</tt:Speed><tt:Duplex>Full</tt:Duplex></tt:Link>"
    "</tds:NetworkInterface>"
)
_DYNDNS = "<tds:Type>NoUpdate</tds:Type><tds:Name>{}</tds:Name>"
_GATEWAY = "<tds:IPv4Address>{}</tds:IPv4Address>"
_RELAY = "<tds:RelayOutputToken>{}</tds:RelayOutputToken>"
_PROPERTIES = (
    "<tds:Properties><tt:Mode>{}</tt:Mode><tt:DelayTime>PT0S</tt:DelayTime><tt:IdleState>open</tt:IdleState>"
    "</tds:Properties>"
)
_ZERO = "<tds:InterfaceToken>{}</tds:InterfaceToken><tds:Enabled>{}</tds:Enabled>"
_FILTER_MODE = ("timg:GetImagingSettings", "<timg:VideoSourceToken>video0</timg:VideoSourceToken>")

SAMPLES = {
    "tds:GetServices": Sample("<tds:IncludeCapability>true</tds:IncludeCapability>"),
    "tds:GetServiceCapabilities": Sample(),
    "tds:GetCapabilities": Sample(
        "<tds:Category>All</tds:Category>", wrong=(("<tds:Category>Analytics</tds:Category>", "NoSuchService"),)
    ),
    "tds:GetWsdlUrl": Sample(),
    "tds:GetDeviceInformation": Sample(),
    "tds:GetEndpointReference": Sample(),
    "tds:SystemReboot": Sample(ends_camera=True),
    "tds:SetSystemFactoryDefault": Sample("<tds:FactoryDefault>Soft</tds:FactoryDefault>", ends_camera=True),
    "tds:GetSystemDateAndTime": Sample(),
    "tds:SetSystemDateAndTime": Sample(
        _ZONE.format("NTP", "true", "CET-1CEST,M3.5.0,M10.5.0/3"),
        Effect(("tds:GetSystemDateAndTime", ""), "NTP</tt:DateTimeType><tt:DaylightSavings>true"),
        undo=(("tds:SetSystemDateAndTime", _ZONE.format("NTP", "false", "UTC0")),),
        wrong=(
            (_ZONE.format("NTP", "true", "XYZ-3:17"), "InvalidTimeZone"),
            (_ZONE.format("Manual", "true", "UTC0"), "InvalidDateTime"),
            (_ZONE.format("Manual", "true", "UTC0") + _TIME.format(61), "InvalidDateTime"),
        ),
    ),
    "tds:GetScopes": Sample(),
    "tds:SetScopes": Sample(
        "<tds:Scopes>onvif://www.onvif.org/name/door</tds:Scopes>",
        Effect(("tds:GetScopes", ""), "onvif://www.onvif.org/name/door"),
        undo=(("tds:SetScopes", "<tds:Scopes>onvif://www.onvif.org/name/ipcamd</tds:Scopes>"),),
        wrong=(("<tds:Scopes>onvif://www.onvif.org/Profile/Streaming</tds:Scopes>", "ScopeOverwrite"),),
    ),
    "tds:AddScopes": Sample(_SCOPE, Effect(("tds:GetScopes", ""), "urn:mine"), undo=(("tds:RemoveScopes", _SCOPE),)),
    "tds:RemoveScopes": Sample(
        _SCOPE,
        Effect(("tds:GetScopes", ""), "urn:mine", is_gone=True),
        prepare=(("tds:AddScopes", _SCOPE),),
        wrong=(
            ("<tds:ScopeItem>urn:other</tds:ScopeItem>", "NoScope"),
            ("<tds:ScopeItem>onvif://www.onvif.org/Profile/Streaming</tds:ScopeItem>", "FixedScope"),
        ),
    ),
    "tds:GetDiscoveryMode": Sample(),
    "tds:SetDiscoveryMode": Sample(
        "<tds:DiscoveryMode>NonDiscoverable</tds:DiscoveryMode>",
        Effect(("tds:GetDiscoveryMode", ""), "NonDiscoverable"),
        undo=(("tds:SetDiscoveryMode", "<tds:DiscoveryMode>Discoverable</tds:DiscoveryMode>"),),
    ),
    "tds:GetUsers": Sample(),
    "tds:CreateUsers": Sample(
        _EVE,
        Effect(("tds:GetUsers", ""), ">eve<"),
        undo=(_DELETE_EVE,),
        wrong=(
            (_USER.format("admin", "horse 42", "User"), "UsernameClash"),
            (_USER.format("ann", "12345", "User"), "Password"),
            (_USER.format("a" * 33, "horse 42", "User"), "UsernameTooLong"),
        ),
    ),
    "tds:SetUser": Sample(
        _USER.format("eve", "horse 43", "Operator"),
        Effect(("tds:GetUsers", ""), "<tt:Username>eve</tt:Username><tt:UserLevel>Operator"),
        prepare=(("tds:CreateUsers", _EVE),),
        undo=(_DELETE_EVE,),
        wrong=((_USER.format("nobody", "horse 42", "User"), "UsernameMissing"),),
    ),
    "tds:DeleteUsers": Sample(
        _DELETE_EVE[1],
        Effect(("tds:GetUsers", ""), ">eve<", is_gone=True),
        prepare=(("tds:CreateUsers", _EVE),),
        wrong=(
            ("<tds:Username>nobody</tds:Username>", "UsernameMissing"),
            ("<tds:Username>admin</tds:Username>", "FixedUser"),
        ),
    ),
    "tds:GetHostname": Sample(),
    "tds:SetHostname": Sample(
        "<tds:Name>door-7</tds:Name>",
        Effect(("tds:GetHostname", ""), "door-7"),
        undo=(("tds:SetHostname", "<tds:Name>camera</tds:Name>"),),
        wrong=(("<tds:Name>-</tds:Name>", "InvalidHostname"),),
    ),
    "tds:GetDNS": Sample(),
    "tds:SetDNS": Sample(
        f"<tds:FromDHCP>false</tds:FromDHCP>{_SERVER.format('{Network.DNSServer1}')}",
        is_fixed=True,  # a virtual network cannot change
        wrong=(
            (f"<tds:FromDHCP>false</tds:FromDHCP>{_SERVER.format('192.0.2.256')}", "InvalidIPv4Address"),
            ("<tds:FromDHCP>false</tds:FromDHCP><tds:SearchDomain>lan</tds:SearchDomain>", "SettingNotSupported"),
        ),
    ),
    "tds:GetNTP": Sample(),
    "tds:SetNTP": Sample(
        _NTP.format("false", "second.invalid"),
        Effect(("tds:GetNTP", ""), "second.invalid"),
        undo=(("tds:SetNTP", _NTP.format("false", "first.invalid")),),
        wrong=((_NTP.format("true", "second.invalid"), "SettingNotSupported"),),
    ),
    "tds:GetNetworkInterfaces": Sample(),
    "tds:SetNetworkInterfaces": Sample(
        _INTERFACE.format("eth0", "false", 100),
        Effect(("tds:GetNetworkInterfaces", ""), "<tt:AutoNegotiation>false"),
        undo=(("tds:SetNetworkInterfaces", _INTERFACE.format("eth0", "true", 100)),),
        wrong=(
            (_INTERFACE.format("wlan9", "true", 100), "InvalidNetworkInterface"),
            (_INTERFACE.format("eth0", "false", 11), "InvalidInterfaceSpeed"),
        ),
    ),
    "tds:GetNetworkDefaultGateway": Sample(),
    "tds:SetNetworkDefaultGateway": Sample(
        _GATEWAY.format("{Network.DefaultRouter}"),
        is_fixed=True,
        wrong=((_GATEWAY.format("192.0.2"), "InvalidGatewayAddress"),),
    ),
    "tds:GetNetworkProtocols": Sample(),
    "tds:SetNetworkProtocols": Sample(
        _HTTPS_ON,
        Effect(("tds:GetNetworkProtocols", ""), "<tt:Name>HTTPS</tt:Name><tt:Enabled>true"),
        undo=(("tds:SetNetworkProtocols", _HTTPS_OFF),),
        wrong=(
            (_PROTOCOL.format("RTSP", "true", 70000), "ServiceNotSupported"),
            (_PROTOCOL.format("RTSP", "false", 554), "OperationProhibited"),
        ),
    ),
    "tds:GetDynamicDNS": Sample(),
    "tds:SetDynamicDNS": Sample(
        _DYNDNS.format("door.example.org"),
        Effect(("tds:GetDynamicDNS", ""), "door.example.org"),
        undo=(("tds:SetDynamicDNS", _DYNDNS.format("")),),
        wrong=(("<tds:Type>ServerUpdates</tds:Type>", "SettingNotSupported"),),
    ),
    "tds:GetZeroConfiguration": Sample(),
    "tds:SetZeroConfiguration": Sample(
        _ZERO.format("eth0", "false"),
        is_fixed=True,
        wrong=(
            (_ZERO.format("wlan9", "false"), "InvalidNetworkInterface"),
            (_ZERO.format("eth0", "true"), "SettingNotSupported"),
        ),
    ),
    "tds:SendAuxiliaryCommand": Sample(
        "<tds:AuxiliaryCommand>tt:IRLamp|On</tds:AuxiliaryCommand>",
        Effect(_FILTER_MODE, "<tt:IrCutFilter>OFF"),
        undo=(("tds:SendAuxiliaryCommand", "<tds:AuxiliaryCommand>tt:IRLamp|Auto</tds:AuxiliaryCommand>"),),
        wrong=(("<tds:AuxiliaryCommand>tt:Wiper|On</tds:AuxiliaryCommand>", "AuxiliaryDataNotSupported"),),
    ),
    "tds:GetIPAddressFilter": Sample(),
    "tds:SetIPAddressFilter": Sample(_DENY, _SHOWN_FILTER, undo=(_NO_FILTER,)),
    "tds:AddIPAddressFilter": Sample(_DENY, _SHOWN_FILTER, undo=(_NO_FILTER,)),
    "tds:RemoveIPAddressFilter": Sample(
        _DENY,
        Effect(("tds:GetIPAddressFilter", ""), "192.0.2.0", is_gone=True),
        prepare=(("tds:SetIPAddressFilter", _DENY),),
        wrong=((_FILTER.format("Deny"), "NoIPv4Address"),),
    ),
    "tds:GetRelayOutputs": Sample(),
    "tds:SetRelayOutputSettings": Sample(
        _RELAY.format("relay1") + _PROPERTIES.format("Bistable"),
        is_fixed=True,
        wrong=(
            (_RELAY.format("relay9") + _PROPERTIES.format("Bistable"), "RelayToken"),
            (_RELAY.format("relay1") + _PROPERTIES.format("Monostable"), "ModeError"),
        ),
    ),
    "tds:SetRelayOutputState": Sample(
        f"{_RELAY.format('relay1')}<tds:LogicalState>active</tds:LogicalState>",
        undo=(
            (
                "tds:SetRelayOutputState",
                f"{_RELAY.format('relay1')}<tds:LogicalState>inactive</tds:LogicalState>",
            ),
        ),
        wrong=((f"{_RELAY.format('relay9')}<tds:LogicalState>active</tds:LogicalState>", "RelayToken"),),
        is_fixed=True,  # no operation reads the state; its event reports it
    ),
}
