"""Password rules: checks of chosen passwords, and the generator of random ones."""

import secrets

from ipcamd.errors import ConfigError, RequestFailed
from ipcamd.settings.secret_mask import HIDDEN

ALLOWED = "3 to 64 printable characters"
"""Rule for passwords, as text."""

_LETTERS = "23456789abcdefghijkmnpqrstuvwxyz"  # 32 characters without similar ones: no 0, o, 1, l
_LENGTH = 16  # 5 bits each: 80 bits, because a guess costs an attacker only one hash

_LISTED = """
000 0000 00000 000000 00000000 111 1111 11111 111111 1111111 11111111 123 1234 12345 123456 1234567 12345678 123456789
1234567890 123123 12341234 123321 4321 54321 654321 666666 888888 987654321 9999 999999 abc123 admin admin1 admin12
admin123 admin1234 administrator changeme default guest hikvision ipcam ipcamd letmein nvr operator pass pass1234
passw0rd passwd password password1 password123 qwerty qwerty123 root superuser supervisor support system toor ubnt user
welcome
"""
_COMMON = frozenset(_LISTED.split()) | {HIDDEN}


def generate() -> str:
    """Return a new random password."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def is_allowed(password: str) -> bool:
    """Whether it is a valid password."""
    return 3 <= len(password) <= 64 and password.isprintable()


def is_weak(password: str, user: str) -> bool:
    """Whether it is easy to guess: the user's name, or a common password."""
    return password.casefold() in _COMMON or password.casefold() == user.casefold()


def check_password(password: str, user: str, allow_weak: bool) -> None:
    """Raise ``RequestFailed`` if `user` may not have this password; `allow_weak`: it may be easy to guess."""
    if not is_allowed(password):
        raise RequestFailed(f"pwd: allowed are {ALLOWED}")
    if not allow_weak and is_weak(password, user):
        raise RequestFailed("pwd: too easy to guess (the user's name or a common password); choose another one")


def check_option(password: str, user: str, allow_weak: bool) -> None:
    """Raise ``ConfigError`` if the option ``--admin-password`` may not have this value."""
    if not is_allowed(password):
        raise ConfigError(f"the administrator's password must be {ALLOWED}: choose another --admin-password")
    if not allow_weak and is_weak(password, user):
        raise ConfigError(
            "the administrator's password is too easy to guess: choose another --admin-password, "
            "or --allow-weak-password, or --host 127.0.0.1"
        )
