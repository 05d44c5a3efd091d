"""Authenticator: checks Basic and Digest logins against the accounts, for every service of the camera."""

import hmac
import logging
import os
import re
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ipcamd.access.accounts import Account, Accounts, Entry
from ipcamd.access.nonces import Nonces
from ipcamd.access.throttle import Throttle
from ipcamd.errors import HttpError
from ipcamd.params.group import Rank
from ipcamd.wire.digest import MD5, SHA256, Basic, Digest, answer, basic_challenge, challenge, digest, parse, secret
from ipcamd.wire.http import Head

REMEMBERED = 256
"""The most Basic logins that are remembered as right."""

PRESENT = 60.0
"""Seconds after a login in which its address counts as the account's."""

ADDRESSES = 1024
"""The most addresses that are remembered so."""

_ALWAYS = -1.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Keys:
    """What is compared with for one account, in the present realm."""

    entry: Entry | None
    """None: nobody, for the same work when there is no such account."""
    secrets: Mapping[str, str]
    """H(A1) by algorithm."""
    since: float
    """Nonces from before this moment do not count: the password was changed."""


class _KeyRing:
    """The keys of all accounts, made anew when an account or the realm has changed.

    All at once: whether a name exists must not be seen from how long its first login takes.
    """

    def __init__(self, accounts: Accounts, now: Callable[[], float]) -> None:
        self._accounts = accounts
        self._now = now
        self._made_for: tuple[object, str] = (None, "")
        self._by_name: dict[str, _Keys] = {}
        self._by_hash: dict[str, _Keys] = {}
        self._nobody = self._drawn(None, _ALWAYS)

    def find(self, realm: str, user: str, hashed: bool = False) -> _Keys:
        """Return the keys of a user, or nobody's."""
        if self._made_for[0] is not self._accounts.entries or self._made_for[1] != realm:
            self._make(self._accounts.entries, realm)
        return (self._by_hash if hashed else self._by_name).get(user, self._nobody)

    def _make(self, entries: Mapping[str, Entry], realm: str) -> None:
        self._by_name = {name: self._keys(entry, realm) for name, entry in entries.items()}
        self._by_hash = {
            digest(algorithm, f"{name}:{realm}"): keys
            for name, keys in self._by_name.items()
            for algorithm in (MD5, SHA256)
        }
        self._made_for = (entries, realm)

    def _keys(self, entry: Entry, realm: str) -> _Keys:
        name = entry.account.name
        old = self._by_name.get(name)
        known = old is None or (old.entry is not None and old.entry.sealed == entry.sealed)
        since = (_ALWAYS if old is None else old.since) if known else self._now()
        password = self._accounts.password(entry)
        if password is None:
            _log.error("the password of the account %s is lost: an administrator must set a new one", name)
            return self._drawn(entry, since)
        return _Keys(entry, {a: secret(a, name, realm, password) for a in (MD5, SHA256)}, since)

    @staticmethod
    def _drawn(entry: Entry | None, since: float) -> _Keys:
        return _Keys(entry, {MD5: os.urandom(16).hex(), SHA256: os.urandom(32).hex()}, since)


