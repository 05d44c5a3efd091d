"""Topics: the groups of parameters as a person looks for them, and their titles."""

TOPICS: dict[str, dict[str, str]] = {
    "Camera": {"System.Info": "Name and place", "NetworkLED": "LED", "Hardware": "Hardware"},
    "Picture": {
        "ImageSource.IO.Sensor": "Picture",
        "ImageSource.IO.OSD.1": "First text in the picture (Overlay)",
        "ImageSource.IO.OSD.2": "Second text (Date and time in the picture)",
        "ImageSource.IO.OSD.3": "Third text",
        "ImageSource.IO.OSD.4": "Fourth text",
        "IRCUt": "Day and night",
    },
    "Streams": {
        "Image.MJPEG": "Motion JPEG",
        "Image.H264": "H.264",
        "Image.MPEG4": "MPEG-4",
        "Image.3GPP": "Mobile phones (3GPP)",
        "Network.Advanced.Multicast": "Multicast",
        "Network.Advanced.QoS": "Priority in the network (QoS)",
    },
    "Sound": {"Audio": "Microphone and speaker", "Properties.Audio": "Sound formats"},
    "Pan and tilt": {"PTZ.Speed": "Speeds", "PTZ.PresetList": "Presets", "RS485": "Serial line (RS-485)"},
    "Inputs and outputs": {"GPIO": "Digital inputs and outputs"},
    "Delivery": {
        "Event.Server.General": "Clips",
        "Event.Server.FTP": "FTP",
        "Event.Server.SMTP": "Mail",
        "Event.Server.Authentication": "Login at the mail server",
        "Event.Server.NetStorage": "Windows share (Samba)",
        "Event.Server.HTTP": "HTTP notifications",
        "Event.Server.MQTT": "MQTT and Home Assistant",
        "Event.Server.External.Storage": "SD card",
        "Recording": "Recording",
    },
    "Network": {
        "Network": "Address",
        "Network.PPPoE": "PPPoE",
        "System": "Ports",
        "Network.Advanced.HTTPS": "HTTPS",
        "Network.DNSUpdate": "Dynamic DNS",
        "Network.UPnP": "UPnP",
        "Network.Advanced.WebRTC": "WebRTC",
        "Network.PortMapping": "Ports at the router",
        "Network.Advanced.Bonjour": "Bonjour",
        "Network.ONVIF": "ONVIF",
    },
    "Time": {"Time": "Clock", "Time.NTP": "Time server (NTP)"},
}
"""Topic to its groups, by name, and the title of each; every group has a topic."""
