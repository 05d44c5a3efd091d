"""Logins and certificates of sources: no password is sent where others could read it."""

import socket
import threading
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.media.source.clips import pictures
from tests.media.source.conftest import Play
from tests.media.source.peers import Peer

from ipcamd.errors import SourceError
from ipcamd.media.source.source import Wanted
from ipcamd.media.source.source_choice import make_source

EVERY = 1_000_000


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This computer trusts the camera's certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def shows(play: Play, url: str, tls: str = "auto") -> bool:
    return len(pictures(play(make_source(url, tls=tls), 3, rate=EVERY))) == 3


def failure(url: str, tls: str = "auto") -> str:
    with pytest.raises(SourceError) as failed:
        next(make_source(url, tls=tls).play(lambda: Wanted((320, 240), EVERY, False), threading.Event()))
    assert "secret" not in str(failed.value)
    return str(failed.value)


@pytest.mark.parametrize("path", ["mjpg", "login", "session"])
def test_a_camera_may_sign_its_certificate_itself(certified: str, play: Play, path: str) -> None:
    assert shows(play, f"{certified}/{path}")


@pytest.mark.slow
def test_a_camera_with_tls_may_pause(certified: str, play: Play) -> None:
    assert shows(play, f"{certified}/slow")


def test_a_password_in_clear_needs_a_certificate_that_can_be_verified(certified: str, play: Play) -> None:
    assert "--source-tls any" in failure(f"{certified}/basic")
    assert set(Peer.logins) == {"None"}
    assert shows(play, f"{certified}/basic", "any")


@pytest.mark.usefixtures("trusted")
def test_a_password_in_clear_goes_to_a_camera_whose_certificate_is_verified(certified: str, play: Play) -> None:
    assert shows(play, f"{certified}/basic")
    assert shows(play, f"{certified}/basic", "verify")


def test_certificates_can_be_required(certified: str, play: Play) -> None:
    assert "SSL_CERT_FILE" in failure(f"{certified}/mjpg", "verify")
    assert Peer.asked == []


@pytest.mark.usefixtures("trusted")
def test_a_certificate_for_another_host_does_not_count(certified: str) -> None:
    assert "cannot be verified" in failure(f"{certified.replace('127.0.0.1', 'localhost')}/mjpg", "verify")


def test_without_tls_the_password_is_sent_in_clear_text_where_the_user_allows_it(peer: str, play: Play) -> None:
    assert shows(play, f"{peer}/basic")


def test_a_redirection_to_tls_keeps_the_login(peer: str, certified: str, play: Play) -> None:
    there = f"https://{certified.rpartition('@')[2]}/login"
    assert shows(play, f"{peer}/astray_to?{quote(there)}")


def test_a_redirection_from_tls_drops_the_login(peer: str, certified: str) -> None:
    there = f"http://{peer.rpartition('@')[2]}/basic"
    assert "use that address as the source" in failure(f"{certified}/astray_to?{quote(there)}", "any")
    assert Peer.logins == ["None"]


def test_a_redirection_to_another_host_drops_the_login(peer: str) -> None:
    there = f"http://{peer.rpartition('@')[2].replace('127.0.0.1', 'localhost')}/basic"
    assert "localhost" in failure(f"{peer}/astray_to?{quote(there)}")
    assert Peer.logins == ["None"]


def test_a_redirection_leads_to_no_forbidden_address(peer: str) -> None:
    there = f"http://{peer.rpartition('@')[2].replace('127.0.0.1', '0.0.0.0')}/mjpg"
    assert "leads to a forbidden address (0.0.0.0: " in failure(f"{peer}/astray_to?{quote(there)}")
    assert len(Peer.asked) == 1


def test_a_camera_elsewhere_leads_to_nothing_of_this_machine(peer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def resolve(host: str, *rest: object, **more: object) -> list[tuple[object, ...]]:
        if host == "camera.example":  # it is looked up for its own pictures, and for the target of its redirection
            return [(2, 1, 6, "", (next(addresses), 0))]
        return real(host, *rest, **more)  # type: ignore[arg-type]

    addresses = iter(("127.0.0.1", "192.0.2.1"))
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    there = f"http://{peer.rpartition('@')[2]}/mjpg"
    source = f"{peer.replace('127.0.0.1', 'camera.example')}/astray_to?{quote(there)}"
    assert "leads to a forbidden address (127.0.0.1: " in failure(source)
    assert len(Peer.asked) == 1


@pytest.mark.slow
def test_video_files_and_lists_come_over_tls_with_the_login(certified: str, play: Play) -> None:
    assert shows(play, f"{certified}/video.mp4")
    assert shows(play, f"{certified}/hls/list")
