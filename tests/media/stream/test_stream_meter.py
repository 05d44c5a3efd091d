"""Stream meter: totals and histograms."""

from ipcamd.media.stream.stream_meter import Histogram, StreamMeter


def test_a_histogram_counts_up_to_and_with_each_limit() -> None:
    histogram = Histogram((0.1, 1.0))
    for value_s in (0.05, 0.1, 0.11, 1.0, 7.0):
        histogram.observe(value_s)
    found = histogram.distribution
    assert tuple(found.counts) == (2, 2, 1)
    assert round(found.total, 6) == 8.26


def test_a_meter_keeps_totals() -> None:
    meter = StreamMeter()
    for _ in range(200):
        meter.count(0.004, 0.02)
    assert meter.frames == 200
    assert sum(meter.work.distribution.counts) == sum(meter.delay.distribution.counts) == 200
    assert round(meter.delay.distribution.total, 6) == 4.0
