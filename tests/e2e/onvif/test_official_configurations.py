"""Cases of ONVIF's device test specifications about profiles and configurations that agree, on a real camera."""

from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element, canonicalize, tostring

import pytest
import requests
from requests.auth import HTTPDigestAuth
from tests.e2e.camera import PASSWORD
from tests.onvif.client import OnvifClient
from tests.onvif.official import cases, official

pytestmark = pytest.mark.slow

Allows = Callable[[Element, Element], bool]
"""Returns whether options allow a configuration."""


def described(element: Element) -> tuple[dict[str, str], list[str]]:
    """Return attributes and content, without the element's name."""
    return dict(element.attrib), [canonicalize(tostring(child)) for child in element]


def number(element: Element, path: str) -> float:
    return float(element.findtext(path) or "nan")


def in_range(value: float, options: Element, path: str) -> bool:
    return number(options, f"{path}/{{*}}Min") <= value <= number(options, f"{path}/{{*}}Max")


def texts(element: Element, path: str) -> list[str | None]:
    return [each.text for each in element.iterfind(path)]


def allow_video_source(configuration: Element, options: Element) -> bool:
    bounds = configuration.find("{*}Bounds")
    assert bounds is not None
    fits = [
        in_range(float(bounds.get(name, "nan")), options, f"{{*}}BoundsRange/{{*}}{range_name}")
        for name, range_name in (("x", "XRange"), ("y", "YRange"), ("width", "WidthRange"), ("height", "HeightRange"))
    ]
    return all(fits) and configuration.findtext("{*}SourceToken") in texts(options, "{*}VideoSourceTokensAvailable")


def resolutions(element: Element, path: str) -> list[tuple[str | None, str | None]]:
    return [(each.findtext("{*}Width"), each.findtext("{*}Height")) for each in element.iterfind(path)]


def allow_video_encoder(configuration: Element, options: Element) -> bool:
    """Media1: the options of each encoding are an element of its name; further ones are in the extension."""
    own = options.find(f"{{*}}{configuration.findtext('{*}Encoding')}")
    more = options.find(f"{{*}}Extension/{{*}}{configuration.findtext('{*}Encoding')}")
    assert own is not None and more is not None
    (resolution,) = resolutions(configuration, "{*}Resolution")
    length = configuration.findtext("*/{*}GovLength")
    return (
        resolution in resolutions(own, "{*}ResolutionsAvailable")
        and in_range(number(configuration, "{*}Quality"), options, "{*}QualityRange")
        and in_range(number(configuration, "{*}RateControl/{*}FrameRateLimit"), own, "{*}FrameRateRange")
        and in_range(number(configuration, "{*}RateControl/{*}EncodingInterval"), own, "{*}EncodingIntervalRange")
        and in_range(number(configuration, "{*}RateControl/{*}BitrateLimit"), more, "{*}BitrateRange")
        and (length is None or in_range(float(length), own, "{*}GovLengthRange"))
    )


def allow_video_encoder2(configuration: Element, options: Element) -> bool:
    """Media2: each encoding has options of its own, with lists in attributes."""
    (resolution,) = resolutions(configuration, "{*}Resolution")
    length, shortest_longest = configuration.get("GovLength"), (options.get("GovLengthRange") or "").split()
    return (
        configuration.findtext("{*}Encoding") == options.findtext("{*}Encoding")
        and resolution in resolutions(options, "{*}ResolutionsAvailable")
        and in_range(number(configuration, "{*}Quality"), options, "{*}QualityRange")
        and in_range(number(configuration, "{*}RateControl/{*}BitrateLimit"), options, "{*}BitrateRange")
        and number(configuration, "{*}RateControl/{*}FrameRateLimit")
        in map(float, (options.get("FrameRatesSupported") or "").split())
        and (length is None or int(shortest_longest[0]) <= int(length) <= int(shortest_longest[1]))
        and (
            configuration.get("Profile") is None or configuration.get("Profile") in options.get("ProfilesSupported", "")
        )
    )


def allow_audio_source(configuration: Element, options: Element) -> bool:
    return configuration.findtext("{*}SourceToken") in texts(options, "{*}InputTokensAvailable")


def allow_audio_encoder(configuration: Element, options: Element) -> bool:
    return any(
        configuration.findtext("{*}Encoding") == each.findtext("{*}Encoding")
        and configuration.findtext("{*}Bitrate") in texts(each, "{*}BitrateList/{*}Items")
        and configuration.findtext("{*}SampleRate") in texts(each, "{*}SampleRateList/{*}Items")
        for each in (options, *options.iterfind("{*}Options"))
    )


