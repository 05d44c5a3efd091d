"""Metrics of the camera, from the counters of its parts. The number of series is bounded."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import reduce
from operator import add

from ipcamd.camera import Camera
from ipcamd.delivery.counts import DeliveryCounts
from ipcamd.event_bus import EventKind
from ipcamd.media.stream.stream_meter import Histogram
from ipcamd.media.stream.traffic import ENCODER, RECORDING, StreamTraffic
from ipcamd.web.metrics.process_metrics import process_metrics
from ipcamd.wire.metrics import Distribution, Labels, Metric, counter, gauge, histogram

PROTOCOLS = ("http", "rtsp", "multicast", "webrtc")
"""Protocols that are always shown."""
TARGETS = {"email": "mail"}
"""Labels of targets, if they differ from the names."""


def collect_metrics(camera: Camera) -> Iterator[Metric]:
    """Yield all metrics."""
    yield _build_info(camera)
    yield from _viewers(camera)
    yield from _pictures(camera)
    yield from _traffic(list(camera.pipeline.traffic))
    yield from _talk(camera)
    yield from _events(camera)
    yield from _deliveries(camera)
    yield from _card(camera)
    yield from process_metrics()


def _build_info(camera: Camera) -> Metric:
    labels = {"version": camera.identity.firmware_version, "model": camera.identity.model_number}
    return gauge("ipcamd_build_info", "Version and model; always 1.", (labels, 1))


def _viewers(camera: Camera) -> Iterator[Metric]:
    viewers = dict.fromkeys(PROTOCOLS, 0) | dict(camera.viewers_by_protocol())
    series = [({"protocol": protocol}, count) for protocol, count in viewers.items()]
    yield gauge("ipcamd_viewers", "Streams that are being watched.", *series)
    yield gauge("ipcamd_connections", "TCP connections that are open.", ({}, camera.connections()))
    refused = camera.authenticator.refusals
    yield counter("ipcamd_logins_refused", "Wrong logins, and logins from addresses that are throttled.", ({}, refused))


def _talk(camera: Camera) -> Iterator[Metric]:
    if camera.speaker:
        late = camera.speaker.late_packets
        yield counter("ipcamd_talk_packets_late", "Packets of talkers that came too late, or twice.", ({}, late))


def _pictures(camera: Camera) -> Iterator[Metric]:
    pipeline, capture = camera.pipeline, camera.pipeline.capture
    yield gauge(
        "ipcamd_source_up", "1 while the source delivers what is wanted, 0 without signal.", ({}, capture.has_signal)
    )
    yield counter("ipcamd_frames_captured", "Pictures that came from the source.", ({}, capture.pictures))
    missed = pipeline.analysis.latest.replaced
    yield counter("ipcamd_frames_unanalyzed", "Pictures that motion detection was too slow for.", ({}, missed))
    meters = pipeline.meters
    encoded = _by_stream({name: meter.frames for name, meter in meters.items()})
    yield counter("ipcamd_frames_encoded", "Frames that were encoded.", *encoded)
    passed = _by_stream({name: meter.passed_frames for name, meter in meters.items()})
    yield counter("ipcamd_frames_passed_through", "Frames that were handed on as the source sent them.", *passed)
    work = _sum_up(meter.work for meter in meters.values())
    yield histogram("ipcamd_encode_seconds", "Processor time to encode a frame.", work)
    delay = _sum_up(meter.delay for meter in meters.values())
    yield histogram("ipcamd_delay_seconds", "From a picture's capture until its frame is encoded.", delay)


def _by_stream(counts: Mapping[str, int]) -> list[tuple[dict[str, str], int]]:
    """Return the series of counts by stream. Streams encoded only for WebRTC count for their codec."""
    sums = Counter[str]()
    for name, count in counts.items():
        sums[name.removesuffix("_encoded")] += count
    return [({"stream": name}, count) for name, count in sums.items()]


def _sum_up(histograms: Iterable[Histogram]) -> Distribution:
    return reduce(add, (each.distribution for each in histograms))


def _traffic(counts: list[StreamTraffic]) -> Iterator[Metric]:
    viewers = [each for each in counts if each.protocol not in (ENCODER, RECORDING)]

    def by_stream(read: Callable[[StreamTraffic], int]) -> list[tuple[Labels, int]]:
        return [({"stream": each.stream, "protocol": each.protocol}, read(each)) for each in viewers]

    yield counter(
        "ipcamd_frames_sent", "Frames that viewers got, each viewer's counted.", *by_stream(lambda t: t.frames_sent)
    )
    yield counter("ipcamd_frames_dropped", "Frames that slow viewers missed.", *by_stream(lambda t: t.frames_dropped))
    totals = dict.fromkeys(PROTOCOLS, 0)
    for each in viewers:
        totals[each.protocol] = totals.get(each.protocol, 0) + each.bytes_sent
    series = [({"protocol": protocol}, size) for protocol, size in totals.items()]
    yield counter("ipcamd_bytes_sent", "Bytes of frames that viewers got.", *series)

    def dropped_by(protocol: str) -> list[tuple[Labels, int]]:
        return [({"stream": each.stream}, each.frames_dropped) for each in counts if each.protocol == protocol]

    late = dropped_by(ENCODER)
    yield counter("ipcamd_frames_late", "Frames that all viewers missed, since the camera was too busy.", *late)
    unrecorded = dropped_by(RECORDING)
    yield counter(
        "ipcamd_frames_unrecorded", "Frames that are not recorded, since the SD card is too slow.", *unrecorded
    )


def _events(camera: Camera) -> Iterator[Metric]:
    counts = camera.event_bus.counts
    series = [({"kind": kind.value}, counts[kind]) for kind in EventKind]
    yield counter("ipcamd_events", "Beginnings and ends of events.", *series)
    yield counter("ipcamd_events_lost", "Events that slow subscribers missed.", ({}, camera.event_bus.lost))


def _deliveries(camera: Camera) -> Iterator[Metric]:
    counts = {**camera.delivery.counts(), "http": camera.notifier.counts, "mqtt": camera.outbox.counts("mqtt")}
    counts |= camera.webhooks.counts()

    def by_target(read: Callable[[DeliveryCounts], int]) -> list[tuple[Labels, int]]:
        return [({"target": TARGETS.get(target, target)}, read(each)) for target, each in counts.items()]

    yield gauge("ipcamd_deliveries_waiting", "Files and notifications that wait.", *by_target(lambda c: c.waiting))
    yield counter("ipcamd_deliveries", "Files and notifications that arrived.", *by_target(lambda c: c.delivered))
    yield counter("ipcamd_deliveries_failed", "Attempts that failed.", *by_target(lambda c: c.failures))
    yield counter(
        "ipcamd_deliveries_dropped", "Files and notifications that were given up.", *by_target(lambda c: c.dropped)
    )


def _card(camera: Camera) -> Iterator[Metric]:
    card = camera.card
    yield gauge("ipcamd_card_mounted", "1 while an SD card can be used.", ({}, card.mounted))
    if card.mounted:
        space = card.space()
        yield gauge("ipcamd_card_free_bytes", "Free space on the SD card.", ({}, space.free_bytes))
        yield gauge("ipcamd_card_size_bytes", "Size of the SD card.", ({}, space.total_bytes))
        yield gauge("ipcamd_card_recordings", "Recordings on the SD card.", ({}, len(card.index)))
