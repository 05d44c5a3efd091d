import pytest

from ipcamd.access.passwords import generate, is_allowed, is_weak
from ipcamd.settings.secret_mask import HIDDEN


def test_a_generated_password_has_eighty_bits_and_no_ambiguous_letter() -> None:
    made = [generate() for _ in range(500)]
    assert {len(password) for password in made} == {16}
    letters = set("".join(made))
    assert len(letters) == 32
    assert not letters & set("0o1lOI")
    assert len(set(made)) == 500
    assert all(is_allowed(password) and not is_weak(password, "admin") for password in made)


@pytest.mark.parametrize(
    ("password", "allowed"),
    [
        ("foo", True),
        ("fo", False),
        ("", False),
        ("x" * 64, True),
        ("x" * 65, False),
        ("a b:c\"'\\&=%", True),
        ("Blåbær", True),
        ("tab\tbed", False),
        ("nul\0nul", False),
        ("line\r\nline", False),
        ("\ud800abc", False),
        ("\u200babc", False),
    ],
)
def test_valid_passwords(password: str, allowed: bool) -> None:
    assert is_allowed(password) is allowed


@pytest.mark.parametrize("password", ["admin", "Admin", "PASSWORD", "1234", "123456", "paul", "Paul", HIDDEN])
def test_weak_passwords_are_recognized(password: str) -> None:
    assert is_weak(password, "paul")


@pytest.mark.parametrize("password", ["foo", "pauls", "admin!", "1235"])
def test_other_passwords_are_not_weak(password: str) -> None:
    assert not is_weak(password, "paul")
