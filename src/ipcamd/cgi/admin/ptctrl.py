"""``/cgi/admin/ptctrl.cgi``: pan, tilt and zoom in the form of old clients (clarifications, Every CGI)."""

from ipcamd.cgi.answer import DONE, TEXT
from ipcamd.cgi.endpoint import Endpoint
from ipcamd.cgi.ptz.old_commands import ARGUMENTS, carry_old_out
from ipcamd.params.group import Rank

ENDPOINT = Endpoint(
    "/cgi/admin/ptctrl.cgi",
    Rank.ADMIN,
    carry_old_out,
    ("/admin/ptctl.cgi",),
    arguments=ARGUMENTS,
    answers=(DONE, TEXT),
)
