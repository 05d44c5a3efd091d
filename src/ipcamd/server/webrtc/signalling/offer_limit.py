"""Offer limit of WebRTC: refuses an offer whose account has no viewer place left, or too many open offers."""

from collections.abc import Iterable

from ipcamd.errors import ViewerLimitReached
from ipcamd.server.viewer_limit import ViewerLimit
from ipcamd.server.webrtc.stream_table import PROTOCOL
from ipcamd.server.webrtc.webrtc_session import WebRtcSession
from ipcamd.webrtc_sessions import WebRtcOffer

MAX_OPEN_OFFERS = 16
"""Maximum number of open offers of one account."""


def check_offer(offer: WebRtcOffer, sessions: Iterable[WebRtcSession], viewers: ViewerLimit) -> None:
    """Raise ``ViewerLimitReached`` if the account has no free place, or too many open offers."""
    waiting = [each for each in sessions if not each.is_connected]
    if sum(each.account.name == offer.account.name for each in waiting) >= MAX_OPEN_OFFERS:
        raise ViewerLimitReached(f"{MAX_OPEN_OFFERS} offers of this account wait for their clients")
    viewers.release(viewers.take(offer.account, offer.address, PROTOCOL))
