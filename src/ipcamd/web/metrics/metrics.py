"""Metrics: ``/metrics``, for Prometheus and other readers of its formats."""

from ipcamd.access.login_challenge import login_error
from ipcamd.cgi.answer import Answer
from ipcamd.cgi.arguments import OTHERS_IGNORED
from ipcamd.cgi.endpoint import Call, LoginPlace, Reply
from ipcamd.params.group import Rank
from ipcamd.web.metrics.camera_metrics import collect_metrics
from ipcamd.web.page_request import NO_STORE, read_endpoint
from ipcamd.wire.http.bearer import bearer_token
from ipcamd.wire.metrics import OPENMETRICS_TYPE, PROMETHEUS_TYPE, write_openmetrics, write_prometheus


def metrics(call: Call) -> Reply:
    """Return the camera's metrics: as OpenMetrics if the client accepts that, else in the Prometheus text format. For
    administrators, and for requests with the token of ``--metrics-token``. Raises ``HttpError``."""
    token = bearer_token(call.head.fields.get("authorization", ""))
    camera = call.camera
    if token is not None and (refusal := camera.authenticator.verify_bearer(token, camera.metrics_token, call.address)):
        raise login_error(refusal)
    found = collect_metrics(camera)
    if "application/openmetrics-text" in call.head.fields.get("accept", ""):
        return _reply(write_openmetrics(found), OPENMETRICS_TYPE)
    return _reply(write_prometheus(found), PROMETHEUS_TYPE)


def _reply(text: str, content_type: str) -> Reply:
    return Reply(text.encode(), content_type=content_type, headers=(NO_STORE,))


_ANSWERS = (Answer(PROMETHEUS_TYPE), Answer(OPENMETRICS_TYPE))
ENDPOINTS = (read_endpoint("/metrics", Rank.ADMIN, metrics, OTHERS_IGNORED, *_ANSWERS, login=LoginPlace.TOKEN),)
"""The request for metrics."""
