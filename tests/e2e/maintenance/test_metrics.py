"""Metrics of a real camera: access, values, and Prometheus itself."""

import json
import re
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_prometheus
from tests.e2e.camera import CameraProcess, Client, eventually
from tests.e2e.parts import STREAMS, sdk_parts
from tests.ports import free_port

pytestmark = pytest.mark.slow

PROGRAMS = Path(__file__).parents[3] / "build" / "prometheus"
"""Debian's Prometheus (see ``.ci/packages``)."""

TOKEN = "0123456789abcdef0123456789abcdef"
LIMITS = {"stream": 9, "protocol": 5, "kind": 8, "target": 6}
"""The most values of each label that the contract has."""


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    environment = {"IPCAMD_METRICS_TOKEN": TOKEN}
    process = CameraProcess(tmp_path_factory.mktemp("metrics") / "state", environment=environment).start()
    yield process.client
    process.stop()


def scrape(camera: Client) -> dict[tuple[str, ...], float]:
    """Return value by name and label values."""
    answer = camera.anonymous().ask("GET", "/metrics", Authorization=f"Bearer {TOKEN}")
    assert answer.status == 200, answer.text
    families = read_prometheus(answer.text)
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


def test_accounts_that_may_read_the_metrics(camera: Client) -> None:
    camera.get("/cgi/admin/pwdgrp.cgi", action="add", user="gast", pwd="some guest", grp="guest")
    refused = scrape(camera)[("ipcamd_logins_refused_total",)]
    assert camera.get("/metrics").status == 200
    assert camera.anonymous().get("/metrics").status == 401
    assert Client(camera.port, "gast", "some guest").get("/metrics").status == 403
    for wrong in ("Bearer nonsense", "Bearer", "bearer \xe4"):
        assert camera.anonymous().ask("GET", "/metrics", Authorization=wrong).status == 401
    assert scrape(camera)[("ipcamd_logins_refused_total",)] == refused + 3
    # the token permits nothing else
    elsewhere = camera.anonymous().ask("GET", "/cgi/admin/serverreport.cgi", Authorization=f"Bearer {TOKEN}")
    assert elsewhere.status == 401


def test_both_formats_and_promtools_opinion(camera: Client) -> None:
    plain = camera.get("/metrics")
    assert plain.fields["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    checked = subprocess.run(
        [PROGRAMS / "promtool", "check", "metrics"], input=plain.body, capture_output=True, timeout=60, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, b""), checked.stderr
    modern = camera.ask("GET", "/metrics", Accept="application/openmetrics-text; version=1.0.0,text/plain;q=0.5")
    assert modern.fields["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    names = {family.name for family in read_openmetrics(modern.text)}
    assert {"ipcamd_build", "ipcamd_build_info", "process_cpu_seconds"} & names


def test_a_viewer_is_counted_and_series_are_bounded(camera: Client) -> None:
    before = scrape(camera)
    with camera.open(STREAMS["MJPEG"]) as stream:
        read_pictures(stream, 10)
        watched = scrape(camera)
        assert watched[("ipcamd_viewers", "http")] == before[("ipcamd_viewers", "http")] + 1
        assert watched[("ipcamd_source_up",)] == 1
        assert watched[("ipcamd_frames_unanalyzed_total",)] == 0, "nothing is analyzed, so nothing is missed"
        for name in (
            ("frames_captured_total",),
            ("frames_encoded_total", "mjpeg"),
            ("frames_sent_total", "mjpeg", "http"),
        ):
            assert watched[(f"ipcamd_{name[0]}", *name[1:])] >= before.get((f"ipcamd_{name[0]}", *name[1:]), 0) + 10
        assert watched[("ipcamd_delay_seconds_count",)] == watched[("ipcamd_encode_seconds_count",)] >= 10
        assert watched[("ipcamd_bytes_sent_total", "http")] > before[("ipcamd_bytes_sent_total", "http")] + 10_000
    eventually(lambda: scrape(camera)[("ipcamd_viewers", "http")] == before[("ipcamd_viewers", "http")])
    for family in read_prometheus(camera.get("/metrics").text):
        for label, most in LIMITS.items():
            assert len({sample.labels[label] for sample in family.samples if label in sample.labels}) <= most


def test_events_and_a_lost_source_are_counted(camera: Client) -> None:
    before = scrape(camera)
    camera.get("/cgi/admin/virtual.cgi", di1="high")
    with camera.open(STREAMS["MJPEG"]) as stream:
        read_pictures(stream, 1)
        camera.get("/cgi/admin/virtual.cgi", source="lost")
        eventually(lambda: scrape(camera)[("ipcamd_source_up",)] == 0)
        camera.get("/cgi/admin/virtual.cgi", source="back")
        eventually(lambda: scrape(camera)[("ipcamd_source_up",)] == 1)
    after = scrape(camera)
    assert after[("ipcamd_events_total", "input")] == before[("ipcamd_events_total", "input")] + 1
    assert after[("ipcamd_events_total", "source")] == before[("ipcamd_events_total", "source")] + 2
    log = camera.get("/web/events").text
    assert "source lost" in log


def test_prometheus_scrapes_it(camera: Client, tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "prometheus.yml").write_text(
        "scrape_configs: [{job_name: ipcamd, scrape_interval: 1s, "
        f"authorization: {{credentials: {TOKEN}}}, static_configs: [{{targets: ['127.0.0.1:{camera.port}']}}]}}]"
    )
    options = [f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data"]
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            [PROGRAMS / "prometheus", *options, f"--web.listen-address=127.0.0.1:{port}"], stderr=log, cwd=tmp_path
        )
    try:
        eventually(lambda: query(port, "up{job='ipcamd'} == 1 and on() ipcamd_build_info == 1"), patience=60)
    finally:
        server.terminate()
        server.wait(60)


def read_pictures(stream: HTTPResponse, count: int) -> None:
    for _ in zip(range(count), sdk_parts(stream), strict=False):
        pass


def query(port: int, expression: str) -> bool:
    url = f"http://127.0.0.1:{port}/api/v1/query?" + urllib.parse.urlencode({"query": expression})
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return bool(json.load(answer)["data"]["result"])
    except OSError:
        return False


def test_the_dashboard_asks_for_metrics_that_are_there(camera: Client) -> None:
    lines = camera.get("/metrics").lines  # of a metric that has no series yet there is its type
    names = {line.split()[2] for line in lines if line.startswith("# TYPE ")}
    dashboard = (Path(__file__).parents[3] / "docs" / "grafana-dashboard.json").read_text()
    asked = set(re.findall(r"\b(?:ipcamd|process)_[a-z_]+", dashboard))
    assert len(asked) > 10
    assert {re.sub("_(bucket|sum|count)$", "", name) for name in asked} <= names
