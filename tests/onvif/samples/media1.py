"""Samples of Media1."""

from tests.onvif.samples.media import CONTENTS, MULTICAST, NAMES
from tests.onvif.samples.sample import Effect, Sample

_KINDS = {
    "VideoSource": "video_source0",
    "VideoEncoder": "mjpeg",
    "AudioSource": "audio_source0",
    "AudioEncoder": "ulaw",
    "AudioOutput": "audio_output0",
    "AudioDecoder": "audio_decoder0",
    "Metadata": "metadata0",
}
"""Kind of configuration to the token of one."""
_PROFILE, _TOKEN = "<trt:ProfileToken>{}</trt:ProfileToken>", "<trt:ConfigurationToken>{}</trt:ConfigurationToken>"
_H264, _NOTHING, _MINE = (_PROFILE.format(name) for name in ("h264", "nothing", "Mine"))
_CREATE = ("trt:CreateProfile", "<trt:Name>A &amp; B</trt:Name><trt:Token>Mine</trt:Token>")
_DELETE = ("trt:DeleteProfile", _MINE)
_READ_PTZ = ("tptz:GetConfiguration", "<tptz:PTZConfigurationToken>ptz0</tptz:PTZConfigurationToken>")
_SETUP = (
    "<trt:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>{}</tt:Protocol></tt:Transport>"
    "</trt:StreamSetup>"
)
_NO_PROFILE = ((_NOTHING, "NoProfile"),)
_NO_TOKEN = ((_TOKEN.format("nothing"), "NoConfig"),)
_MULTICAST = f"{MULTICAST}<tt:SessionTimeout>PT60S</tt:SessionTimeout>"
_CONTENTS = CONTENTS | {
    "AudioEncoder": (
        f"<tt:Encoding>G711</tt:Encoding><tt:Bitrate>64</tt:Bitrate><tt:SampleRate>8</tt:SampleRate>{_MULTICAST}"
    ),
}


def _configuration(token: str, content: str, name: str = "") -> str:
    return (
        f'<trt:Configuration token="{token}"><tt:Name>{name or token}</tt:Name><tt:UseCount>1</tt:UseCount>{content}'
        "</trt:Configuration><trt:ForcePersistence>true</trt:ForcePersistence>"
    )


def _encoder(token: str, quality: int, width: int = 1280) -> str:
    return _configuration(
        token,
        "<tt:Encoding>H264</tt:Encoding><tt:Resolution>"
        f"<tt:Width>{width}</tt:Width><tt:Height>720</tt:Height></tt:Resolution><tt:Quality>{quality}</tt:Quality>"
        "<tt:RateControl><tt:FrameRateLimit>30</tt:FrameRateLimit><tt:EncodingInterval>1</tt:EncodingInterval>"
        f"<tt:BitrateLimit>2000</tt:BitrateLimit></tt:RateControl>{_MULTICAST}",
    )


def _metadata(name: str, more: str = "", token: str = "metadata0") -> str:
    content = f"<tt:Events/>{more}{_MULTICAST}"
    return _configuration(token, content, name)


def _of_kind(kind: str, token: str) -> dict[str, Sample]:
    """Return the samples of one kind of configuration."""
    name = f"{kind}Configuration"
    add = _MINE + _TOKEN.format(token)
    read, used = (f"trt:Get{name}", _TOKEN.format(token)), f"<tt:UseCount>{2 if kind == 'VideoEncoder' else 6}<"
    samples = {
        f"trt:Get{name}s": Sample(),
        f"trt:Get{name}": Sample(_TOKEN.format(token), wrong=_NO_TOKEN),
        f"trt:GetCompatible{name}s": Sample(_H264, wrong=_NO_PROFILE),
        f"trt:Get{name}Options": Sample(
            _TOKEN.format(token) + _H264,
            wrong=(*_NO_TOKEN, *_NO_PROFILE),
        ),
        f"trt:Add{name}": Sample(
            add,
            Effect(read, used),
            prepare=(_CREATE,),
            undo=(_DELETE,),
            wrong=(
                (_MINE + _TOKEN.format("nothing"), "NoProfile"),
                (_H264 + _TOKEN.format("nothing"), "NoConfig"),
                (_H264 + _TOKEN.format(token), "ConfigurationConflict"),
            ),
        ),
        f"trt:Remove{name}": Sample(
            _MINE,
            Effect(read, used, is_gone=True),
            prepare=(_CREATE, (f"trt:Add{name}", add)),
            undo=(_DELETE,),
            wrong=_NO_PROFILE,
        ),
    }
    if kind in _CONTENTS:
        samples[f"trt:Set{name}"] = Sample(
            _configuration(token, _CONTENTS[kind], "TestName1"),
            Effect((f"trt:Get{name}s", ""), "<tt:Name>TestName1<"),
            undo=((f"trt:Set{name}", _configuration(token, _CONTENTS[kind], NAMES[kind])),),
            wrong=((_configuration("nothing", _CONTENTS[kind]), "NoConfig"),),
        )
    return samples


