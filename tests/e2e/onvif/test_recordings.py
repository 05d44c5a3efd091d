"""Recordings of a real camera by ONVIF: search, recording and replay services, and the address that players open."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.conftest import stop_all
from tests.e2e.camera import PASSWORD, PATIENCE, CameraProcess, Client, eventually
from tests.onvif.client import OnvifClient, Result

pytestmark = pytest.mark.slow

ALWAYS = {"Name": "always", "ScheduleTimeMode": "1", "EnableSDCard": "1"}
TOKEN = "<{0}:RecordingToken>sdcard</{0}:RecordingToken>"
KEEP_ALIVE = "<tse:KeepAliveTime>PT30S</tse:KeepAliveTime>"
SETUP = (
    "<trp:StreamSetup><tt:Stream>{}</tt:Stream><tt:Transport><tt:Protocol>{}</tt:Protocol></tt:Transport>"
    "</trp:StreamSetup><trp:RecordingToken>{}</trp:RecordingToken>"
)
HISTORY = (
    '<wsnt:TopicExpression Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">'
    "tns1:RecordingHistory//.</wsnt:TopicExpression>"
)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    """A camera with a complete recording of some seconds."""
    camera = CameraProcess(tmp_path_factory.mktemp("onvif") / "state", "--source=scene").start()
    client = camera.client
    client.update("Audio", MicEnabled="yes")
    assert client.get("/cgi/event/schedule.cgi", action="add", **ALWAYS).text.startswith("[Event.Schedule.")
    eventually(lambda: ask(client, "tse:GetRecordingInformation", TOKEN).find("Recording"), "nothing is recorded")
    eventually(lambda: length(client) > timedelta(seconds=3), "the recording is short")
    client.get("/cgi/event/schedule.cgi", action="remove", Name="always")
    eventually(lambda: ask(client, "tse:GetRecordingInformation", TOKEN).find("Stopped"), "it goes on")
    yield camera
    stop_all([camera])


class Answer(Result):
    """Response with a short way to read it."""

    def find(self, status: str) -> bool:
        return self.text("tt:RecordingStatus") == status


def ask(client: Client, operation: str, content: str = "") -> Answer:
    result = OnvifClient(client).change(operation, content.format(operation[:3]))
    return Answer(result.status, result.content, result.raw)


def moments(result: Result, *names: str) -> list[datetime]:
    return [datetime.fromisoformat(text) for name in names for text in result.texts(f"tt:{name}")]


def length(client: Client) -> timedelta:
    times = moments(ask(client, "tse:GetRecordingInformation", TOKEN), "EarliestRecording", "LatestRecording")
    return times[1] - times[0] if times else timedelta(0)


def test_the_services_are_listed(recorded: CameraProcess) -> None:
    listed = ask(recorded.client, "tds:GetServices", "<tds:IncludeCapability>true</tds:IncludeCapability>")
    for name in ("search", "recording", "replay"):
        assert f"http://127.0.0.1:{recorded.port}/onvif/{name}_service" in listed.texts("tds:XAddr")
        assert f"http://www.onvif.org/ver10/{name}/wsdl" in listed.texts("tds:Namespace")
    capabilities = ask(recorded.client, "tds:GetCapabilities", "<tds:Category>All</tds:Category>")
    for name in ("Recording", "Search", "Replay"):
        assert capabilities.content.find(f".//{{*}}Extension/{{*}}{name}/{{*}}XAddr") is not None
    scopes = ask(recorded.client, "tds:GetScopes").raw
    assert "Profile/G" not in scopes


def test_the_recording_and_its_tracks(recorded: CameraProcess) -> None:
    client = recorded.client
    for operation in ("trc:GetServiceCapabilities", "tse:GetServiceCapabilities", "trp:GetServiceCapabilities"):
        ask(client, operation)
    item = ask(client, "trc:GetRecordings")
    assert item.texts("tt:RecordingToken") == ["sdcard"]
    assert {"h264", "mjpeg", "ulaw"} < set(item.texts("tt:TrackToken"))
    assert item.texts("tt:TrackType")[-1] == "Audio"
    assert ask(client, "trc:GetRecordingConfiguration", TOKEN).text("tt:Content") == "SD card"
    track = ask(client, "trc:GetTrackConfiguration", TOKEN + "<trc:TrackToken>ulaw</trc:TrackToken>")
    assert track.text("tt:TrackType") == "Audio"
    ask(client, "trc:GetRecordingOptions", TOKEN)
    assert len(ask(client, "trc:GetRecordingJobs").content) == 0
    summary = ask(client, "tse:GetRecordingSummary")
    assert summary.text("tt:NumberRecordings") == "1"
    first, last = moments(summary, "DataFrom", "DataUntil")
    information = ask(client, "tse:GetRecordingInformation", TOKEN)
    assert information.texts("tt:TrackToken") == ["h264", "ulaw"]
    assert information.texts("tt:TrackType") == ["Video", "Audio"]
    assert moments(information, "EarliestRecording", "LatestRecording") == [first, last]
    at = (first + timedelta(seconds=1)).isoformat()
    attributes = ask(client, "tse:GetMediaAttributes", f"<tse:Time>{at}</tse:Time>")
    assert attributes.texts("tt:Encoding") == ["H264", "G711"]
    assert attributes.texts("tt:Width") == ["1280"]
    gap = (last + timedelta(hours=1)).isoformat()
    assert len(ask(client, "tse:GetMediaAttributes", f"<tse:Time>{gap}</tse:Time>").content) == 0


def find_events(client: Client, start: datetime, end: datetime, more: str = "", states: str = "false") -> Result:
    content = (
        f"<tse:StartPoint>{start.isoformat()}</tse:StartPoint><tse:EndPoint>{end.isoformat()}</tse:EndPoint>"
        f"<tse:Scope/><tse:SearchFilter>{more}</tse:SearchFilter>"
        f"<tse:IncludeStartState>{states}</tse:IncludeStartState>{KEEP_ALIVE}"
    )
    token = ask(client, "tse:FindEvents", content).text("tse:SearchToken")
    return ask(client, "tse:GetEventSearchResults", f"<tse:SearchToken>{token}</tse:SearchToken>")


def events(result: Result) -> list[tuple[str, str]]:
    """Return topic and state of each event."""
    topics = [text.removeprefix("tns1:RecordingHistory/") for text in result.texts("wsnt:Topic")]
    values = [item.get("Value", "") for item in result.content.findall(".//{*}Data/{*}SimpleItem")]
    return list(zip(topics, values, strict=True))


def test_a_search_for_events_runs_in_both_directions(recorded: CameraProcess) -> None:
    client, now = recorded.client, datetime.now(UTC)
    hour = timedelta(hours=1)
    found = find_events(client, now - hour, now + hour, HISTORY)
    assert found.text("tt:SearchState") == "Completed"
    changes = [("Recording/State", "true"), ("Track/State", "true"), ("Track/State", "true")]
    ends = [(topic, "false") for topic, _ in changes]
    assert events(found) == [*changes, *ends]
    times = moments(found, "Time")
    assert times == sorted(times)
    back = find_events(client, now + hour, now - hour, HISTORY)
    assert moments(back, "Time") == times[::-1]
    recorded_alone = find_events(client, now - hour, now + hour, HISTORY.replace("//.", "/Recording/State"))
    assert events(recorded_alone) == [("Recording/State", "true"), ("Recording/State", "false")]
    middle = times[0] + timedelta(seconds=1)
    states = find_events(client, middle, now + hour, HISTORY, states="true")
    assert states.texts("tt:StartStateEvent") == ["true"] * 3 + ["false"] * 3
    assert events(states)[:3] == changes


def test_a_search_for_recordings_is_fetched_once(recorded: CameraProcess) -> None:
    client = recorded.client
    scope = (
        '<tse:Scope><tt:RecordingInformationFilter>boolean(//Track[TrackType = "{}"])</tt:RecordingInformationFilter>'
        "</tse:Scope>"
    )
    for kind, count in (("Audio", 1), ("Metadata", 0)):
        token = ask(client, "tse:FindRecordings", scope.format(kind) + KEEP_ALIVE).text("tse:SearchToken")
        search = f"<tse:SearchToken>{token}</tse:SearchToken>"
        found = ask(client, "tse:GetRecordingSearchResults", search + "<tse:MaxResults>5</tse:MaxResults>")
        assert (found.text("tt:SearchState"), len(found.texts("tt:RecordingToken"))) == ("Completed", count)
        assert refuse(client, "tse:GetRecordingSearchResults", search) == "ter:InvalidToken"
    token = ask(client, "tse:FindRecordings", f"<tse:Scope/>{KEEP_ALIVE}").text("tse:SearchToken")
    search = f"<tse:SearchToken>{token}</tse:SearchToken>"
    assert refuse(client, "tse:GetEventSearchResults", search) == "ter:InvalidToken"
    ask(client, "tse:EndSearch", search)
    assert refuse(client, "tse:EndSearch", search) == "ter:InvalidToken"


def refuse(client: Client, operation: str, content: str) -> str:
    return OnvifClient(client).refuse(operation, content.format(operation[:3]))[1]


def test_unknown_tokens_are_refused(recorded: CameraProcess) -> None:
    client = recorded.client
    other = TOKEN.replace("sdcard", "tape")
    assert refuse(client, "tse:GetRecordingInformation", other) == "ter:InvalidToken"
    assert refuse(client, "trc:GetRecordingOptions", other) == "ter:NoRecording"
    track = TOKEN + "<trc:TrackToken>smell</trc:TrackToken>"
    assert refuse(client, "trc:GetTrackConfiguration", track) == "ter:NoTrack"
    assert (
        refuse(client, "trp:GetReplayUri", SETUP.format("RTP-Multicast", "UDP", "sdcard")) == "ter:InvalidStreamSetup"
    )
    assert refuse(client, "trp:GetReplayUri", SETUP.format("RTP-Unicast", "UDP", "tape")) == "ter:NoRecording"
    wrong = "<tse:Scope><tt:IncludedRecordings>tape</tt:IncludedRecordings></tse:Scope>" + KEEP_ALIVE
    assert refuse(client, "tse:FindRecordings", wrong) == "ter:InvalidToken"
    wrong = "<tse:Scope><tt:RecordingInformationFilter>1=1</tt:RecordingInformationFilter></tse:Scope>" + KEEP_ALIVE
    assert refuse(client, "tse:FindRecordings", wrong) == "ter:InvalidFilterFault"


def test_the_configuration_of_replays_is_fixed(recorded: CameraProcess) -> None:
    client = recorded.client
    assert ask(client, "trp:GetReplayConfiguration").text("tt:SessionTimeout") == "PT60S"
    configuration = "<trp:Configuration><tt:SessionTimeout>PT{}S</tt:SessionTimeout></trp:Configuration>"
    OnvifClient(client).change("trp:SetReplayConfiguration", configuration.format(60))
    refused = OnvifClient(client).refuse("trp:SetReplayConfiguration", configuration.format(5))
    assert refused[1] == "ter:ConfigModify"


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs ffmpeg")
@pytest.mark.parametrize(
    ("protocol", "transport", "address"),
    [("RTSP", "tcp", "rtsp://127.0.0.1:{1}"), ("HTTP", "http", "http://127.0.0.1:{0}")],
)
def test_the_address_plays(recorded: CameraProcess, protocol: str, transport: str, address: str) -> None:
    client = OnvifClient(recorded.client)
    uri = client.change("trp:GetReplayUri", SETUP.format("RTP-Unicast", protocol, "sdcard")).text("trp:Uri")
    assert uri == f"{address.format(recorded.port, recorded.rtsp)}/replay/sdcard"
    url = f"rtsp://admin:{PASSWORD.replace(' ', '%20')}@{uri.partition('://')[2]}"
    command = ["ffmpeg", "-v", "error", "-rtsp_transport", transport, "-i", url, "-map", "0:v", "-c", "copy"]
    played = subprocess.run(
        [*command, "-f", "framecrc", "-"], capture_output=True, text=True, timeout=3 * PATIENCE, check=False
    )
    assert (played.returncode, played.stderr) == (0, "")
    frames = [line for line in played.stdout.splitlines() if not line.startswith("#")]
    assert len(frames) > 10
