"""Samples of the search, recording and replay services, for a camera with an empty card."""

from tests.onvif.samples.sample import Sample


def _recording(prefix: str, token: str = "sdcard") -> str:
    return f"<{prefix}:RecordingToken>{token}</{prefix}:RecordingToken>"


def _search(operation: str) -> str:
    return f"<tse:SearchToken>{{search {operation}}}</tse:SearchToken>"


def _uri(stream: str, recording: str = "sdcard") -> str:
    transport = "<tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport>"
    return (
        f"<trp:StreamSetup><tt:Stream>{stream}</tt:Stream>{transport}</trp:StreamSetup>{_recording('trp', recording)}"
    )


def _timeout(seconds: int) -> str:
    return f"<trp:Configuration><tt:SessionTimeout>PT{seconds}S</tt:SessionTimeout></trp:Configuration>"


_KEEP_ALIVE = "<tse:KeepAliveTime>PT10S</tse:KeepAliveTime>"
_SPAN = "<tse:StartPoint>2030-01-01T00:00:00Z</tse:StartPoint>"
_FILTER = "<tse:SearchFilter/><tse:IncludeStartState>true</tse:IncludeStartState>"
_ELSEWHERE = "<tse:Scope><tt:IncludedRecordings>tape</tt:IncludedRecordings></tse:Scope>"
_NO_SEARCH = (("<tse:SearchToken>none</tse:SearchToken>", "InvalidToken"),)

SAMPLES = {
    "tse:GetServiceCapabilities": Sample(),
    "tse:GetRecordingSummary": Sample(),
    "tse:GetRecordingInformation": Sample(_recording("tse"), wrong=((_recording("tse", "tape"), "InvalidToken"),)),
    "tse:GetMediaAttributes": Sample("<tse:Time>2030-01-01T00:00:00Z</tse:Time>"),
    "tse:FindRecordings": Sample(
        f"<tse:Scope/>{_KEEP_ALIVE}", is_fixed=True, wrong=((_ELSEWHERE + _KEEP_ALIVE, "InvalidToken"),)
    ),
    "tse:GetRecordingSearchResults": Sample(_search("FindRecordings"), wrong=_NO_SEARCH),
    "tse:FindEvents": Sample(
        f"{_SPAN}<tse:Scope/>{_FILTER}{_KEEP_ALIVE}",
        is_fixed=True,
        wrong=((_SPAN + _ELSEWHERE + _FILTER + _KEEP_ALIVE, "InvalidToken"),),
    ),
    "tse:GetEventSearchResults": Sample(_search("FindEvents"), wrong=_NO_SEARCH),
    "tse:EndSearch": Sample(_search("FindEvents"), is_fixed=True, wrong=_NO_SEARCH),
    "trc:GetServiceCapabilities": Sample(),
    "trc:GetRecordings": Sample(),
    "trc:GetRecordingConfiguration": Sample(_recording("trc"), wrong=((_recording("trc", "tape"), "NoRecording"),)),
    "trc:GetTrackConfiguration": Sample(
        f"{_recording('trc')}<trc:TrackToken>h264</trc:TrackToken>",
        wrong=((f"{_recording('trc')}<trc:TrackToken>smell</trc:TrackToken>", "NoTrack"),),
    ),
    "trc:GetRecordingOptions": Sample(_recording("trc"), wrong=((_recording("trc", "tape"), "NoRecording"),)),
    "trc:GetRecordingJobs": Sample(),
    "trp:GetServiceCapabilities": Sample(),
    "trp:GetReplayUri": Sample(
        _uri("RTP-Unicast"),
        wrong=((_uri("RTP-Multicast"), "InvalidStreamSetup"), (_uri("RTP-Unicast", "tape"), "NoRecording")),
    ),
    "trp:GetReplayConfiguration": Sample(),
    "trp:SetReplayConfiguration": Sample(_timeout(60), is_fixed=True, wrong=((_timeout(5), "ConfigModify"),)),
}
"""Operation to its sample; ``{search FindEvents}`` is the token of a search that this operation begins."""
