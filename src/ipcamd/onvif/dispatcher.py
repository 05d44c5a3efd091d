"""Dispatcher: from a SOAP request to its operation, by namespace and name, whatever the address it was sent to."""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from contextlib import nullcontext
from dataclasses import replace

from ipcamd.access.login_result import LoginRefusal
from ipcamd.cgi.challenge import login_error
from ipcamd.cgi.endpoint import Call, Reply
from ipcamd.errors import HttpError, IpcamdError
from ipcamd.onvif.access_class import CHANGES
from ipcamd.onvif.login import authorize
from ipcamd.onvif.operation import Operation, OperationCall, Service
from ipcamd.onvif.soap.envelope import CONTENT_TYPE, Request, read_request, write_answer, write_fault
from ipcamd.onvif.soap.fault import Fault, receiver_fault, sender_fault
from ipcamd.onvif.soap.parser import SIZE_LIMIT
from ipcamd.onvif.soap.writer import Content, Node

_log = logging.getLogger(__name__)


class Dispatcher:
    """All operations of all services."""

    def __init__(self, services: Sequence[Service]) -> None:
        self._services = {service.namespace: service for service in services}
        self._changing = asyncio.Lock()

    async def answer(self, call: Call) -> Reply:
        """Answer one request. Raises ``HttpError`` 413 for a body that is too long."""
        document = await _read_body(call)
        request: Request | None = None
        try:
            request = read_request(document)
            return await self._carry_out(call, request)
        except IpcamdError as error:
            return _refusal(Fault.of(error), request)
        except Exception:  # a fault of ours: the client gets an answer that it understands
            _log.exception("an ONVIF request failed")
            return _refusal(receiver_fault("Action", reason="an internal error"), request)

    async def _carry_out(self, call: Call, request: Request) -> Reply:
        service, operation = self._find(request)
        account = authorize(call, request, operation)
        if isinstance(account, LoginRefusal):
            return await _refuse_login(account, request)
        fields = {field.name: field.read(request.operation) for field in operation.fields}
        content = await self._act(operation, OperationCall(replace(call, account=account), request, fields))
        return _reply(write_answer(_named(service, operation, content), request))

    async def _act(self, operation: Operation, call: OperationCall) -> Content:
        """Return the content of the answer. What changes settings runs alone: it depends on what it finds."""
        async with self._changing if operation.access in CHANGES else nullcontext():
            content = operation.action(call)
            return await content if isinstance(content, Awaitable) else content

    def _find(self, request: Request) -> tuple[Service, Operation]:
        asked = request.operation
        service = self._services.get(asked.namespace)
        operation = service.operations.get(asked.name) if service else None
        if service is None or operation is None:
            raise receiver_fault("ActionNotSupported", reason=f"{asked.name[:64]}: there is no such operation here")
        return service, operation


async def _read_body(call: Call) -> bytes:
    pieces, size = list[bytes](), 0
    async for piece in call.body:
        size += len(piece)
        if size > SIZE_LIMIT:
            raise HttpError(413, f"the body is too long: at most {SIZE_LIMIT} bytes")
        pieces.append(piece)
    return b"".join(pieces)


async def _refuse_login(refusal: LoginRefusal, request: Request) -> Reply:
    """Return the fault with the challenges of HTTP, after the delay that slows down guessing."""
    error = login_error(refusal)
    await asyncio.sleep(refusal.delay_s)
    fault = sender_fault("NotAuthorized", reason=refusal.reason.value)
    return _reply(write_fault(fault, request), error.status, error.headers)


def _named(service: Service, operation: Operation, content: Content) -> Node:
    return Node(f"{service.prefix}:{operation.name}Response", (content,))


def _refusal(fault: Fault, request: Request | None) -> Reply:
    return _reply(write_fault(fault, request), fault.status)


def _reply(body: bytes, status: int = 200, headers: Sequence[tuple[str, str]] = ()) -> Reply:
    return Reply(body, status, CONTENT_TYPE, tuple(headers))
