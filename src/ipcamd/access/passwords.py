"""Password rules, and the generator of random passwords."""

import secrets

ALLOWED = "3 to 64 printable characters"
"""In words, for a person."""

MASK = "********"
"""How a password is listed; sent back, it means: leave it as it is."""

_LETTERS = "23456789abcdefghijkmnpqrstuvwxyz"  # 32 of them, nothing that looks like something else: no 0, o, 1, l
_LENGTH = 16  # of 5 bits each: 80 bits, since what protects an account is as fast to guess as a hash is to compute

_LISTED = """
000 0000 00000 000000 00000000 111 1111 11111 111111 1111111 11111111 123 1234 12345 123456 1234567 12345678 123456789
1234567890 123123 12341234 123321 4321 54321 654321 666666 888888 987654321 9999 999999 abc123 admin admin1 admin12
admin123 admin1234 administrator changeme default guest hikvision ipcam ipcamd letmein nvr operator pass pass1234
passw0rd passwd password password1 password123 qwerty qwerty123 root superuser supervisor support system toor ubnt user
welcome
"""
_NOTORIOUS = frozenset(_LISTED.split()) | {MASK}


def generate() -> str:
    """Return a new random password."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def is_allowed(password: str) -> bool:
    """Whether it can be a password at all."""
    return 3 <= len(password) <= 64 and password.isprintable()


def is_weak(password: str, user: str) -> bool:
    """Whether it is among the first that anybody would try: the user's name, or notorious."""
    return password.casefold() in _NOTORIOUS or password.casefold() == user.casefold()
