"""Dispatcher: finds the operation of a SOAP request by namespace and name, independent of the request's address."""

import asyncio
import logging
from collections.abc import Awaitable, Sequence

from ipcamd.access.login_challenge import login_error
from ipcamd.access.login_result import LoginRefusal
from ipcamd.cgi.endpoint import Call, Reply
from ipcamd.errors import IpcamdError
from ipcamd.onvif.access_class import CHANGES
from ipcamd.onvif.login import authorize
from ipcamd.onvif.operation import Operation, OperationCall, Service
from ipcamd.onvif.soap.envelope import CONTENT_TYPE, Request, read_request, write_answer, write_fault
from ipcamd.onvif.soap.fault import Fault, receiver_fault, sender_fault
from ipcamd.onvif.soap.writer import Content, node

_log = logging.getLogger(__name__)


class Dispatcher:
    """All operations of all services."""

    def __init__(self, services: Sequence[Service]) -> None:
        self._services = {service.namespace: service for service in services}
        self._changing = asyncio.Lock()

    def answer(self, call: Call) -> Reply | Awaitable[Reply]:
        """Answer one request: at once, unless the operation waits for something."""
        request: Request | None = None
        try:
            request = read_request(call.document)
            outcome = self._carry_out(call, request)
        except Exception as error:
            return _refusal(error, request)
        return outcome if isinstance(outcome, Reply) else _complete(outcome, request)

    def _carry_out(self, call: Call, request: Request) -> Reply | Awaitable[Reply]:
        service, operation = self._find(request)
        account = authorize(call, request, operation)
        if isinstance(account, LoginRefusal):
            return _refuse_login(account, request)
        fields = {field.name: field.read(request.operation) for field in operation.fields}
        if account is not call.account:
            call = call._replace(account=account)
        asked = OperationCall(call, request, fields)
        if operation.access in CHANGES:
            return self._change(service, operation, asked)
        content = operation.action(asked)
        if isinstance(content, Awaitable):
            return _answer_later(service, operation, asked, content)
        return _answer(service, operation, asked, content)

    async def _change(self, service: Service, operation: Operation, asked: OperationCall) -> Reply:
        """Execute an operation that changes settings, one at a time: it depends on the present values."""
        async with self._changing:
            content = operation.action(asked)
            return _answer(service, operation, asked, await content if isinstance(content, Awaitable) else content)

    def _find(self, request: Request) -> tuple[Service, Operation]:
        asked = request.operation
        service = self._services.get(asked.namespace)
        operation = service.operations.get(asked.name) if service else None
        if service is None or operation is None:
            raise receiver_fault("ActionNotSupported", reason=f"{asked.name[:64]}: there is no such operation")
        return service, operation


async def _complete(outcome: Awaitable[Reply], request: Request) -> Reply:
    try:
        return await outcome
    except Exception as error:
        return _refusal(error, request)


async def _answer_later(
    service: Service, operation: Operation, asked: OperationCall, content: Awaitable[Content]
) -> Reply:
    return _answer(service, operation, asked, await content)


def _answer(service: Service, operation: Operation, asked: OperationCall, content: Content) -> Reply:
    answer = node(f"{service.prefix}:{operation.name}Response", content)
    return _reply(write_answer(answer, asked.request))


async def _refuse_login(refusal: LoginRefusal, request: Request) -> Reply:
    """Return the fault with HTTP's challenges, after the delay against password guessing."""
    error = login_error(refusal)
    await asyncio.sleep(refusal.delay_s)
    fault = sender_fault("NotAuthorized", reason=refusal.reason.value)
    return _reply(write_fault(fault, request), error.status, error.headers)


def _refusal(error: Exception, request: Request | None) -> Reply:
    """Return the SOAP fault of an error; the client gets no details of internal errors."""
    if isinstance(error, IpcamdError):
        fault = Fault.of(error)
    else:
        _log.error("an ONVIF request failed", exc_info=error)
        fault = receiver_fault("Action", reason="an internal error")
    return _reply(write_fault(fault, request), fault.status)


def _reply(body: bytes, status: int = 200, headers: Sequence[tuple[str, str]] = ()) -> Reply:
    return Reply(body, status, CONTENT_TYPE, tuple(headers))
