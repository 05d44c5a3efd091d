"""``/cgi/admin/firmwareupgrade.cgi``: firmware upgrade (SDK 2.2)."""

from collections.abc import Awaitable, Callable

from ipcamd.cgi.answer import TEXT, Answer
from ipcamd.cgi.arguments import Argument, Arguments
from ipcamd.cgi.endpoint import Body, Call, Endpoint, Reply, text
from ipcamd.errors import HttpError, RequestFailed
from ipcamd.maintenance.firmware.image import LIMIT_BYTES
from ipcamd.maintenance.firmware.installed_versions import InstalledVersion
from ipcamd.maintenance.firmware.upgrade import FirmwareUpgrade
from ipcamd.params.group import Rank
from ipcamd.params.kinds.choice import YES_NO
from ipcamd.wire.http.query import Query

ARGUMENTS = Arguments(Argument("force", "Even if the version is the same or an older one.", YES_NO, default="no"))
FORM_BYTES = 64 * 1024
"""Bytes of a form in addition to the image."""


async def firmwareupgrade(call: Call) -> Reply:
    """Install the image in the form, in addition to the running version, and start it; if it is not ready within 60 s,
    the camera returns to the running version. ``force=yes`` allows the same or an older version. Answer OK; then the
    camera restarts."""
    upgrade, log = call.camera.firmware, call.camera.audit_log
    with log.refusals_noted(call.requester(), "firmware"):
        version = await _install(call, upgrade)
    log.note_change(call.requester(), f"firmware {version.version}")
    upgrade.request_trial(version)
    return text("OK")


async def _install(call: Call, upgrade: FirmwareUpgrade) -> InstalledVersion:
    """Return the installed version. Raises ``RequestFailed``, ``HttpError``."""
    if (call.head.length or 0) > LIMIT_BYTES + FORM_BYTES:
        raise HttpError(413, f"an image has at most {LIMIT_BYTES >> 20} MB")
    async with upgrade.receive() as image:
        fields = await _receive(call, image.write)
        return await upgrade.install(_is_forced(call, fields))


async def _receive(call: Call, write: Callable[[bytes], Awaitable[None]]) -> dict[str, str]:
    """Write the file in the form; return the form's fields. Raises ``RequestFailed``, ``HttpError``."""
    from ipcamd.wire.http.form_upload import FormUpload  # imported here, because upgrades are rare

    received = 0
    try:
        form = FormUpload(call.head.fields.get("content-type", ""))
        async for piece in call.body:
            received += len(piece)
            if received > LIMIT_BYTES + FORM_BYTES:
                raise HttpError(413, f"an image has at most {LIMIT_BYTES >> 20} MB")
            for content in form.feed(piece):
                await write(content)
    except ValueError as error:
        raise RequestFailed(f"the form cannot be used: {error}") from error
    if not form.is_complete:
        raise RequestFailed(
            "the form contains no complete file: a part with a file name is needed, and the boundary after it"
        )
    return form.fields


def _is_forced(call: Call, fields: dict[str, str]) -> bool:
    """Return the field ``force`` of the form or the URL. Raises ``RequestFailed``."""
    sent = Query.of((*call.query.pairs, *((name, value.strip()) for name, value in fields.items())))
    ARGUMENTS.check(sent)
    return ARGUMENTS.flag(sent, "force")


ENDPOINT = Endpoint(
    "/cgi/admin/firmwareupgrade.cgi",
    Rank.ADMIN,
    firmwareupgrade,
    methods=("POST",),
    body=Body.STREAM,
    arguments=ARGUMENTS,
    answers=(TEXT, Answer(help="The image did not arrive in time.", status=408)),
    uploads=("multipart/form-data",),
)