class Authenticator:
    """Checks logins. Everything in memory and quick: it runs in the event loop, for each request."""

    def __init__(
        self,
        accounts: Accounts,
        realm: Callable[[], str],
        now: Callable[[], float] = time.monotonic,
        compat: bool = True,
    ) -> None:
        """`realm` gives the camera's present name; `compat` accepts Digest as of RFC 2069, each nonce once."""
        self._accounts = accounts
        self._name = realm
        self._realm_of = ("", "ipcamd")
        self._compat = compat
        self._nonces = Nonces(now)
        self._keys = _KeyRing(accounts, now)
        self._basics: dict[str, Entry] = {}
        self._now = now
        self._present: OrderedDict[str, tuple[float, Entry]] = OrderedDict()
        self.throttle = Throttle(now)

    def check(self, head: Head, address: str) -> Account:
        """Return who sent this request. Raises what `verify` raises."""
        return self.verify(head.method, head.target, head.fields.get("authorization"), address)

    def verify(self, method: str, target: str, authorization: str | None, address: str) -> Account:
        """Return whose login `authorization` is, for this method and request target, from this address.

        Raises `HttpError`: 401 with challenges, and with ``delay`` if somebody seems to guess; 429 for an address that
        guessed too often; 400 for a login that was made for another target.
        """
        wait = self.throttle.wait(address)
        if wait:
            raise HttpError(429, "too many wrong logins", (("Retry-After", str(wait)),))
        if authorization is None:
            raise self._refusal()
        entry = self._basics.get(authorization)
        if entry is None or self._accounts.entry(entry.account.name) is not entry:
            entry = self._proven(method, target, authorization, address)
        self.throttle.success(address)
        if entry.account.rank >= Rank.USERS:
            self._note(address, entry)
        return entry.account

    def speaks(self, address: str) -> bool:
        """Whether an account that may talk has logged in from this address within the last minute (SDK 5.3)."""
        when, entry = self._present.get(address, (_ALWAYS, None))
        valid = entry is not None and self._accounts.entry(entry.account.name) is entry
        return valid and self._now() - when <= PRESENT

    def _note(self, address: str, entry: Entry) -> None:
        self._present[address] = self._now(), entry
        self._present.move_to_end(address)
        if len(self._present) > ADDRESSES:
            self._present.popitem(last=False)

    def challenges(self, stale: bool = False) -> tuple[tuple[str, str], ...]:
        """Return the ``WWW-Authenticate`` fields of a 401, the best first."""
        realm, nonce = self._realm(), self._nonces.issue()
        return (
            ("WWW-Authenticate", challenge(realm, nonce, SHA256, stale)),
            ("WWW-Authenticate", challenge(realm, nonce, MD5, stale)),
            ("WWW-Authenticate", basic_challenge(realm)),
        )

    def _proven(self, method: str, target: str, authorization: str, address: str) -> Entry:
        try:
            sent = parse(authorization)
        except ValueError:
            raise self._refusal() from None  # a login of a kind that is not offered is as good as none
        if isinstance(sent, Digest):
            return self._digest(sent, method, target, address)
        entry = self._basic(sent, address)
        if len(self._basics) >= REMEMBERED:
            self._basics.clear()
        # Looking it up next time takes no time that depends on what is remembered: strings are compared only if their
        # hashes, keyed at random, are equal.
        self._basics[authorization] = entry
        return entry

    def _basic(self, sent: Basic, address: str) -> Entry:
        realm = self._realm()
        keys = self._keys.find(realm, sent.user)
        given = secret(SHA256, sent.user, realm, sent.password)
        if not hmac.compare_digest(given, keys.secrets[SHA256]) or keys.entry is None:
            raise self._failure(sent.user, address)
        return keys.entry

    def _digest(self, sent: Digest, method: str, target: str, address: str) -> Entry:
        realm = self._realm()
        if sent.realm != realm or not (sent.nc or self._compat):
            raise self._refusal()  # a login for the name that the camera had before
        if sent.uri != target and _path(sent.uri) != _path(target):
            raise HttpError(400, "the login was made for another uri")  # RFC 7616, 3.4.6
        keys = self._keys.find(realm, sent.user, sent.hashed)
        wanted = answer(sent, method, keys.secrets[sent.algorithm])
        if not hmac.compare_digest(wanted, sent.response) or keys.entry is None:
            raise self._failure(sent.user, address)
        if not self._nonces.use(sent.nonce, sent.nc, keys.since):
            raise self._refusal(stale=True)
        return keys.entry

    def _refusal(self, stale: bool = False) -> HttpError:
        return HttpError(401, "a login is needed", self.challenges(stale))

    def _failure(self, user: str, address: str) -> HttpError:
        error = self._refusal()
        error.delay = self.throttle.failure(address, user[:64])
        _log.info("wrong login as %.32r from %s", user, address)
        return error

    def _realm(self) -> str:
        """Return the camera's name as far as it can stand in a header."""
        name = self._name()
        if name != self._realm_of[0]:
            self._realm_of = (name, _ascii(name) or "ipcamd")
        return self._realm_of[1]


def _ascii(name: str) -> str:
    text = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    # clients disagree whether an escape counts in H(A1) as one character or two: have none
    return text.replace('"', "'").replace("\\", "/").strip()


def _path(uri: str) -> str:
    """Return an absolute URI without what stands before its path; a path as it is."""
    match = re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?]*(.*)", uri, re.DOTALL)
    if match is None:
        return uri
    return match[1] if match[1].startswith("/") else f"/{match[1]}"
