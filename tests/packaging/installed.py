"""Proof that an installed camera is complete: pages with their modules, and pictures of the built-in scene."""

import re
import sys
from urllib.parse import urljoin

import simplejpeg
from tests.e2e.camera import Client

PAGES = ("/", "/recordings", "/events", "/settings", "/system", "/api")


def assert_complete(client: Client) -> None:
    """Fetch every page with its files, a snapshot and the beginning of a stream."""
    for page in PAGES:
        answer = client.get(page)
        assert answer.status == 200, page
        loaded = [urljoin(page, name) for name in re.findall(r'(?:src|href)="([^"#:]+\.(?:js|css|svg))"', answer.text)]
        assert len(loaded) > 1, answer.text
        assert [(path, status) for path in loaded if (status := client.get(path).status) != 200] == []
    assert_picture(client)
    with client.open("/cgi/mpeg/stream1.cgi?header=no") as stream:
        assert stream.read(4) == b"\0\0\0\1"


def assert_picture(client: Client) -> None:
    """Fetch a snapshot and decode it: it is large, and not of one colour."""
    picture = simplejpeg.decode_jpeg(client.get("/cgi/jpg/image.cgi").body)
    assert picture.shape[0] >= 480
    assert picture.std() > 10


if __name__ == "__main__":
    assert_complete(Client(int(sys.argv[1]), "admin", sys.argv[2]))
