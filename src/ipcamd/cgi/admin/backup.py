"""``/cgi/admin/backup.cgi``: backup and restore of the settings (not in the SDK)."""

from ipcamd.cgi.answer import TEXT, Answer
from ipcamd.cgi.arguments import Argument, Arguments
from ipcamd.cgi.download import attachment
from ipcamd.cgi.endpoint import Body, Call, Endpoint, Reply, text
from ipcamd.dataclass import dataclass
from ipcamd.errors import HttpError, RequestFailed
from ipcamd.maintenance.backup.backup_file import LIMIT_BYTES
from ipcamd.params.group import Rank
from ipcamd.params.kinds.choice import YES_NO, OneOf
from ipcamd.wire.http.query import Query

ARGUMENTS = Arguments(
    Argument(
        "action",
        "Save or restore; without it a file that is sent is restored.",
        OneOf(("save", "restore")),
        default="save",
    ),
    Argument("passphrase", "Includes secrets and accounts, encrypted with it.", is_secret=True),
    Argument("network", "Restore the parameters of the network, too.", YES_NO, default="no"),
    Argument("force", "Even if it locks the caller out.", YES_NO, default="no"),
)
"""Each action ignores arguments of the others."""


@dataclass(frozen=True, slots=True)
class _Sent:
    query: Query
    file: bytes | None
    """None if none was sent."""


async def backup(call: Call) -> Reply:
    """Return the settings as one file (``action=save``), or restore them from the file of a form (``action=restore``),
    all or nothing. ``passphrase`` includes secrets and accounts; ``network=yes`` also restores the network parameters.
    """
    if call.head.parameters.get("passphrase") is not None:
        raise RequestFailed("passphrase: not in a URL, which others may log; send it in the body of a POST")
    sent = await _receive(call)
    ARGUMENTS.check(sent.query)
    if _chosen_action(sent) == "restore":
        with call.camera.audit_log.refusals_noted(call.requester(), "backup restored"):
            return await _restore(call, sent)
    return await _save(call, sent.query)


def _chosen_action(sent: _Sent) -> str:
    """Return the action; without one, a file that was sent is restored. Raises ``RequestFailed``."""
    if sent.file is None:
        return ARGUMENTS.word(sent.query, "action")
    if sent.query.get("action") and ARGUMENTS.word(sent.query, "action") == "save":
        raise RequestFailed("action=save: a form without a file is needed; action=restore restores a file")
    return "restore"


async def _save(call: Call, query: Query) -> Reply:
    content = await call.camera.backup.save(query.get("passphrase") or "")
    call.camera.audit_log.note_change(call.requester(), "backup saved")
    headers = attachment(f"ipcamd-{call.camera.identity.serial}.json"), ("Cache-Control", "no-store")
    return Reply(content, content_type="application/json", headers=headers)


async def _restore(call: Call, sent: _Sent) -> Reply:
    if sent.file is None:
        raise RequestFailed("action=restore: a form with a file is needed")
    keep = () if ARGUMENTS.flag(sent.query, "force") else tuple({call.address, call.peer or call.address})
    network = ARGUMENTS.flag(sent.query, "network")
    passphrase = sent.query.get("passphrase") or ""
    await call.camera.backup.restore(sent.file, passphrase, network, call.requester(), keep)
    return text("OK")


async def _receive(call: Call) -> _Sent:
    """Read the body. Raises ``HttpError`` 413, ``RequestFailed``."""
    from ipcamd.wire.http.form_upload import FormUpload  # imported here, because backups are rare

    content_type = call.head.fields.get("content-type", "")
    body = bytearray()
    async for piece in call.body:
        body += piece
        if len(body) > LIMIT_BYTES:
            raise HttpError(413, f"a backup has at most {LIMIT_BYTES >> 10} KiB")
    if not content_type.lower().startswith("multipart/form-data"):
        return _Sent(Query.parse(call.head.query, bytes(body).rstrip(b"\r\n")), None)
    try:
        form = FormUpload(content_type)
        file = b"".join(form.feed(bytes(body)))
    except ValueError as error:
        raise RequestFailed(f"the form cannot be used: {error}") from error
    pairs = (*call.head.parameters.pairs, *form.fields.items())
    return _Sent(Query.of(pairs), file if form.is_complete else None)


ENDPOINT = Endpoint(
    "/cgi/admin/backup.cgi",
    Rank.ADMIN,
    backup,
    body=Body.STREAM,
    arguments=ARGUMENTS,
    answers=(TEXT, Answer("application/json", "The file of `action=save`.")),
    uploads=("application/x-www-form-urlencoded", "multipart/form-data"),
)