def allow_audio_output(configuration: Element, options: Element) -> bool:
    return (
        configuration.findtext("{*}OutputToken") in texts(options, "{*}OutputTokensAvailable")
        and configuration.findtext("{*}SendPrimacy") in texts(options, "{*}SendPrimacyOptions")
        and in_range(number(configuration, "{*}OutputLevel"), options, "{*}OutputLevelRange")
    )


def asked(prefix: str, **tokens: str) -> str:
    return "".join(f"<{prefix}:{name}Token>{token}</{prefix}:{name}Token>" for name, token in tokens.items())


def configurations(onvif: OnvifClient, prefix: str, kind: str, **tokens: str) -> list[Element]:
    found = list(onvif.change(f"{prefix}:Get{kind}Configurations", asked(prefix, **tokens)).content)
    assert len({each.get("token") for each in found}) == len(found)
    return found


def in_profiles(onvif: OnvifClient, prefix: str, kind: str) -> Iterator[tuple[str, Element]]:
    """Yield profile token and configuration of each profile with one of this kind."""
    content = f"<tr2:Type>{kind}</tr2:Type>" if prefix == "tr2" else ""
    path = f"{{*}}Configurations/{{*}}{kind}" if prefix == "tr2" else f".//{{*}}{kind}Configuration"
    profiles = list(onvif.change(f"{prefix}:GetProfiles", content).content)
    assert len({each.get("token") for each in profiles}) == len(profiles)
    found = [(each.get("token", ""), part) for each in profiles for part in each.iterfind(path)]
    assert found
    yield from found


LISTS = (
    (official("MEDIA-2-2-1", "trt:GetProfiles", "trt:GetVideoSourceConfigurations"), "trt", "VideoSource"),
    (official("MEDIA-2-3-1", "trt:GetProfiles", "trt:GetVideoEncoderConfigurations"), "trt", "VideoEncoder"),
    (official("MEDIA-3-2-1", "trt:GetProfiles", "trt:GetAudioSourceConfigurations"), "trt", "AudioSource"),
    (official("MEDIA-3-3-1", "trt:GetProfiles", "trt:GetAudioEncoderConfigurations"), "trt", "AudioEncoder"),
    (official("MEDIA-3-4-13", "trt:GetProfiles", "trt:GetAudioOutputConfigurations"), "trt", "AudioOutput"),
    (official("MEDIA-3-4-16", "trt:GetProfiles", "trt:GetAudioDecoderConfigurations"), "trt", "AudioDecoder"),
    (official("MEDIA2-2-2-4", "tr2:GetProfiles", "tr2:GetVideoSourceConfigurations"), "tr2", "VideoSource"),
    (official("MEDIA2-3-1-4", "tr2:GetProfiles", "tr2:GetAudioSourceConfigurations"), "tr2", "AudioSource"),
    (official("MEDIA2-3-3-4", "tr2:GetProfiles", "tr2:GetAudioOutputConfigurations"), "tr2", "AudioOutput"),
    (official("MEDIA2-3-4-3", "tr2:GetProfiles", "tr2:GetAudioDecoderConfigurations"), "tr2", "AudioDecoder"),
    (official("MEDIA2-8-1-3", "tr2:GetProfiles", "tr2:GetMetadataConfigurations"), "tr2", "Metadata"),
)
"""Cases that compare the configurations of profiles with those of the list."""


@pytest.mark.parametrize(("prefix", "kind"), cases(*LISTS))
def test_profiles_have_the_configurations_of_the_list(onvif: OnvifClient, prefix: str, kind: str) -> None:
    listed = {each.get("token"): described(each) for each in configurations(onvif, prefix, kind)}
    for _, part in in_profiles(onvif, prefix, kind):
        assert described(part) == listed[part.get("token")]


ONES = (
    (official("MEDIA-2-2-2", "trt:GetVideoSourceConfiguration"), "VideoSource"),
    (official("MEDIA-2-3-2", "trt:GetVideoEncoderConfiguration"), "VideoEncoder"),
    (official("MEDIA-3-2-2", "trt:GetAudioSourceConfiguration"), "AudioSource"),
    (official("MEDIA-3-3-2", "trt:GetAudioEncoderConfiguration"), "AudioEncoder"),
    (official("MEDIA-3-4-14", "trt:GetAudioOutputConfiguration"), "AudioOutput"),
    (official("MEDIA-3-4-17", "trt:GetAudioDecoderConfiguration"), "AudioDecoder"),
)
"""Cases that compare the configurations of the list with each one by its token."""


