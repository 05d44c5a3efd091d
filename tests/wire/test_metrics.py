"""Metrics text, read back by Prometheus' own parsers."""

from collections.abc import Iterable

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_prometheus

from ipcamd.wire.metrics import Distribution, Metric, counter, gauge, histogram, write_openmetrics, write_prometheus

METRICS = [
    counter(
        "x_frames", "Frames, \\ and\nmore.", ({"stream": "a"}, 3), ({"stream": 'quote " back \\ line \n end'}, 2**53)
    ),
    gauge("x_up", "Up.", ({}, True)),
    gauge("x_ratio", "Ratio.", ({}, 0.1)),
    gauge("x_nothing", "Nothing."),
    histogram("x_seconds", "Seconds.", Distribution((0.01, 0.5), (1, 2, 4), 7.5)),
]
SAMPLES = {
    ("x_frames_total", (("stream", "a"),)): 3,
    ("x_frames_total", (("stream", 'quote " back \\ line \n end'),)): 2**53,
    ("x_up", ()): 1,
    ("x_ratio", ()): 0.1,
    ("x_seconds_bucket", (("le", "0.01"),)): 1,
    ("x_seconds_bucket", (("le", "0.5"),)): 3,
    ("x_seconds_bucket", (("le", "+Inf"),)): 7,
    ("x_seconds_sum", ()): 7.5,
    ("x_seconds_count", ()): 7,
}


def samples(families: Iterable[object]) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {(s.name, tuple(s.labels.items())): s.value for family in families for s in family.samples}  # type: ignore[attr-defined]


def test_the_prometheus_format_is_parsed_as_intended() -> None:
    text = write_prometheus(METRICS)
    assert samples(read_prometheus(text)) == SAMPLES
    assert "# TYPE x_frames_total counter\n" in text
    assert r"# HELP x_frames_total Frames, \\ and\nmore." in text


def test_openmetrics_are_parsed_as_intended() -> None:
    text = write_openmetrics(METRICS)
    assert samples(read_openmetrics(text)) == SAMPLES
    assert "# TYPE x_frames counter\n" in text
    assert text.endswith("\n# EOF\n")


@pytest.mark.parametrize("metrics", [[], [gauge("x_nothing", "Nothing.")]])
def test_no_metric_is_no_error(metrics: list[Metric]) -> None:
    assert samples(read_openmetrics(write_openmetrics(metrics))) == {}


def test_distributions_of_the_same_limits_add_up() -> None:
    assert Distribution((1.0,), (1, 2), 3.0) + Distribution((1.0,), (10, 20), 30.0) == Distribution(
        (1.0,), [11, 22], 33.0
    )
