"""``Event.Server.MQTT`` (addition): the broker that receives states and events, and sends commands."""

from ipcamd.params.event.server_params import server_certificate, server_login
from ipcamd.params.group import Group, Param
from ipcamd.params.kinds.addresses import HOST_OR_NOTHING
from ipcamd.params.kinds.choice import YES_NO
from ipcamd.params.kinds.number import PORT
from ipcamd.params.kinds.text import Matching, Text

_LEVEL = r"[^+#\/]"
_TOPIC = Matching(
    rf"{_LEVEL}+(\/{_LEVEL}+)*", "levels of an MQTT topic separated by '/', without '+' and '#'", longest=128
)
_LEVEL_KIND = Matching("[A-Za-z0-9_-]+", "letters, digits, '_' and '-'", longest=64)

MQTT = Group(
    "Event.Server.MQTT",
    "",
    (
        Param("Enable", YES_NO, "no", "Publish states and events to an MQTT broker, and accept its commands."),
        Param("MQTTServer", HOST_OR_NOTHING, "", "MQTT broker."),
        Param("Port", PORT, "1883", "TCP port of the MQTT broker; 8883 is usual with TLS."),
        Param("TLS", YES_NO, "no", "Use TLS."),
        server_certificate("MQTT broker"),
        *server_login("MQTT broker"),
        Param("ClientId", Text(64), "", "Client identifier at the MQTT broker; empty: ipcamd and the MAC address."),
        Param("Prefix", _TOPIC, "ipcamd", "Prefix of all topics; the default contains the MAC address."),
        Param("HomeAssistant", YES_NO, "yes", "Announce the camera to Home Assistant."),
        Param("DiscoveryPrefix", _LEVEL_KIND, "homeassistant", "First level of Home Assistant's discovery topics."),
        Param("Account", Text(32), "", "Account whose rank applies to commands; empty: the rank of an administrator."),
    ),
)
