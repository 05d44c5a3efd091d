"""Samples of the texts on the picture, for both media services."""

from tests.onvif.samples.sample import Effect, Sample


def _samples(prefix: str) -> dict[str, Sample]:
    source = f"<{prefix}:ConfigurationToken>video_source0</{prefix}:ConfigurationToken>"
    no_source = ((source.replace("0<", "9<"), "NoConfig"),)
    first, other = (f"<{prefix}:OSDToken>{token}</{prefix}:OSDToken>" for token in ("osd1", "osd9"))
    listed = (f"{prefix}:GetOSDs", "")
    create = (f"{prefix}:CreateOSD", _osd(prefix, "", "UpperLeft"))
    delete = (f"{prefix}:DeleteOSD", first)
    samples = {
        "GetOSDs": Sample(source, wrong=(*no_source, (other, "NoConfig"))),
        "GetOSDOptions": Sample(source, wrong=no_source),
        "CreateOSD": Sample(
            create[1],
            Effect(listed, "door"),
            undo=(delete,),
            wrong=(
                (_osd(prefix, "", "Middle"), "ConfigModify"),
                (_osd(prefix, "", "UpperLeft", "video_source9"), "NoConfig"),
            ),
        ),
        "SetOSD": Sample(
            _osd(prefix, "osd1", "LowerRight"),
            Effect(listed, "LowerRight"),
            prepare=(create,),
            undo=(delete,),
            wrong=((_osd(prefix, "osd9", "LowerRight"), "NoConfig"),),
        ),
        "DeleteOSD": Sample(
            first, Effect(listed, "door", is_gone=True), prepare=(create,), wrong=((other, "NoConfig"),)
        ),
    }
    if prefix == "trt":
        samples["GetOSD"] = Sample(first, prepare=(create,), undo=(delete,), wrong=((other, "NoConfig"),))
    return {f"{prefix}:{name}": sample for name, sample in samples.items()}


def _osd(prefix: str, token: str, position: str, source: str = "video_source0") -> str:
    return (
        f'<{prefix}:OSD token="{token}"><tt:VideoSourceConfigurationToken>{source}</tt:VideoSourceConfigurationToken>'
        f"<tt:Type>Text</tt:Type><tt:Position><tt:Type>{position}</tt:Type></tt:Position>"
        f"<tt:TextString><tt:Type>Plain</tt:Type><tt:PlainText>door</tt:PlainText></tt:TextString></{prefix}:OSD>"
    )


SAMPLES = {**_samples("trt"), **_samples("tr2")}
