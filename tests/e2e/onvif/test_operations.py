"""Every ONVIF operation on a real camera: its answer is valid, its change acts and can be undone, wrong requests and
callers of too low a rank are refused by valid faults and change nothing."""

import re
from collections.abc import Callable, Iterator

import pytest
from tests.conftest import stop_all
from tests.e2e.camera import CameraProcess, Client, eventually
from tests.onvif.client import OnvifClient, Result
from tests.onvif.operations import OPERATIONS
from tests.onvif.samples import SAMPLES
from tests.onvif.samples.sample import PARAMETER, Request, Sample
from tests.onvif.stored import stored

from ipcamd.onvif.operation import Operation
from ipcamd.onvif.soap.values import string
from ipcamd.params.group import Rank

pytestmark = pytest.mark.slow

PASSWORD = "horse 42"
RANKS = {Rank.USERS: "operator", Rank.GUEST: "viewer"}
"""Rank to account."""
SEARCH = re.compile(r"\{search (\w+)\}")
"""Place in a content where the token of a new search is to be."""
TIME = re.compile(r"<tt:(UtcTime|Hour|Minute|Second|Day|Month)>[^<]*")


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    camera = CameraProcess(
        tmp_path_factory.mktemp("operations") / "state", "--source=scene", "--allow-local-targets"
    ).start()
    camera.client.update("Audio", MicEnabled="yes")
    camera.client.update("Network.ONVIF", Hostname="camera")
    camera.client.update("Time.NTP", Server="first.invalid")
    camera.client.update("Time", SyncSource="NTP")
    for rank, name in RANKS.items():
        group = rank.name.lower()
        camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user=name, pwd=PASSWORD, grp=group)
    yield camera
    stop_all([camera])


class SampleSender:
    """Sends the samples to a camera."""

    def __init__(self, camera: CameraProcess) -> None:
        self._client = camera.client
        self._onvif = OnvifClient(camera.client)

    def ask(self, request: Request) -> str:
        """Insist that a request is carried out; return the answer."""
        operation, content = request
        result = self.at(operation).ask(operation, self.content(content))
        if result.status != 200 or f"<{operation}Response" not in result.raw:
            raise AssertionError(f"{content} is answered by {body(result)}")
        return result.raw

    def refuse(self, request: Request) -> list[str]:
        """Insist that a request is refused; return the fault's subcodes."""
        operation, content = request
        result = self.at(operation).ask(operation, self.content(content))
        if result.status not in (400, 500):
            raise AssertionError(f"{content} is answered by {body(result)}")
        *subcodes, _ = result.fault
        return subcodes

    def at(self, operation: str) -> OnvifClient:
        if not SAMPLES[operation].at_subscription:
            return self._onvif
        point = self._onvif.change("tev:CreatePullPointSubscription")
        return self._onvif.at(point.texts("{*}Address")[0])

    def read(self, request: Request) -> str:
        """Return the content of an answer, without the parts that differ from second to second."""
        return TIME.sub("", self.ask(request).partition("<s:Body>")[2])

    def read_at_rest(self, request: Request) -> str:
        """Return it when all motors are at rest."""
        return eventually(lambda: answer if "MOVING" not in (answer := self.read(request)) else "")

    def wait(self, request: Request, is_there: Callable[[str], bool]) -> None:
        """Read until the answer is as it should be."""
        try:
            eventually(lambda: is_there(self.read(request)))
        except AssertionError:
            raise AssertionError(f"{request[0]} still answers {self.read(request)}") from None

    def content(self, text: str) -> str:
        filled = PARAMETER.sub(lambda match: self._client.value(match[1], match[2]), text)
        return SEARCH.sub(lambda match: self._search(f"tse:{match[1]}"), filled)

    def _search(self, operation: str) -> str:
        return self._onvif.change(operation, SAMPLES[operation].content).text("tse:SearchToken")


def body(result: Result) -> str:
    return result.raw.partition("<s:Body>")[2]


def for_each(check: Callable[[str, Sample], None]) -> None:
    """Check every sample; name those that fail."""
    failures = []
    for operation, sample in SAMPLES.items():
        try:
            check(operation, sample)
        except AssertionError as failure:
            failures.append(f"{operation}: {failure}")
    assert not failures, "\n".join(failures)


def test_each_request_is_carried_out_and_can_be_undone(camera: CameraProcess) -> None:
    asker = SampleSender(camera)

    def check(operation: str, sample: Sample) -> None:
        if sample.ends_camera:
            return
        requests, effect = (*sample.prepare, (operation, sample.content), *sample.undo), sample.effect
        before = asker.read_at_rest(effect.request) if effect else ""
        for number, request in enumerate(requests):
            if effect and number == len(sample.prepare):
                asker.wait(effect.request, lambda answer: (effect.text in answer) is effect.is_gone)
            asker.ask(request)
            if effect and number == len(sample.prepare):
                asker.wait(effect.request, lambda answer: (effect.text in answer) is not effect.is_gone)
        if effect:
            asker.wait(effect.request, lambda answer: answer == before)

    for_each(check)


def test_wrong_requests_are_refused_and_change_nothing(camera: CameraProcess) -> None:
    asker, before = SampleSender(camera), stored(camera.client)

    def check(operation: str, sample: Sample) -> None:
        for content, code in sample.wrong:
            subcodes = asker.refuse((operation, content))
            assert subcodes[-1] == f"ter:{code}", (content, subcodes)
        for content in broken(OPERATIONS[operation], sample.content):
            subcodes = asker.refuse((operation, content))
            assert subcodes[0] == "ter:InvalidArgVal", (content, subcodes)

    for_each(check)
    assert stored(camera.client) == before


def broken(operation: Operation, content: str) -> Iterator[str]:
    """Give contents that lack a required field, or have a value there that the field cannot have."""
    for field in operation.fields:
        element = re.compile(rf"<(\w+):{field.name}\b[^>]*?(?:/>|>.*?</\1:{field.name}>)")
        if field.is_required and not field.is_list:
            yield element.sub("", content, count=1)
        if field.reader not in (None, string) and element.search(content):
            yield element.sub(rf"<\1:{field.name}>{'~' * 65}</\1:{field.name}>", content, count=1)


def test_a_lower_rank_is_refused(camera: CameraProcess) -> None:
    before = stored(camera.client)
    clients = {rank: OnvifClient(Client(camera.port, name, PASSWORD)) for rank, name in RANKS.items()}
    nobody = OnvifClient(camera.client.anonymous())

    def check(operation: str, sample: Sample) -> None:
        least = OPERATIONS[operation].access.rank
        answer = nobody.ask(operation, sample.content)
        assert answer.status == (200 if least is None else 401), answer.raw
        for rank, client in clients.items():
            if least is not None and rank < least:
                result = client.ask(operation, sample.content)
                assert (result.status, result.fault[:1]) == (400, ["ter:NotAuthorized"]), result.raw

    for_each(check)
    assert stored(camera.client) == before


def test_a_subscription_is_found_at_its_own_address_alone(camera: CameraProcess) -> None:
    onvif = OnvifClient(camera.client)
    for operation, sample in SAMPLES.items():
        if sample.at_subscription:
            assert onvif.refuse(operation, sample.content)[:2] == ["ter:InvalidArgVal", "ter:ResourceUnknownFault"]
