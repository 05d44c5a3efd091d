"""TLS towards targets."""

import ssl

from ipcamd.delivery.target.config import TargetConfig


def context(config: TargetConfig) -> ssl.SSLContext:
    """Return what TLS is to be like at a target: the certificate is checked, unless ``Certificate`` lets any pass.

    Checked against the system's authorities, or those that the environment names (``SSL_CERT_FILE``).
    """
    made = ssl.create_default_context()
    if config.values["Certificate"] == "any":
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made
