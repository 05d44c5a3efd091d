"""Search service: its table of operations (search.wsdl)."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from ipcamd.media.codecs import Codec
from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.events.filter import NotificationFilter, read_filter
from ipcamd.onvif.events.notification import notification_parts
from ipcamd.onvif.events.topics import RECORDING_STATE, TRACK_STATE
from ipcamd.onvif.media import tokens
from ipcamd.onvif.operation import Field, Operation, OperationCall, Service, optional
from ipcamd.onvif.recording.nodes import CONTENT, check_recording, read_sections, source_node, track_type
from ipcamd.onvif.search.history import HistoryEvent, read_history, states_at
from ipcamd.onvif.search.scope import includes_recording
from ipcamd.onvif.search.sessions import RESULTS_LIMIT, SearchSessions
from ipcamd.onvif.soap.fault import invalid_argument
from ipcamd.onvif.soap.values import boolean, duration, integer, moment, token, utc_time
from ipcamd.onvif.soap.writer import Content, Node, node
from ipcamd.storage.replay.catalog import FOREVER_NS, Section, TrackSpan, track_spans

_READ = AccessClass.READ_MEDIA
_RECORDINGS, _EVENTS = "GetRecordingSearchResults", "GetEventSearchResults"


class SearchService:
    """Operations on the recording, and on searches in it."""

    def __init__(self) -> None:
        self._sessions = SearchSessions()

    def service(self) -> Service:
        """Return the table of operations."""
        most = optional("MaxMatches", integer)
        keep_alive = Field("KeepAliveTime", duration)
        search = Field("SearchToken", token)
        results = (
            search,
            optional("MinResults", integer),
            optional("MaxResults", integer),
            optional("WaitTime", duration),
        )
        find_events = (
            Field("StartPoint", moment),
            optional("EndPoint", moment),
            Field("Scope"),
            Field("SearchFilter"),
            Field("IncludeStartState", boolean),
            most,
            keep_alive,
        )
        return Service(
            "tse",
            "/onvif/search_service",
            _capabilities,
            (
                Operation("GetRecordingSummary", _READ, get_recording_summary),
                Operation(
                    "GetRecordingInformation", _READ, get_recording_information, (Field("RecordingToken", token),)
                ),
                Operation(
                    "GetMediaAttributes",
                    _READ,
                    get_media_attributes,
                    (Field("RecordingTokens", token, is_list=True), Field("Time", moment)),
                ),
                Operation("FindRecordings", _READ, self.find_recordings, (Field("Scope"), most, keep_alive)),
                Operation(_RECORDINGS, _READ, partial(self._take, _RECORDINGS), results),
                Operation("FindEvents", _READ, self.find_events, find_events),
                Operation(_EVENTS, _READ, partial(self._take, _EVENTS), results),
                Operation("EndSearch", _READ, self.end_search, (search,)),
            ),
        )

    async def find_recordings(self, call: OperationCall) -> Content:
        """Start a search for recordings."""
        sections = await read_sections(call.camera)
        types = {track_type(span.codec) for span in track_spans(sections)}
        is_found = includes_recording(call["Scope"], types) and bool(sections)
        results = [_information(call, sections, "tt:RecordingInformation")] if is_found else []
        return self._open(call, _RECORDINGS, results, 0)

    async def find_events(self, call: OperationCall) -> Content:
        """Start a search for changes of the recording; backwards if the end is before the start."""
        sections = await read_sections(call.camera)
        start_ns, end_ns = _nanoseconds(call["StartPoint"]), FOREVER_NS
        if call["EndPoint"] is not None:
            end_ns = _nanoseconds(call["EndPoint"])
        wanted = read_filter(call["SearchFilter"], (RECORDING_STATE, TRACK_STATE))
        is_included = includes_recording(call["Scope"], {track_type(span.codec) for span in track_spans(sections)})
        history = read_history(sections) if is_included else []
        found = _select(history, start_ns, end_ns, wanted, call["IncludeStartState"])
        return self._open(call, _EVENTS, [_result(event) for event in found], min(end_ns, call.camera.clock.now_ns()))

    def end_search(self, call: OperationCall) -> Content:
        """End a search."""
        session = self._sessions.find(call.http.account, call["SearchToken"])
        self._sessions.end(session)
        return node("tse:Endpoint", utc_time(session.end_ns))

    def _open(self, call: OperationCall, kind: str, results: Sequence[Node], end_ns: int) -> Content:
        most = call["MaxMatches"]
        if most is not None and most < 1:
            raise invalid_argument("MaxMatches: allowed are 1 and more")
        keep_alive_s = call["KeepAliveTime"].total_seconds()
        return node(
            "tse:SearchToken", self._sessions.open(call.http.account, kind, results[:most], end_ns, keep_alive_s)
        )

    def _take(self, kind: str, call: OperationCall) -> Content:
        """Return the next results of a search; the session ends with the last ones. Searches are complete at once, so
        this never waits."""
        session = self._sessions.find(call.http.account, call["SearchToken"], kind)
        most = call["MaxResults"]
        if most is not None and most < 1:
            raise invalid_argument("MaxResults: allowed are 1 and more")
        results = session.take(min(most or RESULTS_LIMIT, RESULTS_LIMIT))
        if session.is_complete:
            self._sessions.end(session)
        state = "Completed" if session.is_complete else "Searching"
        return node("tse:ResultList", node("tt:SearchState", state), results)


async def get_recording_summary(call: OperationCall) -> Content:
    """Return the time from the first recording to the last, and the number of recordings."""
    sections = await read_sections(call.camera)
    first_ns, last_ns = (sections[0].start_ns, sections[-1].end_ns) if sections else (0, 0)
    return node(
        "tse:Summary",
        node("tt:DataFrom", utc_time(first_ns)),
        node("tt:DataUntil", utc_time(last_ns)),
        node("tt:NumberRecordings", 1 if sections else 0),
    )


async def get_recording_information(call: OperationCall) -> Content:
    """Return source, times and tracks of the recording."""
    check_recording(call["RecordingToken"], "InvalidToken")
    return _information(call, await read_sections(call.camera), "tse:RecordingInformation")


async def get_media_attributes(call: OperationCall) -> Content:
    """Return the formats of the tracks at a time; empty in a gap."""
    for each in call["RecordingTokens"]:
        check_recording(each, "InvalidToken")
    time_ns, sections = _nanoseconds(call["Time"]), await read_sections(call.camera)
    section = next((each for each in sections if each.start_ns <= time_ns < each.end_ns), None)
    if section is None:
        return None
    spans = [span for span in track_spans(sections) if span.codec in section.codecs]
    return node(
        "tse:MediaAttributes",
        node("tt:RecordingToken", tokens.RECORDING),
        [
            node("tt:TrackAttributes", _track("tt:TrackInformation", span), _format(section, span.codec))
            for span in spans
        ],
        node("tt:From", utc_time(section.start_ns)),
        node("tt:Until", utc_time(section.end_ns)),
    )


def _select(
    history: Sequence[HistoryEvent], start_ns: int, end_ns: int, wanted: NotificationFilter, with_states: bool
) -> list[HistoryEvent]:
    """Return the events between two times, in the order of the search."""
    first_ns, last_ns = sorted((start_ns, end_ns))
    found = [event for event in history if first_ns <= event.notification.time_ns <= last_ns]
    states = states_at(history, start_ns) if with_states else []
    if end_ns < start_ns:
        found = [*found[::-1], *(states_at(history, end_ns) if with_states else [])]
    return [event for event in (*states, *found) if wanted.passes(event.notification)]


def _information(call: OperationCall, sections: Sequence[Section], name: str) -> Node:
    earliest = node("tt:EarliestRecording", utc_time(sections[0].start_ns)) if sections else None
    latest = node("tt:LatestRecording", utc_time(sections[-1].end_ns)) if sections else None
    is_recording = any(section.recording.writing for section in sections)
    return node(
        name,
        node("tt:RecordingToken", tokens.RECORDING),
        source_node(call, "tt:Source"),
        earliest,
        latest,
        node("tt:Content", CONTENT),
        [_track("tt:Track", span) for span in track_spans(sections)],
        node("tt:RecordingStatus", "Recording" if is_recording else "Stopped" if sections else "Initiated"),
    )


def _track(name: str, span: TrackSpan) -> Node:
    return node(
        name,
        node("tt:TrackToken", span.codec.name),
        node("tt:TrackType", track_type(span.codec)),
        node("tt:Description", span.codec.name),
        node("tt:DataFrom", utc_time(span.first_ns)),
        node("tt:DataTo", utc_time(span.last_ns)),
    )


def _format(section: Section, codec: Codec) -> Node:
    encoding = node("tt:Encoding", codec.onvif.media1 if codec.onvif and codec.onvif.media1 else codec.name.upper())
    if codec.is_audio:
        return node("tt:AudioAttributes", encoding, node("tt:Samplerate", codec.rtp_format.clock))
    width, height = section.format.size
    return node(
        "tt:VideoAttributes",
        node("tt:Width", width),
        node("tt:Height", height),
        encoding,
        node("tt:Framerate", section.format.rate),
    )


def _result(event: HistoryEvent) -> Node:
    return node(
        "tt:Result",
        node("tt:RecordingToken", tokens.RECORDING),
        node("tt:TrackToken", event.track),
        node("tt:Time", utc_time(event.notification.time_ns)),
        node("tt:Event", notification_parts(event.notification)),
        node("tt:StartStateEvent", event.is_start_state),
    )


def _capabilities(_: OperationCall) -> Node:
    return node("tse:Capabilities", MetadataSearch=False, GeneralStartEvents=False)


def _nanoseconds(value: datetime) -> int:
    return round(value.timestamp() * 1000) * 1_000_000
