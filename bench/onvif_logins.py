"""ONVIF requests with a new login each time: HTTP Digest, or a UsernameToken."""

import base64
import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

from bench.load import processor_seconds
from bench.servers import Target
from tests.e2e.camera import PASSWORD

from ipcamd.access.username_token import digest_password
from ipcamd.wire.http.digest import MD5, DigestCredentials, answer, secret

USER, CNONCE, BATCH = "admin", "0a4f113b", 100
HEAD = "POST {path} HTTP/1.1\r\nHost: camera\r\nContent-Type: application/soap+xml\r\nContent-Length: {size}\r\n"
TOKEN = (
    '<s:Header><Security xmlns="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">'
    '<UsernameToken><Username>{user}</Username><Password Type="#PasswordDigest">{proof}</Password>'
    "<Nonce>{nonce}</Nonce><Created>{created}</Created></UsernameToken></Security></s:Header><s:Body>"
)
Requests = Iterator[bytes]


def ask_with_digest(target: Target, path: str, body: str, connections: int, seconds: float) -> float:
    """Return how many requests with HTTP Digest the camera answers per second of processor time."""
    return _ask(target, connections, seconds, lambda link: _digest_requests(link, path, body))


def ask_with_token(target: Target, path: str, body: str, connections: int, seconds: float) -> float:
    """Return how many requests with a UsernameToken the camera answers per second of processor time."""
    return _ask(target, connections, seconds, lambda _: _token_requests(path, body))


def _ask(target: Target, connections: int, seconds: float, prepare: Callable[[socket.socket], Requests]) -> float:
    with ExitStack() as stack:
        address = ("127.0.0.1", target.port)
        links = [stack.enter_context(socket.create_connection(address, timeout=30)) for _ in range(connections)]
        sources = [(link, prepare(link)) for link in links]
        answered, used_s, end_s = 0, 0.0, time.monotonic() + seconds
        while time.monotonic() < end_s:
            batch = [(link, next(requests)) for _ in range(BATCH) for link, requests in sources]
            before_s = processor_seconds(target.pid)
            for at in range(0, len(batch), connections):
                _exchange(batch[at : at + connections])
            used_s += processor_seconds(target.pid) - before_s
            answered += len(batch)
    return answered / used_s


def _exchange(requests: list[tuple[socket.socket, bytes]]) -> None:
    """Send one request on each connection, then read the answers."""
    for link, request in requests:
        link.sendall(request)
    for link, _ in requests:
        reply = _read_answer(link)
        if not reply.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(reply.decode(errors="replace"))


def _read_answer(link: socket.socket) -> bytes:
    data = b""
    while not (head := re.search(rb"Content-Length: (\d+)\r\n.*?\r\n\r\n", data, re.DOTALL)):
        data += link.recv(65536)
    while len(data) < head.end() + int(head[1]):
        data += link.recv(65536)
    return data


def _digest_requests(link: socket.socket, path: str, body: str) -> Requests:
    head = HEAD.format(path=path, size=len(body))
    link.sendall(f"{head}\r\n{body}".encode())
    challenge = re.search(rb'realm="([^"]*)".*algorithm=MD5, nonce="([^"]*)"', _read_answer(link))
    if not challenge:
        raise RuntimeError("the camera asks for no login")
    realm, nonce = (part.decode() for part in challenge.groups())
    key, count = secret(MD5, USER, realm, PASSWORD), 0
    while True:
        nc = f"{(count := count + 1):08x}"
        proof = answer(DigestCredentials(USER, False, realm, nonce, path, "", MD5, nc, CNONCE), "POST", key)
        fields = f'username="{USER}", realm="{realm}", nonce="{nonce}", uri="{path}", response="{proof}"'
        login = f'Authorization: Digest {fields}, qop=auth, nc={nc}, cnonce="{CNONCE}", algorithm=MD5\r\n'
        yield f"{head}{login}\r\n{body}".encode()


def _token_requests(path: str, body: str) -> Requests:
    while True:
        nonce, created = os.urandom(16), f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        proof = digest_password(nonce, created, PASSWORD)
        header = TOKEN.format(user=USER, proof=proof, nonce=base64.b64encode(nonce).decode(), created=created)
        document = body.replace("<s:Body>", header)
        yield f"{HEAD.format(path=path, size=len(document))}\r\n{document}".encode()
