"""Samples of Media2."""

from tests.onvif.samples.media import CONTENTS, MULTICAST, NAMES
from tests.onvif.samples.sample import Effect, Sample

_KINDS = {
    "VideoSource": "video_source0",
    "VideoEncoder": "h264",
    "AudioSource": "audio_source0",
    "AudioEncoder": "ulaw",
    "AudioOutput": "audio_output0",
    "AudioDecoder": "audio_decoder0",
    "Metadata": "metadata0",
}
"""Kind of configuration to the token of one."""
_PROFILE, _TOKEN = "<tr2:ProfileToken>{}</tr2:ProfileToken>", "<tr2:ConfigurationToken>{}</tr2:ConfigurationToken>"
_H264, _NOTHING, _MINE = (_PROFILE.format(name) for name in ("h264", "nothing", "Mine"))
_CREATE = ("trt:CreateProfile", "<trt:Name>mine</trt:Name><trt:Token>Mine</trt:Token>")
_DELETE = ("tr2:DeleteProfile", "<tr2:Token>Mine</tr2:Token>")
_READ_VIDEO = ("tr2:GetVideoSourceConfigurations", "")
_VIDEO = "<tr2:Configuration><tr2:Type>VideoSource</tr2:Type></tr2:Configuration>"
_WRONG_PART = "<tr2:Configuration><tr2:Type>VideoSource</tr2:Type><tr2:Token>nothing</tr2:Token></tr2:Configuration>"
_NO_PROFILE, _NO_TOKEN = ((_NOTHING, "NoProfile"),), ((_TOKEN.format("nothing"), "NoConfig"),)
_CONTENTS = CONTENTS | {
    "AudioEncoder": (
        f"<tt:Encoding>PCMU</tt:Encoding>{MULTICAST}<tt:Bitrate>64</tt:Bitrate><tt:SampleRate>8</tt:SampleRate>"
    ),
}


def _configuration(token: str, content: str, name: str = "") -> str:
    head = f"<tt:Name>{name or token}</tt:Name><tt:UseCount>1</tt:UseCount>"
    return f'<tr2:Configuration token="{token}">{head}{content}</tr2:Configuration>'


def _encoder(token: str, quality: int, constant: bool = False, rate: float = 30) -> str:
    return _configuration(
        token,
        "<tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>1280</tt:Width><tt:Height>720</tt:Height>"
        f'</tt:Resolution><tt:RateControl ConstantBitRate="{"true" if constant else "false"}">'
        f"<tt:FrameRateLimit>{rate}</tt:FrameRateLimit><tt:BitrateLimit>2000</tt:BitrateLimit></tt:RateControl>"
        f"<tt:Quality>{quality}</tt:Quality>",
    )


def _metadata(name: str, more: str = "", token: str = "metadata0") -> str:
    content = f"<tt:Events/>{more}{MULTICAST}<tt:SessionTimeout>PT60S</tt:SessionTimeout>"
    return _configuration(token, content, name)


def _of_kind(kind: str, token: str) -> dict[str, Sample]:
    """Return the samples of one kind of configuration."""
    name, wrong = f"{kind}Configuration", (*_NO_TOKEN, *_NO_PROFILE)
    samples = {
        f"tr2:Get{name}s": Sample(_TOKEN.format(token), wrong=wrong),
        f"tr2:Get{name}Options": Sample(_TOKEN.format(token) + _H264, wrong=wrong),
    }
    if kind in _CONTENTS:
        samples[f"tr2:Set{name}"] = Sample(
            _configuration(token, _CONTENTS[kind], "TestName1"),
            Effect((f"tr2:Get{name}s", ""), "<tt:Name>TestName1<"),
            undo=((f"tr2:Set{name}", _configuration(token, _CONTENTS[kind], NAMES[kind])),),
            wrong=((_configuration("nothing", _CONTENTS[kind]), "NoConfig"),),
        )
    return samples


