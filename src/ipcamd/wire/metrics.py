"""Metrics text: the Prometheus text format 0.0.4, and OpenMetrics 1.0 (prometheus.io; OpenMetrics specification)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum

from ipcamd.dataclass import dataclass

PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Content type of the Prometheus text format."""
OPENMETRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
"""Content type of OpenMetrics."""

Labels = Mapping[str, str]
"""Label names and values of one series."""

_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})
_HELP_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n"})


class MetricKind(Enum):
    """Kind of metric."""

    COUNTER = "counter"
    """A number that only increases while the process runs."""
    GAUGE = "gauge"
    """A number that increases and decreases."""
    HISTOGRAM = "histogram"
    """Counts of observations by upper limits, and their sum."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """Observations of one histogram."""

    limits: Sequence[float]
    """Upper limits of the buckets, ascending, without infinity; in the metric's unit."""
    counts: Sequence[int]
    """Observations of each bucket, the last one above all limits: one more than `limits`."""
    total: float
    """Sum of all observations, in the metric's unit."""

    def __add__(self, other: "Distribution") -> "Distribution":
        counts = [mine + others for mine, others in zip(self.counts, other.counts, strict=True)]
        return Distribution(self.limits, counts, self.total + other.total)


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric with all its series."""

    name: str
    """Name, without the suffix ``_total`` of counters."""
    kind: MetricKind
    help: str
    """Description, one sentence."""
    series: Sequence[tuple[Labels, float | Distribution]]
    """Labels and value of each series; a `Distribution` for a histogram."""


def counter(name: str, help_: str, *series: tuple[Labels, float]) -> Metric:
    """Return a counter."""
    return Metric(name, MetricKind.COUNTER, help_, series)


def gauge(name: str, help_: str, *series: tuple[Labels, float]) -> Metric:
    """Return a gauge."""
    return Metric(name, MetricKind.GAUGE, help_, series)


def histogram(name: str, help_: str, values: Distribution) -> Metric:
    """Return a histogram of one series without labels."""
    return Metric(name, MetricKind.HISTOGRAM, help_, [({}, values)])


def write_prometheus(metrics: Iterable[Metric]) -> str:
    """Return the metrics in the Prometheus text format."""
    return "".join(line for metric in metrics for line in _lines(metric, _sample_name(metric)))


def write_openmetrics(metrics: Iterable[Metric]) -> str:
    """Return the metrics as OpenMetrics."""
    return "".join(line for metric in metrics for line in _lines(metric, metric.name)) + "# EOF\n"


def _sample_name(metric: Metric) -> str:
    return f"{metric.name}_total" if metric.kind is MetricKind.COUNTER else metric.name


def _lines(metric: Metric, family: str) -> Iterator[str]:
    """Yield the lines of a metric; `family` is its name in HELP and TYPE, which depends on the format."""
    yield f"# HELP {family} {metric.help.translate(_HELP_ESCAPES)}\n"
    yield f"# TYPE {family} {metric.kind.value}\n"
    name = _sample_name(metric)
    for labels, value in metric.series:
        if isinstance(value, Distribution):
            yield from _histogram_lines(name, labels, value)
        else:
            yield f"{name}{_label_text(labels)} {_number(value)}\n"


def _histogram_lines(name: str, labels: Labels, values: Distribution) -> Iterator[str]:
    seen = 0
    for limit, count in zip((*map(_number, map(float, values.limits)), "+Inf"), values.counts, strict=True):
        seen += count
        yield f"{name}_bucket{_label_text({**labels, 'le': limit})} {seen}\n"
    yield f"{name}_sum{_label_text(labels)} {_number(values.total)}\n"
    yield f"{name}_count{_label_text(labels)} {seen}\n"


def _label_text(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in labels.items()) + "}"


def _number(value: float) -> str:
    """Return a number in the form of both formats: the shortest text with the same value."""
    return repr(int(value) if isinstance(value, bool) else value)
