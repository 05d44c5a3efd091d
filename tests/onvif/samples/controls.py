"""Samples of PTZ, imaging and DeviceIO."""

from tests.onvif.samples.sample import Effect, Sample

_PROFILE, _NOTHING = (f"<tptz:ProfileToken>{name}</tptz:ProfileToken>" for name in ("h264", "nothing"))
_PLACE = '<tptz:Position><tt:PanTilt x="{}" y="{}"/><tt:Zoom x="{}"/></tptz:Position>'
_CENTRE = ("tptz:AbsoluteMove", _PROFILE + _PLACE.format(0, 0, 0))
_ASIDE = ("tptz:AbsoluteMove", _PROFILE + _PLACE.format(0.1, -0.05, 0.2))
_STATUS = ("tptz:GetStatus", _PROFILE)
_PRESETS = ("tptz:GetPresets", _PROFILE)
_PRESET = "<tptz:PresetToken>{}</tptz:PresetToken>"
_SET_PRESET = ("tptz:SetPreset", f"{_PROFILE}<tptz:PresetName>door</tptz:PresetName>")
_REMOVE_PRESET = ("tptz:RemovePreset", _PROFILE + _PRESET.format(1))
_VELOCITY = '<tptz:Velocity><tt:PanTilt x="{}" y="0"/></tptz:Velocity>'
_DRIVE = ("tptz:ContinuousMove", f"{_PROFILE}{_VELOCITY.format(0.1)}<tptz:Timeout>PT60S</tptz:Timeout>")
_STOP = ("tptz:Stop", _PROFILE)
_CONFIGURATION = (
    '<tptz:PTZConfiguration token="{}"><tt:Name>PTZ</tt:Name><tt:UseCount>3</tt:UseCount>'
    "<tt:NodeToken>{}</tt:NodeToken></tptz:PTZConfiguration><tptz:ForcePersistence>true</tptz:ForcePersistence>"
)
_NO_PROFILE = ((_NOTHING, "NoProfile"),)
_SOURCE, _NO_SOURCE = (f"<timg:VideoSourceToken>{name}</timg:VideoSourceToken>" for name in ("video0", "video9"))
_WRONG_SOURCE = ((_NO_SOURCE, "NoSource"),)
_IMAGE = (
    "<timg:ImagingSettings><tt:Brightness>{}</tt:Brightness><tt:ColorSaturation>128</tt:ColorSaturation>"
    "</timg:ImagingSettings>"
)
_COMMAND = "<tptz:AuxiliaryData>{}</tptz:AuxiliaryData>"
_FOCUS = "<timg:Focus><tt:Absolute><tt:Position>{}</tt:Position></tt:Absolute></timg:Focus>"
_RELAY = (
    '<tmd:RelayOutput token="{}"><tt:Properties><tt:Mode>{}</tt:Mode><tt:DelayTime>PT0S</tt:DelayTime>'
    "<tt:IdleState>open</tt:IdleState></tt:Properties></tmd:RelayOutput>"
)
_INPUT = '<tmd:DigitalInputs token="{}" IdleState="{}"/>'

