"""Port reservation: a TCP port that no other test, worker or program on this machine takes."""

import socket

_RESERVED: list[socket.socket] = []


def free_port() -> int:
    """Return a port of 127.0.0.1 where nothing listens; it stays reserved until this process ends.

    The socket that reserves it is bound and does not listen: the kernel gives the port to nobody who asks for any port,
    while a server that names it (with SO_REUSEADDR, as servers do) may listen there, also several times in turn.
    """
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(("127.0.0.1", 0))
    _RESERVED.append(reserved)
    return int(reserved.getsockname()[1])
