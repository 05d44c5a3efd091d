"""Authenticator: checks Basic and Digest logins against the accounts, for every service of the camera."""

import hmac
import logging
import os
import re
import time
import unicodedata
from collections.abc import Callable

from ipcamd.access.accounts import Account, Accounts, StoredAccount
from ipcamd.access.audit_log import AuditLog
from ipcamd.access.digest_nonces import Nonces
from ipcamd.access.keyring import KeyRing
from ipcamd.access.login_result import LoginRefusal, Reason
from ipcamd.access.login_throttle import Throttle
from ipcamd.access.udp_talk_permission import UdpTalkPermission
from ipcamd.access.username_token import TokenNonces, UsernameToken
from ipcamd.logs import SummaryLog
from ipcamd.wire.http.digest import SHA256, BasicCredentials, DigestCredentials, answer, parse, secret

CACHED = 256
"""Maximum number of valid Basic logins in the cache."""

_SCHEME_AND_HOST = re.compile(r"\A[A-Za-z][A-Za-z0-9+.-]*://[^/?]*")
_log = logging.getLogger(__name__)


class Authenticator:
    """Checks logins. All data is in memory: it runs in the event loop for each request."""

    def __init__(
        self,
        accounts: Accounts,
        audit_log: AuditLog,
        token_nonces: TokenNonces,
        realm: Callable[[], str],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`realm` returns the camera's present name. Digest of RFC 2069 is accepted, with each nonce once.
        `token_nonces` are those of logins in SOAP messages."""
        self._audit_log = audit_log
        self._accounts = accounts
        self._name = realm
        self._realm_of = ("", "ipcamd")
        self._nonces = Nonces(now_s)
        self._token_nonces = token_nonces
        self._keys = KeyRing(accounts, now_s)
        self._basics: dict[str, StoredAccount] = {}
        self._recent = UdpTalkPermission(accounts, now_s)
        self._decoy = os.urandom(16).hex()
        """Compared for an unknown name, so that the answer takes the same time."""
        self.throttle = Throttle(now_s)
        self.refusals = 0
        """Failed logins, and logins of blocked addresses, since the start."""
        self._note_wrong = SummaryLog(_log, logging.INFO, now_s)

    def verify(
        self, method: str, target: str, authorization: str | None, address: str, prefix: str = ""
    ) -> Account | LoginRefusal:
        """Return the account of the login in `authorization`, for this method and request target, from this address.

        `prefix` is the path before `target` that a reverse proxy has removed.
        """
        if throttled := self._throttled(address):
            return throttled
        if authorization is None:
            return self._refuse(Reason.MISSING)
        entry = self._basics.get(authorization)
        if entry is None or self._accounts.entry(entry.account.name) is not entry:
            found = self._prove(method, target, authorization, address, prefix)
            if isinstance(found, LoginRefusal):
                return found
            entry = found
        return self._admit(entry, address)

    def verify_token(self, token: UsernameToken, address: str) -> Account | LoginRefusal:
        """Return the account of the token in a SOAP message, from this address."""
        if throttled := self._throttled(address):
            return throttled
        entry = self._accounts.entry(token.user)
        password = self._accounts.password(entry) if entry else None
        if not token.proves(password or self._decoy) or password is None or entry is None:
            return self._wrong(token.user, entry, address)
        if not self._token_nonces.use(token):
            return self._refuse(Reason.STALE)
        return self._admit(entry, address)

    def verify_bearer(self, token: str, wanted: str, address: str) -> LoginRefusal | None:
        """Return why `token`, sent from this address, does not equal `wanted`; None if it does.

        Without `wanted` ("") no token is valid. A wrong token counts as a failed login (RFC 6750).
        """
        if throttled := self._throttled(address):
            return throttled
        if wanted and hmac.compare_digest(token.encode(), wanted.encode()):
            return None
        return self._wrong("a bearer token", None, address)

    def may_talk_over_udp(self, address: str) -> bool:
        """Whether an account that may talk has logged in from this address within the last minute (SDK 5.3)."""
        return self._recent.may_talk_over_udp(address)

    def _admit(self, entry: StoredAccount, address: str) -> Account:
        self.throttle.success(address, entry.account.name)
        self._recent.note(address, entry)
        self._audit_log.note_login(entry.account.name, address)
        return entry.account

    def _prove(
        self, method: str, target: str, authorization: str, address: str, prefix: str
    ) -> StoredAccount | LoginRefusal:
        try:
            sent = parse(authorization)
        except ValueError:
            return self._refuse(Reason.MISSING)  # an unsupported kind of login counts as none
        if isinstance(sent, BasicCredentials):
            return self._basic(sent, authorization, address)
        if sent.realm != self._realm():
            return self._refuse(Reason.MISSING)  # a login for an earlier name of the camera
        if not (_is_for(sent.uri, target) or (prefix and _is_for(sent.uri, prefix + target))):
            return LoginRefusal(Reason.OTHER_URI)
        return self._digest(sent, method, address)

    def _basic(self, sent: BasicCredentials, authorization: str, address: str) -> StoredAccount | LoginRefusal:
        realm = self._realm()
        keys = self._keys.find(realm, sent.user)
        given = secret(SHA256, sent.user, realm, sent.password)
        if not hmac.compare_digest(given, keys.secrets[SHA256]) or keys.entry is None:
            return self._wrong(sent.user, keys.entry, address)
        if len(self._basics) >= CACHED:
            self._basics.clear()
        # The time of the lookup does not depend on the cached logins: strings are compared only if their
        # hashes, keyed at random, are equal.
        self._basics[authorization] = keys.entry
        return keys.entry

    def _digest(self, sent: DigestCredentials, method: str, address: str) -> StoredAccount | LoginRefusal:
        keys = self._keys.find(sent.realm, sent.user, sent.hashed)
        wanted = answer(sent, method, keys.secrets[sent.algorithm])
        if not hmac.compare_digest(wanted, sent.response) or keys.entry is None:
            return self._wrong(sent.user, keys.entry, address)
        if not self._nonces.use(sent.nonce, sent.nc, keys.since_s):
            return self._refuse(Reason.STALE)
        return keys.entry

    def _throttled(self, address: str) -> LoginRefusal | None:
        wait_s = self.throttle.wait_s(address)
        if not wait_s:
            return None
        self.refusals += 1
        return LoginRefusal(Reason.THROTTLED, retry_after_s=wait_s)

    def _refuse(self, reason: Reason, delay_s: float = 0.0) -> LoginRefusal:
        return LoginRefusal(reason, self._realm(), self._nonces.issue(), delay_s)

    def _wrong(self, user: str, entry: StoredAccount | None, address: str) -> LoginRefusal:
        self.refusals += 1
        self._note_wrong("wrong login as %.32r from %s", user, address)
        account = entry.account.name if entry else None
        self._audit_log.note_failed_login(account or user, address)
        return self._refuse(Reason.WRONG, self.throttle.failure(address, account, user[:64]))

    def _realm(self) -> str:
        """Return the camera's name in a form that is valid in a header."""
        name = self._name()
        if name != self._realm_of[0]:
            self._realm_of = (name, _ascii(name) or "ipcamd")
        return self._realm_of[1]


def _ascii(name: str) -> str:
    text = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    # clients disagree whether an escape is one or two characters in H(A1), so avoid them
    return text.replace('"', "'").replace("\\", "/").strip()


def _is_for(uri: str, target: str) -> bool:
    """Whether a login's ``uri`` is this request target.

    Clients may omit scheme and host (RFC 7616, 3.4.6); some omit the query, and proxies merge slashes.
    """
    if uri == target:
        return True
    (path, query), (target_path, target_query) = _path_and_query(uri), _path_and_query(target)
    return path == target_path and query in ("", target_query)


def _path_and_query(uri: str) -> tuple[str, str]:
    """Return the path of a URI, with single slashes, and its query."""
    path, _, query = _SCHEME_AND_HOST.sub("", uri).partition("?")
    return re.sub("/{2,}", "/", path) or "/", query
