"""Contents of configurations that Media1 and Media2 share, in their samples."""

MULTICAST = (
    "<tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type><tt:IPv4Address>0.0.0.0</tt:IPv4Address></tt:Address>"
    "<tt:Port>0</tt:Port><tt:TTL>0</tt:TTL><tt:AutoStart>false</tt:AutoStart></tt:Multicast>"
)
CONTENTS = {
    "VideoSource": '<tt:SourceToken>video0</tt:SourceToken><tt:Bounds x="0" y="0" width="1280" height="720"/>',
    "AudioSource": "<tt:SourceToken>audio0</tt:SourceToken>",
    "AudioOutput": "<tt:OutputToken>speaker0</tt:OutputToken><tt:OutputLevel>1</tt:OutputLevel>",
    "AudioDecoder": "",
}
NAMES = {
    "VideoSource": "Picture",
    "AudioSource": "Microphone",
    "AudioEncoder": "ulaw",
    "AudioOutput": "Speaker",
    "AudioDecoder": "Speaker",
}
"""Names from the factory."""
