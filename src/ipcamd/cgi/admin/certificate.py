"""``/cgi/admin/certificate.cgi``: the TLS certificate of HTTPS and RTSPS (not in the SDK)."""

from ipcamd.access.certificate.certificate import Certificate
from ipcamd.access.certificate.subject_names import MAX_NAMES, is_address, is_host_name
from ipcamd.cgi.answer import TEXT, Answer
from ipcamd.cgi.arguments import Argument, Arguments
from ipcamd.cgi.download import attachment
from ipcamd.cgi.endpoint import Body, Call, Endpoint, Reply, text, unless_action
from ipcamd.errors import RequestFailed, shown
from ipcamd.params.group import Rank
from ipcamd.params.kinds.choice import OneOf
from ipcamd.wire.http.query import Query

_ACTIONS = OneOf(("show", "download", "upload", "request", "selfsigned"))
ARGUMENTS = Arguments(
    Argument(
        "action", "Show or download the certificate, install one, ask for one, or sign anew.", _ACTIONS, default="show"
    ),
    Argument("certificate", "Certificate and its chain, in PEM."),
    Argument("key", "Private key, in PEM; without it the one of the last signing request.", is_secret=True),
    Argument("password", "Password of the key.", is_secret=True),
    Argument("names", "Host names and IP addresses of a signing request, separated by commas."),
)
"""Each action ignores arguments of the others."""
PEM = Answer("application/x-pem-file", "With `action=download` and `action=request`.")
_RECORDED = {
    "upload": "TLS certificate uploaded",
    "request": "TLS signing request made",
    "selfsigned": "TLS certificate signed by the camera itself",
}
"""Action to its words in the audit log."""
_SECRETS = ("key", "password")


async def certificate(call: Call) -> Reply:
    """Show, download, upload or self-sign the certificate, or return a signing request."""
    query, used = call.query, call.camera.certificate
    if any(call.head.parameters.get(name) is not None for name in _SECRETS):
        raise RequestFailed("key, password: not in a URL, which others may log; send them in the body of a POST")
    match ARGUMENTS.word(query, "action"):
        case "download":
            return _pem((await used.report()).chain, "ipcamd.crt")
        case "show":
            return await _show(used)
        case action:
            return await _change(call, action)


async def _change(call: Call, action: str) -> Reply:
    """Execute an action that changes something; record it, or its refusal, in the audit log."""
    what, audit_log, used = _RECORDED[action], call.camera.audit_log, call.camera.certificate
    with audit_log.refusals_noted(call.requester(), what):
        match action:
            case "upload":
                reply = await _install(call.query, used)
            case "selfsigned":
                await used.sign_anew()
                reply = text("OK")
            case _:
                reply = _pem(await used.request(_names(call.query)), "ipcamd.csr")
    audit_log.note_change(call.requester(), what)
    return reply


async def _show(used: Certificate) -> Reply:
    report = await used.report()
    return text(
        f"Subject={report.subject}",
        f"Issuer={report.issuer}",
        f"Names={','.join(report.names)}",
        f"NotBefore={report.not_before:%Y-%m-%dT%H:%M:%SZ}",
        f"NotAfter={report.not_after:%Y-%m-%dT%H:%M:%SZ}",
        f"Key={report.key}",
        f"Fingerprint={report.fingerprint}",
        f"SelfSigned={'yes' if report.is_self_signed else 'no'}",
        f"RequestPending={'yes' if report.is_request_pending else 'no'}",
    )


async def _install(query: Query, used: Certificate) -> Reply:
    certificate, key, password = (query.get(name) or "" for name in ("certificate", *_SECRETS))
    await used.install(certificate.encode(), key.encode(), password)
    return text("OK")


def _names(query: Query) -> list[str]:
    names = [name.strip() for name in (query.get("names") or "").split(",") if name.strip()]
    if len(names) > MAX_NAMES:
        raise RequestFailed(f"names: {len(names)} of them; allowed: {MAX_NAMES}")
    for name in names:
        if not (is_address(name) or is_host_name(name.removeprefix("*."))):
            raise RequestFailed(f"names={shown(name)}: allowed: host names and IP addresses, separated by commas")
    return names


def _pem(content: str, file_name: str) -> Reply:
    return Reply(content.encode(), content_type=PEM.content_type, headers=(attachment(file_name),))


ENDPOINT = Endpoint(
    "/cgi/admin/certificate.cgi",
    Rank.ADMIN,
    certificate,
    changes=unless_action("", "show", "download"),
    body=Body.TEXT_FORM,
    arguments=ARGUMENTS,
    answers=(TEXT, PEM),
)