SAMPLES = {
    "trt:GetServiceCapabilities": Sample(),
    "trt:GetProfiles": Sample(),
    "trt:GetProfile": Sample(_H264, wrong=_NO_PROFILE),
    "trt:CreateProfile": Sample(
        _CREATE[1],
        Effect(("trt:GetProfiles", ""), "A &amp; B"),
        undo=(_DELETE,),
        wrong=(("<trt:Name>x</trt:Name><trt:Token>H264</trt:Token>", "ProfileExists"),),
    ),
    "trt:DeleteProfile": Sample(
        _MINE,
        Effect(("trt:GetProfiles", ""), "A &amp; B", is_gone=True),
        prepare=(_CREATE,),
        wrong=((_NOTHING, "NoProfile"), (_H264, "DeletionOfFixedProfile")),
    ),
    "trt:GetStreamUri": Sample(
        _SETUP.format("RTSP") + _H264,
        wrong=(
            (_SETUP.format("TCP") + _H264, "InvalidStreamSetup"),
            (_SETUP.format("UDP") + _NOTHING, "NoProfile"),
        ),
    ),
    "trt:GetSnapshotUri": Sample(_H264, wrong=_NO_PROFILE),
    "trt:GetVideoSources": Sample(),
    "trt:GetAudioSources": Sample(),
    "trt:GetAudioOutputs": Sample(),
    **{name: sample for kind, token in _KINDS.items() for name, sample in _of_kind(kind, token).items()},
    "trt:AddPTZConfiguration": Sample(
        _MINE + _TOKEN.format("ptz0"),
        Effect(_READ_PTZ, "<tt:UseCount>6<"),
        prepare=(_CREATE,),
        undo=(_DELETE,),
        wrong=((_H264 + _TOKEN.format("nothing"), "NoConfig"),),
    ),
    "trt:RemovePTZConfiguration": Sample(
        _MINE,
        Effect(_READ_PTZ, "<tt:UseCount>6<", is_gone=True),
        prepare=(_CREATE, ("trt:AddPTZConfiguration", _MINE + _TOKEN.format("ptz0"))),
        undo=(_DELETE,),
        wrong=_NO_PROFILE,
    ),
    "trt:SetMetadataConfiguration": Sample(
        _metadata("A &amp; B"),
        Effect(("trt:GetMetadataConfigurations", ""), "A &amp; B"),
        undo=(("trt:SetMetadataConfiguration", _metadata("Events")),),
        wrong=(
            (_metadata("x", token="nothing"), "NoConfig"),
            (_metadata("x", "<tt:Analytics>true</tt:Analytics>"), "ConfigModify"),
        ),
    ),
    "trt:SetVideoEncoderConfiguration": Sample(
        _encoder("h264", 1),
        Effect(("trt:GetVideoEncoderConfiguration", _TOKEN.format("h264")), "<tt:Quality>1<"),
        undo=(("trt:SetVideoEncoderConfiguration", _encoder("h264", 3)),),
        wrong=(
            (_encoder("nothing", 1), "NoConfig"),
            (_encoder("mjpeg", 1), "ConfigModify"),
            (_encoder("h264", 1, width=1281), "ConfigModify"),
            (_encoder("h264", 99), "ConfigModify"),
        ),
    ),
    "trt:GetGuaranteedNumberOfVideoEncoderInstances": Sample(_TOKEN.format("video_source0"), wrong=_NO_TOKEN),
    "trt:SetSynchronizationPoint": Sample(_H264, is_fixed=True, wrong=_NO_PROFILE),
    "trt:StartMulticastStreaming": Sample(
        _H264,
        Effect(_READ := ("trt:GetProfile", _H264), "<tt:AutoStart>true"),
        undo=(("trt:StopMulticastStreaming", _H264),),
        wrong=_NO_PROFILE,
    ),
    "trt:StopMulticastStreaming": Sample(
        _H264,
        Effect(_READ, "<tt:AutoStart>true", is_gone=True),
        prepare=(("trt:StartMulticastStreaming", _H264),),
        wrong=_NO_PROFILE,
    ),
}