@pytest.mark.parametrize("kind", cases(*ONES))
def test_one_configuration_is_that_of_the_list(onvif: OnvifClient, kind: str) -> None:
    for each in configurations(onvif, "trt", kind):
        one = onvif.change(f"trt:Get{kind}Configuration", asked("trt", Configuration=each.get("token", "")))
        assert described(one.content[0]) == described(each)


SELECTED = (
    (official("MEDIA2-2-2-2", "tr2:GetVideoSourceConfigurations"), "VideoSource"),
    (official("MEDIA2-3-1-2", "tr2:GetAudioSourceConfigurations"), "AudioSource"),
    (official("MEDIA2-3-3-2", "tr2:GetAudioOutputConfigurations"), "AudioOutput"),
    (official("MEDIA2-3-4-2", "tr2:GetAudioDecoderConfigurations"), "AudioDecoder"),
    (official("MEDIA2-8-1-2", "tr2:GetMetadataConfigurations"), "Metadata"),
)
"""Cases that select by the token of a configuration, and by that of a profile."""


@pytest.mark.parametrize("kind", cases(*SELECTED))
def test_configurations_are_selected_by_tokens(onvif: OnvifClient, kind: str) -> None:
    listed = configurations(onvif, "tr2", kind)
    assert listed
    for each in listed:
        (one,) = configurations(onvif, "tr2", kind, Configuration=each.get("token", ""))
        assert described(one) == described(each)
    for profile, part in in_profiles(onvif, "tr2", kind):
        fitting = {each.get("token") for each in configurations(onvif, "tr2", kind, Profile=profile)}
        assert part.get("token") in fitting <= {each.get("token") for each in listed}


OPTIONS = (
    (official("MEDIA-2-2-3", "trt:GetVideoSourceConfigurationOptions"), "trt", "VideoSource", allow_video_source),
    (official("MEDIA-2-3-3", "trt:GetVideoEncoderConfigurationOptions"), "trt", "VideoEncoder", allow_video_encoder),
    (official("MEDIA-3-2-3", "trt:GetAudioSourceConfigurationOptions"), "trt", "AudioSource", allow_audio_source),
    (official("MEDIA-3-3-3", "trt:GetAudioEncoderConfigurationOptions"), "trt", "AudioEncoder", allow_audio_encoder),
    (official("MEDIA-3-4-11", "trt:GetAudioOutputConfigurationOptions"), "trt", "AudioOutput", allow_audio_output),
    (official("MEDIA2-2-2-3", "tr2:GetVideoSourceConfigurationOptions"), "tr2", "VideoSource", allow_video_source),
    (official("MEDIA2-3-1-3", "tr2:GetAudioSourceConfigurationOptions"), "tr2", "AudioSource", allow_audio_source),
    (official("MEDIA2-3-2-4", "tr2:GetAudioEncoderConfigurationOptions"), "tr2", "AudioEncoder", allow_audio_encoder),
    (official("MEDIA2-3-3-3", "tr2:GetAudioOutputConfigurationOptions"), "tr2", "AudioOutput", allow_audio_output),
)
"""Cases that look whether the options of each configuration allow it as it is."""


@pytest.mark.parametrize(("prefix", "kind", "allows"), cases(*OPTIONS))
def test_options_allow_each_configuration(onvif: OnvifClient, prefix: str, kind: str, allows: Allows) -> None:
    for each in configurations(onvif, prefix, kind):
        tokens = asked(prefix, Configuration=each.get("token", ""))
        options = onvif.change(f"{prefix}:Get{kind}ConfigurationOptions", tokens).content
        assert any(allows(each, one) for one in options)


