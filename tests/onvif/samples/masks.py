"""Samples of privacy masks."""

from tests.onvif.samples.sample import Effect, Sample

_SOURCE = "<tr2:ConfigurationToken>video_source0</tr2:ConfigurationToken>"
_FIRST, _OTHER = (f"<tr2:Token>{token}</tr2:Token>" for token in ("mask1", "mask9"))
_NO_SOURCE = ((_SOURCE.replace("0<", "9<"), "NoConfig"),)


def mask(
    token: str = "",
    corners: str = "-1 1 0 1 0 0 -1 0",
    kind: str = "Pixelated",
    enabled: str = "true",
    source: str = _SOURCE,
    color: str = "",
) -> str:
    """Return a mask as a request holds it; `corners` are x and y of one point after the other."""
    numbers = corners.split()
    points = "".join(f'<tt:Point x="{x}" y="{y}"/>' for x, y in zip(numbers[::2], numbers[1::2], strict=True))
    return (
        f'<tr2:Mask token="{token}">{source}<tr2:Polygon>{points}</tr2:Polygon><tr2:Type>{kind}</tr2:Type>'
        f"{color}<tr2:Enabled>{enabled}</tr2:Enabled></tr2:Mask>"
    )


_CREATE, _DELETE, _LISTED = ("tr2:CreateMask", mask()), ("tr2:DeleteMask", _FIRST), ("tr2:GetMasks", "")

SAMPLES = {
    "tr2:GetMasks": Sample(_SOURCE, wrong=(*_NO_SOURCE, (_OTHER, "NoConfig"))),
    "tr2:GetMaskOptions": Sample(_SOURCE, wrong=_NO_SOURCE),
    "tr2:CreateMask": Sample(
        _CREATE[1],
        Effect(_LISTED, "Pixelated"),
        undo=(_DELETE,),
        wrong=(
            (mask(source=_NO_SOURCE[0][0]), "NoConfig"),
            (mask(kind="Blurred"), "InvalidArgVal"),
            (mask(corners="-1 1 0 1 0 0"), "InvalidPolygon"),
            (mask(corners="-1 1 0 1 0 0 -0.5 0"), "InvalidPolygon"),
            (mask(corners="-1 1 0 1 -1 1 0 1"), "InvalidPolygon"),
            (mask(corners="-1 1.1 0 1.1 0 0 -1 0"), "InvalidPolygon"),
            (mask(corners="0 0 0.0001 0 0.0001 1 0 1"), "InvalidPolygon"),
            (mask(kind="Color", color='<tr2:Color X="255" Y="0" Z="0"/>'), "ConfigModify"),
        ),
    ),
    "tr2:SetMask": Sample(
        mask("mask1", kind="Color", enabled="false"),
        Effect(_LISTED, "<tr2:Enabled>false"),
        prepare=(_CREATE,),
        undo=(_DELETE,),
        wrong=((mask("mask9"), "NoConfig"),),
    ),
    "tr2:DeleteMask": Sample(
        _FIRST, Effect(_LISTED, "Pixelated", is_gone=True), prepare=(_CREATE,), wrong=((_OTHER, "NoConfig"),)
    ),
}
