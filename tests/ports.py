"""Port reservation: a TCP port that no other test, worker or program on this machine takes."""

import socket

_RESERVED: list[socket.socket] = []


def reserve_port() -> socket.socket:
    """Return a socket that reserves a port of 127.0.0.1 where nothing listens, until it is closed.

    It is bound and does not listen: the kernel gives the port to nobody who asks for any port, while a server that
    names it (with SO_REUSEADDR, as servers do) may listen there, also several times in turn.
    """
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(("127.0.0.1", 0))
    return reserved


def free_port() -> int:
    """Return a port that stays reserved (see `reserve_port`) until this process ends."""
    _RESERVED.append(reserve_port())
    return int(_RESERVED[-1].getsockname()[1])
