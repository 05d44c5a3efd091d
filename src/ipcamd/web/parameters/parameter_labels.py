"""Parameter labels: the names of parameters on pages, derived from their names or listed."""

import re

_LABELS = {
    "HTTPPort": "HTTP port", "HttpsPort": "HTTPS port", "RtspsPort": "RTSPS port", "RTSPAuth": "Login for RTSP",
    "Smtpport": "Port", "MailServer1": "Mail server", "FTPServer": "FTP server", "SambaServer": "Samba server",
    "StartHr": "Start: hour", "StartMin": "Start: minute", "EndHr": "End: hour", "EndMin": "End: minute",
    "EmailTo": "Recipient", "EmailTo2": "Second recipient", "FromEmail": "Sender", "SSL": "Encryption",
    "BootProto": "Address assignment", "DNSName": "Host name", "PT": "Pan and tilt", "CGI": "CGI version",
    "FWVersion": "Firmware version", "FWBuild": "Firmware build", "Ratecontrol": "Rate control",
    "MicIn": "Microphone", "MicEnabled": "Microphone", "AudioOut": "Speaker", "SpeakerEnabled": "Speaker",
    "TriggerIn": "Digital inputs", "TriggerOut": "Digital outputs", "TriggerOutStatus1": "Output 1",
    "TriggerInStatus1": "Input 1", "TriggerInStatus2": "Input 2", "RS485": "RS-485", "MJPEG": "Motion JPEG",
    "MPEG4": "MPEG-4", "MPEG4Port": "MPEG-4 port", "H264Port": "H.264 port", "AttachSize": "Largest attachment",
    "PreEvent": "Time before the event", "PostEvent": "Time after the event", "InterfaceSelectMode": "Interface",
    "SpoolItems": "Waiting deliveries", "SpoolSize": "Size of waiting deliveries", "Media": "Link speed",
    "OverlayText": "Overlay", "IncludeText": "Name in the overlay", "OverlayDate": "Date and time in the picture",
    "OverlayOpaque": "Opaque background", "Bitrate": "Bit rate", "Framerate": "Frame rate", "AUDIOPort": "Audio port",
    "GroupIP": "Group address", "HttpMode": "HTTP beside HTTPS", "IPv6Status": "Status over IPv6",
    "WsseWindow": "Largest difference of clocks", "ClientId": "Client ID", "HomeAssistant": "Home Assistant discovery",
    "TriggerMotion": "Motion", "ScheduleTimeMode": "Its own time", "ScheduleTimeStatus": "Certain hours only",
    "ScheduleTimeStartHour": "Start: hour", "ScheduleTimeStartMin": "Start: minute",
    "ScheduleTimeEndHour": "End: hour", "ScheduleTimeEndMin": "End: minute", "EnableFtp": "Send by FTP",
    "EnableEmail": "Send by mail", "EnableSamba": "Send to the Samba share", "EnableSDCard": "Record on the SD card",
    "SnapshotInterval": "Picture every", "EnableMQTT": "Publish by MQTT",
    "EnableDigitalOutput": "Set output 1 high", "DigitalOutputTime": "Duration of the output",
    **{f"TriggerDI{number}": f"Input {number}" for number in (1, 2)},
    **{f"TriggerDI{number}Type": f"Level of input {number}" for number in (1, 2)},
    **{f"ExName{number}": f"External command {number}: name" for number in range(1, 6)},
    **{f"ExCommand{number}": f"External command {number}: bytes" for number in range(1, 6)},
}  # fmt: skip
"""Labels of parameters whose names are unclear."""


def label(name: str) -> str:
    """Return the label of a parameter, derived from its name: ``SubnetMask`` is "Subnet mask"."""
    if name in _LABELS:
        return _LABELS[name]
    words = re.findall(r"[A-Z]{2,}[0-9]*(?=[A-Z][a-z]|$)|[A-Z]?[a-z]+|[A-Z0-9.]+", name)
    return " ".join(word if at == 0 or word.isupper() else word.lower() for at, word in enumerate(words))