PROFILE_OPTIONS = (
    (official("MEDIA-2-2-4", "trt:GetVideoSourceConfigurationOptions"), "trt", "VideoSource", allow_video_source),
    (official("MEDIA-2-3-4", "trt:GetVideoEncoderConfigurationOptions"), "trt", "VideoEncoder", allow_video_encoder),
    (official("MEDIA-3-2-4", "trt:GetAudioSourceConfigurationOptions"), "trt", "AudioSource", allow_audio_source),
    (official("MEDIA-3-3-4", "trt:GetAudioEncoderConfigurationOptions"), "trt", "AudioEncoder", allow_audio_encoder),
    (official("MEDIA-3-4-12", "trt:GetAudioOutputConfigurationOptions"), "trt", "AudioOutput", allow_audio_output),
    (official("MEDIA2-2-3-3", "tr2:GetVideoEncoderConfigurationOptions"), "tr2", "VideoEncoder", allow_video_encoder2),
)
"""Cases that look whether the options for a profile allow its configuration as it is."""


@pytest.mark.parametrize(("prefix", "kind", "allows"), cases(*PROFILE_OPTIONS))
def test_options_for_a_profile_allow_its_configuration(
    onvif: OnvifClient, prefix: str, kind: str, allows: Allows
) -> None:
    for profile, part in in_profiles(onvif, prefix, kind):
        tokens = asked(prefix, Configuration=part.get("token", ""), Profile=profile)
        options = onvif.change(f"{prefix}:Get{kind}ConfigurationOptions", tokens).content
        assert any(allows(part, one) for one in options)


COUNTS = (
    (official("MEDIA-2-2-6", "trt:GetVideoSourceConfigurations"), "VideoSource"),
    (official("MEDIA-2-3-5", "trt:GetVideoEncoderConfigurations"), "VideoEncoder"),
    (official("MEDIA-3-2-6", "trt:GetAudioSourceConfigurations"), "AudioSource"),
    (official("MEDIA-3-3-5", "trt:GetAudioEncoderConfigurations"), "AudioEncoder"),
)
"""Cases that count the profiles that use a configuration."""


@pytest.mark.parametrize("kind", cases(*COUNTS))
def test_use_counts_are_those_of_the_profiles(onvif: OnvifClient, kind: str) -> None:
    used = [part.get("token") for _, part in in_profiles(onvif, "trt", kind)]
    for each in configurations(onvif, "trt", kind):
        assert number(each, "{*}UseCount") >= used.count(each.get("token"))


SOURCES = (
    (official("MEDIA-2-2-5", "trt:GetVideoSources"), "VideoSource", "SourceToken"),
    (official("MEDIA-3-2-5", "trt:GetAudioSources"), "AudioSource", "SourceToken"),
    (official("MEDIA-3-4-15", "trt:GetAudioOutputs"), "AudioOutput", "OutputToken"),
)
"""Cases that look for the source or output of each configuration."""


@pytest.mark.parametrize(("kind", "element"), cases(*SOURCES))
def test_each_configuration_has_its_source(onvif: OnvifClient, kind: str, element: str) -> None:
    there = {each.get("token") for each in onvif.change(f"trt:Get{kind}s").content}
    assert {each.findtext(f"{{*}}{element}") for each in configurations(onvif, "trt", kind)} <= there


@official("MEDIA-1-1-3", "trt:GetProfiles", "trt:GetProfile")
def test_one_profile_is_that_of_the_list(onvif: OnvifClient) -> None:
    for each in onvif.change("trt:GetProfiles").content:
        one = onvif.change("trt:GetProfile", asked("trt", Profile=each.get("token", "")))
        assert described(one.content[0]) == described(each)


@official("MEDIA-4-1-2", "trt:GetProfiles", "tptz:GetConfigurations")
def test_profiles_have_the_ptz_configurations_of_the_list(onvif: OnvifClient) -> None:
    listed = {each.get("token"): described(each) for each in onvif.change("tptz:GetConfigurations").content}
    for _, part in in_profiles(onvif, "trt", "PTZ"):
        assert described(part) == listed[part.get("token")]


@official("MEDIA2-1-1-1", "tr2:GetProfiles", "tmd:GetVideoSources")
def test_a_profile_is_ready_for_each_video_source(onvif: OnvifClient) -> None:
    profiles = onvif.change("tr2:GetProfiles", "<tr2:Type>All</tr2:Type>").content
    ready = [
        each.findtext("{*}Configurations/{*}VideoSource/{*}SourceToken")
        for each in profiles
        if each.findtext("{*}Configurations/{*}VideoEncoder/{*}Encoding") in ("H264", "H265")
    ]
    assert set(onvif.change("tmd:GetVideoSources").texts("tmd:Token")) <= set(ready)