SAMPLES = {
    "tptz:GetServiceCapabilities": Sample(),
    "tptz:GetNodes": Sample(),
    "tptz:GetNode": Sample(
        "<tptz:NodeToken>ptz0</tptz:NodeToken>", wrong=(("<tptz:NodeToken>x</tptz:NodeToken>", "NoEntity"),)
    ),
    "tptz:GetConfigurations": Sample(),
    "tptz:GetConfiguration": Sample(
        "<tptz:PTZConfigurationToken>ptz0</tptz:PTZConfigurationToken>",
        wrong=(("<tptz:PTZConfigurationToken>x</tptz:PTZConfigurationToken>", "NoConfig"),),
    ),
    "tptz:GetConfigurationOptions": Sample(
        "<tptz:ConfigurationToken>ptz0</tptz:ConfigurationToken>",
        wrong=(("<tptz:ConfigurationToken>x</tptz:ConfigurationToken>", "NoConfig"),),
    ),
    "tptz:SetConfiguration": Sample(
        _CONFIGURATION.format("ptz0", "ptz0"),
        is_fixed=True,
        wrong=((_CONFIGURATION.format("x", "ptz0"), "NoConfig"), (_CONFIGURATION.format("ptz0", "x"), "ConfigModify")),
    ),
    "tptz:GetCompatibleConfigurations": Sample(_PROFILE, wrong=_NO_PROFILE),
    "tptz:GetStatus": Sample(_PROFILE, wrong=_NO_PROFILE),
    "tptz:AbsoluteMove": Sample(
        _ASIDE[1],
        Effect(_STATUS, 'x="0.1" y="-0.05"'),
        undo=(_CENTRE,),
        wrong=(
            (_NOTHING + _PLACE.format(0, 0, 0), "NoProfile"),
            (_PROFILE + _PLACE.format(1.01, 0, 0), "InvalidPosition"),
        ),
    ),
    "tptz:RelativeMove": Sample(
        _PROFILE + '<tptz:Translation><tt:PanTilt x="0.5" y="0"/></tptz:Translation>',
        Effect(_STATUS, 'x="0" y="0"', is_gone=True),
        undo=(_CENTRE,),
        wrong=((_PROFILE + '<tptz:Translation><tt:PanTilt x="3" y="0"/></tptz:Translation>', "InvalidTranslation"),),
    ),
    "tptz:ContinuousMove": Sample(
        _DRIVE[1],
        Effect(_STATUS, "MOVING"),
        undo=(_STOP, _CENTRE),
        wrong=(
            (_PROFILE + _VELOCITY.format(7), "InvalidVelocity"),
            (f"{_PROFILE}{_VELOCITY.format(0.1)}<tptz:Timeout>PT0S</tptz:Timeout>", "TimeoutNotSupported"),
        ),
    ),
    "tptz:Stop": Sample(
        _PROFILE, Effect(_STATUS, "MOVING", is_gone=True), prepare=(_DRIVE,), undo=(_CENTRE,), wrong=_NO_PROFILE
    ),
    "tptz:GetPresets": Sample(_PROFILE, wrong=_NO_PROFILE),
    "tptz:SetPreset": Sample(
        _SET_PRESET[1],
        Effect(_PRESETS, "door"),
        undo=(_REMOVE_PRESET,),
        wrong=(
            (f"{_PROFILE}<tptz:PresetName>a|b</tptz:PresetName>", "InvalidPresetName"),
            (f"{_PROFILE}{_PRESET.format(7)}", "NoToken"),
        ),
    ),
    "tptz:RemovePreset": Sample(
        _REMOVE_PRESET[1],
        Effect(_PRESETS, "door", is_gone=True),
        prepare=(_SET_PRESET,),
        wrong=((_PROFILE + _PRESET.format(7), "NoToken"),),
    ),
    "tptz:GotoPreset": Sample(
        _PROFILE + _PRESET.format(1),
        Effect(_STATUS, 'x="0" y="0"'),
        prepare=(_SET_PRESET, _ASIDE),
        undo=(_REMOVE_PRESET,),
        wrong=((_PROFILE + _PRESET.format(7), "NoToken"),),
    ),
    "tptz:SetHomePosition": Sample(_PROFILE, is_fixed=True, wrong=_NO_PROFILE),
    "tptz:SendAuxiliaryCommand": Sample(
        _PROFILE + _COMMAND.format("tt:IRLamp|Off"),
        Effect(("timg:GetImagingSettings", _SOURCE), "<tt:IrCutFilter>ON"),
        undo=(("tptz:SendAuxiliaryCommand", _PROFILE + _COMMAND.format("tt:IRLamp|Auto")),),
        wrong=(
            (_NOTHING + _COMMAND.format("tt:IRLamp|Off"), "NoProfile"),
            (_PROFILE + _COMMAND.format("tt:Washer|On"), "AuxiliaryDataNotSupported"),
        ),
    ),
    "tptz:GotoHomePosition": Sample(_PROFILE, Effect(_STATUS, 'x="0" y="0"'), prepare=(_ASIDE,), wrong=_NO_PROFILE),
    "timg:GetServiceCapabilities": Sample(),
    "timg:GetImagingSettings": Sample(_SOURCE, wrong=_WRONG_SOURCE),
    "timg:GetOptions": Sample(_SOURCE, wrong=_WRONG_SOURCE),
    "timg:SetImagingSettings": Sample(
        _SOURCE + _IMAGE.format(99.6),
        Effect(("timg:GetImagingSettings", _SOURCE), "<tt:Brightness>100<"),
        undo=(("timg:SetImagingSettings", _SOURCE + _IMAGE.format(128)),),
        wrong=((_NO_SOURCE + _IMAGE.format(1), "NoSource"), (_SOURCE + _IMAGE.format(256), "SettingsInvalid")),
    ),
    "timg:GetStatus": Sample(_SOURCE, wrong=_WRONG_SOURCE),
    "timg:GetMoveOptions": Sample(_SOURCE, wrong=_WRONG_SOURCE),
    "timg:Move": Sample(
        _SOURCE + _FOCUS.format(30),
        Effect(("timg:GetStatus", _SOURCE), "<tt:Position>30<"),
        undo=(("timg:Move", _SOURCE + _FOCUS.format(50)),),
        wrong=((_SOURCE + _FOCUS.format(101), "SettingsInvalid"),),
    ),
    "timg:Stop": Sample(_SOURCE, wrong=_WRONG_SOURCE),
    "tmd:GetServiceCapabilities": Sample(),
    "tmd:GetVideoSources": Sample(),
    "tmd:GetAudioSources": Sample(),
    "tmd:GetAudioOutputs": Sample(),
    "tmd:GetRelayOutputOptions": Sample(
        "<tmd:RelayOutputToken>relay1</tmd:RelayOutputToken>",
        wrong=(("<tmd:RelayOutputToken>relay9</tmd:RelayOutputToken>", "RelayToken"),),
    ),
    "tmd:SetRelayOutputSettings": Sample(
        _RELAY.format("relay1", "Bistable"),
        is_fixed=True,
        wrong=(
            (_RELAY.format("relay9", "Bistable"), "RelayToken"),
            (_RELAY.format("relay1", "Monostable"), "ModeError"),
        ),
    ),
    "tmd:GetDigitalInputs": Sample(),
    "tmd:GetDigitalInputConfigurationOptions": Sample(
        "<tmd:Token>input1</tmd:Token>", wrong=(("<tmd:Token>input9</tmd:Token>", "NoConfig"),)
    ),
    "tmd:SetDigitalInputConfigurations": Sample(
        _INPUT.format("input1", "open"),
        is_fixed=True,
        wrong=((_INPUT.format("input9", "open"), "NoConfig"), (_INPUT.format("input1", "closed"), "SettingsInvalid")),
    ),
}
