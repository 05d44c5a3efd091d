"""Topics of the camera's notifications, and their description (ONVIF Core, 9.4)."""

from collections.abc import Sequence

from ipcamd.dataclass import dataclass
from ipcamd.onvif.soap.writer import Content, Node, node


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic; its path begins below the namespace ``tns1``."""

    path: tuple[str, ...]
    source: tuple[tuple[str, str], ...]
    """Names and types of the items that identify the source."""
    data: tuple[tuple[str, str], ...]
    """Names and types of the items with the data; a state comes first."""
    is_property: bool = True
    """It is a property with a permanent state; otherwise a single event."""

    @property
    def text(self) -> str:
        """The topic as it is written in messages."""
        return "tns1:" + "/".join(self.path)


_TOKEN, _BOOLEAN, _STRING = "tt:ReferenceToken", "xs:boolean", "xs:string"

MOTION_ALARM = Topic(("VideoSource", "MotionAlarm"), (("Source", _TOKEN),), (("State", _BOOLEAN),))
"""Motion in the picture (ONVIF Imaging Service Specification)."""
CELL_MOTION = Topic(
    ("RuleEngine", "CellMotionDetector", "Motion"),
    (
        ("VideoSourceConfigurationToken", _TOKEN),
        ("VideoAnalyticsConfigurationToken", _TOKEN),
        ("Rule", _STRING),
    ),
    (("IsMotion", _BOOLEAN),),
)
"""Motion in a window (ONVIF Analytics Service Specification, cell motion detector)."""
TOO_DARK, TOO_BRIGHT, SCENE_CHANGE = (
    Topic(("VideoSource", name, "ImagingService"), (("Source", _TOKEN),), (("State", _BOOLEAN),))
    for name in ("ImageTooDark", "ImageTooBright", "GlobalSceneChange")
)
"""Pictures that show nothing useful, as after tampering (ONVIF Imaging Service Specification)."""
SIGNAL_LOSS = Topic(("VideoSource", "SignalLoss"), (("Source", _TOKEN),), (("State", _BOOLEAN),))
"""The source is lost, and viewers see a picture that says so (ONVIF Imaging Service Specification)."""
DIGITAL_INPUT = Topic(("Device", "Trigger", "DigitalInput"), (("InputToken", _TOKEN),), (("LogicalState", _BOOLEAN),))
RELAY = Topic(("Device", "Trigger", "Relay"), (("RelayToken", _TOKEN),), (("LogicalState", "tt:RelayLogicalState"),))
STORAGE_FAILURE = Topic(("Device", "HardwareFailure", "StorageFailure"), (("Token", _TOKEN),), (("Failed", _BOOLEAN),))
RECORDING_STATE = Topic(
    ("RecordingHistory", "Recording", "State"), (("RecordingToken", _TOKEN),), (("IsRecording", _BOOLEAN),)
)
TRACK_STATE = Topic(
    ("RecordingHistory", "Track", "State"),
    (("RecordingToken", _TOKEN), ("Track", _TOKEN)),
    (("IsDataPresent", _BOOLEAN),),
)
"""Used only in searches: see `ipcamd.onvif.search`."""
PROFILE_CHANGED = Topic(("Media", "ProfileChanged"), (), (("Token", _TOKEN),), is_property=False)
CONFIGURATION_CHANGED = Topic(
    ("Media", "ConfigurationChanged"), (("Token", _TOKEN), ("Type", _STRING)), (), is_property=False
)
"""Inputs and relays (ONVIF Device IO Service Specification), the storage, recordings, and changes of profiles and
configurations (ONVIF Media2 Service Specification)."""

TOPICS = (
    MOTION_ALARM,
    CELL_MOTION,
    TOO_DARK,
    TOO_BRIGHT,
    SCENE_CHANGE,
    SIGNAL_LOSS,
    DIGITAL_INPUT,
    RELAY,
    STORAGE_FAILURE,
    RECORDING_STATE,
    PROFILE_CHANGED,
    CONFIGURATION_CHANGED,
)
"""All topics that the camera can send."""


def topic_set(topics: Sequence[Topic]) -> Node:
    """Return ``wstop:TopicSet`` of these topics."""
    return node("wstop:TopicSet", _branches(topics, 0))


def _branches(topics: Sequence[Topic], depth: int) -> Content:
    """Return the elements of the next part of each path; those of the same name are one."""
    names = dict.fromkeys(topic.path[depth] for topic in topics if len(topic.path) > depth)
    return [
        _branch(name, [each for each in topics if each.path[depth : depth + 1] == (name,)], depth) for name in names
    ]


def _branch(name: str, topics: Sequence[Topic], depth: int) -> Node:
    ends = [topic for topic in topics if len(topic.path) == depth + 1]
    # only the first part is in the namespace of the topics (WS-Topics 1.3, 6)
    element = f"tns1:{name}" if depth == 0 else name
    attributes: dict[str, object] = {"wstop__topic": True} if ends else {}
    return node(element, [_description(topic) for topic in ends], _branches(topics, depth + 1), **attributes)


def _description(topic: Topic) -> Node:
    source = node("tt:Source", _items(topic.source)) if topic.source else None
    data = node("tt:Data", _items(topic.data)) if topic.data else None
    return node("tt:MessageDescription", source, data, IsProperty=topic.is_property)


def _items(items: Sequence[tuple[str, str]]) -> Content:
    return [node("tt:SimpleItemDescription", Name=name, Type=kind) for name, kind in items]