SNAPSHOTS = (
    (official("MEDIA-6-1-1", "trt:GetSnapshotUri"), "trt"),
    (official("MEDIA2-5-1-1", "tr2:GetSnapshotUri"), "tr2"),
)


@pytest.mark.parametrize("prefix", cases(*SNAPSHOTS))
def test_the_address_of_a_snapshot_gives_one(onvif: OnvifClient, prefix: str) -> None:
    uri = onvif.change(f"{prefix}:GetSnapshotUri", asked(prefix, Profile="h264")).texts("{*}Uri")[0]
    answer = requests.get(uri, auth=HTTPDigestAuth("admin", PASSWORD), timeout=20)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    assert answer.content.startswith(b"\xff\xd8") and answer.content.endswith(b"\xff\xd9")


@official("MEDIA2-5-1-2", "tr2:GetVideoEncoderInstances")
def test_a_video_source_has_encoder_instances(onvif: OnvifClient) -> None:
    for each in configurations(onvif, "tr2", "VideoSource"):
        info = onvif.change("tr2:GetVideoEncoderInstances", asked("tr2", Configuration=each.get("token", "")))
        assert int(info.text("tr2:Total")) > 0


@official("MEDIA-1-1-1", "trt:GetProfiles")
def test_a_profile_has_a_picture(onvif: OnvifClient) -> None:
    profiles = onvif.change("trt:GetProfiles").content
    assert all(each.get("fixed") in ("true", "false") for each in profiles)
    parts = ("{*}VideoSourceConfiguration", "{*}VideoEncoderConfiguration")
    assert any(all(each.find(part) is not None for part in parts) for each in profiles)


@official("MEDIA-2-1-6", "trt:GetGuaranteedNumberOfVideoEncoderInstances")
@official("MEDIA-2-1-7", "trt:GetGuaranteedNumberOfVideoEncoderInstances", "trt:GetVideoEncoderConfigurationOptions")
def test_guaranteed_encoder_instances(onvif: OnvifClient) -> None:
    encodings = ("JPEG", "MPEG4", "H264")
    most = onvif.change("trt:GetServiceCapabilities").content.find(".//{*}ProfileCapabilities")
    assert most is not None
    limits = (len(configurations(onvif, "trt", "VideoEncoder")), int(most.get("MaximumNumberOfProfiles", "0")))
    options = onvif.change("trt:GetVideoEncoderConfigurationOptions").content[0]
    for each in configurations(onvif, "trt", "VideoSource"):
        tokens = asked("trt", Configuration=each.get("token", ""))
        found = onvif.change("trt:GetGuaranteedNumberOfVideoEncoderInstances", tokens).content
        assert number(found, "{*}TotalNumber") <= min(limits)
        counts = {name: found.findtext(f"{{*}}{name}") for name in encodings}
        offered = [name for name in encodings if options.find(f"{{*}}{name}") is not None]
        assert [name for name, count in counts.items() if count != "0"] == offered


@official("MEDIA2-2-3-5", "tr2:GetVideoEncoderConfigurationOptions")
def test_lists_of_video_encoder_options_are_in_order(onvif: OnvifClient) -> None:
    tokens = [each.get("token", "") for each in configurations(onvif, "tr2", "VideoEncoder")]
    for content in ("", *(asked("tr2", Configuration=token) for token in tokens)):
        for options in onvif.change("tr2:GetVideoEncoderConfigurationOptions", content).content:
            if lengths := options.get("GovLengthRange"):
                least, most = map(int, lengths.split())
                assert least <= most
            rates = [float(text) for text in options.get("FrameRatesSupported", "").split()]
            assert rates == sorted(rates, reverse=True)


@official("MEDIA-3-3-11", "trt:GetAudioEncoderConfigurationOptions")
def test_audio_rates_are_in_thousands(onvif: OnvifClient) -> None:
    def rates(content: str) -> tuple[set[str], set[str]]:
        answer = onvif.change("trt:GetAudioEncoderConfigurationOptions", content)
        return set(answer.texts("tt:BitrateList/tt:Items")), set(answer.texts("tt:SampleRateList/tt:Items"))

    bit_rates, sample_rates = rates("")
    assert bit_rates and all(int(each) < 10_000 for each in bit_rates)
    assert sample_rates and all(int(each) < 1000 for each in sample_rates)
    for each in configurations(onvif, "trt", "AudioEncoder"):
        own = rates(asked("trt", Configuration=each.get("token", "")))
        assert own[0] <= bit_rates and own[1] <= sample_rates
