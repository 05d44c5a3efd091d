"""``/cgi/admin/ptctrl.cgi``: pan, tilt and zoom as old clients spell it (clarifications, Every CGI)."""

from ipcamd.cgi.endpoint import Endpoint
from ipcamd.cgi.ptz.commands import carry_legacy_out
from ipcamd.params.group import Rank

ENDPOINT = Endpoint("/cgi/admin/ptctrl.cgi", Rank.ADMIN, carry_legacy_out, ("/admin/ptctl.cgi",))