SAMPLES = {
    "tr2:GetServiceCapabilities": Sample(),
    "tr2:GetProfiles": Sample("<tr2:Type>All</tr2:Type>", wrong=(("<tr2:Token>nothing</tr2:Token>", "NoProfile"),)),
    "tr2:CreateProfile": Sample(
        f"<tr2:Name>B &amp; C</tr2:Name>{_VIDEO}",
        Effect(("tr2:GetProfiles", ""), "B &amp; C"),
        undo=(("tr2:DeleteProfile", "<tr2:Token>profile1</tr2:Token>"),),
        wrong=((f"<tr2:Name>x</tr2:Name>{_WRONG_PART}", "NoConfig"),),
    ),
    "tr2:DeleteProfile": Sample(
        _DELETE[1],
        Effect(("tr2:GetProfiles", ""), 'token="Mine"', is_gone=True),
        prepare=(_CREATE,),
        wrong=(
            ("<tr2:Token>nothing</tr2:Token>", "NoProfile"),
            ("<tr2:Token>h264</tr2:Token>", "DeletionOfFixedProfile"),
        ),
    ),
    "tr2:AddConfiguration": Sample(
        _MINE + _VIDEO,
        Effect(_READ_VIDEO, "<tt:UseCount>6<"),
        prepare=(_CREATE,),
        undo=(_DELETE,),
        wrong=(
            (_NOTHING + _VIDEO, "NoProfile"),
            (_H264 + _WRONG_PART, "NoConfig"),
            (_H264 + _VIDEO, "ConfigurationConflict"),
        ),
    ),
    "tr2:RemoveConfiguration": Sample(
        _MINE + _VIDEO,
        Effect(_READ_VIDEO, "<tt:UseCount>6<", is_gone=True),
        prepare=(_CREATE, ("tr2:AddConfiguration", _MINE + _VIDEO)),
        undo=(_DELETE,),
        wrong=((_NOTHING + _VIDEO, "NoProfile"),),
    ),
    "tr2:GetStreamUri": Sample(
        f"<tr2:Protocol>RTSP</tr2:Protocol>{_H264}",
        wrong=(
            (f"<tr2:Protocol>RTSP</tr2:Protocol>{_NOTHING}", "NoProfile"),
            (f"<tr2:Protocol>SRT</tr2:Protocol>{_H264}", "InvalidStreamSetup"),
        ),
    ),
    "tr2:GetSnapshotUri": Sample(_H264, wrong=_NO_PROFILE),
    **{name: sample for kind, token in _KINDS.items() for name, sample in _of_kind(kind, token).items()},
    "tr2:SetMetadataConfiguration": Sample(
        _metadata("A &amp; B"),
        Effect(("tr2:GetMetadataConfigurations", ""), "A &amp; B"),
        undo=(("tr2:SetMetadataConfiguration", _metadata("Events")),),
        wrong=(
            (_metadata("x", token="nothing"), "NoConfig"),
            (_metadata("x", "<tt:Analytics>true</tt:Analytics>"), "ConfigModify"),
        ),
    ),
    "tr2:SetVideoEncoderConfiguration": Sample(
        _encoder("h264", 2, constant=True),
        Effect(("tr2:GetVideoEncoderConfigurations", _TOKEN.format("h264")), 'ConstantBitRate="true"'),
        undo=(("tr2:SetVideoEncoderConfiguration", _encoder("h264", 3)),),
        wrong=(
            (_encoder("nothing", 1), "NoConfig"),
            (_encoder("mjpeg", 1), "ConfigModify"),
            (_encoder("h264", 1, rate=0.5), "ConfigModify"),
            (_encoder("h264", 99), "ConfigModify"),
            (_encoder("h264", 1).replace('"false"', '"maybe"'), "InvalidArgVal"),
        ),
    ),
    "tr2:GetVideoEncoderInstances": Sample(_TOKEN.format("video_source0"), wrong=_NO_TOKEN),
    "tr2:SetSynchronizationPoint": Sample(_H264, is_fixed=True, wrong=_NO_PROFILE),
    "tr2:StartMulticastStreaming": Sample(
        _H264,
        Effect(_READ := ("tr2:GetVideoEncoderConfigurations", _TOKEN.format("h264")), "<tt:AutoStart>true"),
        undo=(("tr2:StopMulticastStreaming", _H264),),
        wrong=_NO_PROFILE,
    ),
    "tr2:StopMulticastStreaming": Sample(
        _H264,
        Effect(_READ, "<tt:AutoStart>true", is_gone=True),
        prepare=(("tr2:StartMulticastStreaming", _H264),),
        wrong=_NO_PROFILE,
    ),
}
