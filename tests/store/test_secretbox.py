import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.store.group import GROUPS, SECRET

from ipcamd.errors import ConfigError
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database
from ipcamd.store.secretbox import SecretBox

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200)


@pytest.fixture(scope="module")
def seal(tmp_path_factory: pytest.TempPathFactory) -> SecretBox:
    return SecretBox(tmp_path_factory.mktemp("key") / "secret.key")


@given(TEXTS, TEXTS)
def test_secrets_are_decrypted_only_in_their_own_place(seal: SecretBox, text: str, place: str) -> None:
    sealed = seal.encrypt(text, place)
    assert seal.decrypt(sealed, place) == text
    assert seal.decrypt(sealed, place + "x") is None


@given(st.data())
def test_a_changed_bit_is_noticed(seal: SecretBox, data: st.DataObject) -> None:
    sealed = bytearray(seal.encrypt("swordfish", "here"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert seal.decrypt(bytes(sealed), "here") is None


@given(st.binary(max_size=100))
def test_rubbish_does_not_open(seal: SecretBox, rubbish: bytes) -> None:
    assert seal.decrypt(rubbish, "here") is None


def test_ciphertexts_reveal_neither_equality_nor_length(seal: SecretBox) -> None:
    assert seal.encrypt("foo", "here") != seal.encrypt("foo", "here")
    assert len({len(seal.encrypt("x" * length, "here")) for length in (0, 1, 3, 16, 64)}) == 1


def test_the_key_is_kept_and_another_one_decrypts_nothing(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    sealed = SecretBox(path).encrypt("swordfish", "here")
    assert path.stat().st_size == 32
    assert SecretBox(path).decrypt(sealed, "here") == "swordfish"
    other = SecretBox(tmp_path / "other.key")
    assert other.decrypt(sealed, "here") is None
    assert other.fingerprint != SecretBox(path).fingerprint == SecretBox(path).fingerprint


def test_a_damaged_key_is_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    path.write_bytes(b"short")
    SecretBox(path)
    assert path.stat().st_size == 32
    assert path.with_name("secret.key.damaged").read_bytes() == b"short"


def test_a_key_that_cannot_be_read_ends_the_start(tmp_path: Path) -> None:
    (tmp_path / "secret.key").mkdir()
    with pytest.raises(ConfigError, match=r"secret\.key"):
        SecretBox(tmp_path / "secret.key")


async def test_no_file_but_the_key_reveals_a_secret(path: Path) -> None:
    word = "swordfish-Blåbær"
    with Database(path) as database:
        await Settings(database, GROUPS, {}).update([Change(*SECRET, word)])
        live = b"".join(file.read_bytes() for file in path.parent.iterdir())
    closed = b"".join(file.read_bytes() for file in path.parent.iterdir())
    for form in (
        word.encode(),
        word.encode("utf-16-le"),
        base64.b64encode(word.encode()),
        word.encode().hex().encode(),
    ):
        assert form not in live
        assert form not in closed
    with Database(path) as database:
        assert Settings(database, GROUPS, {})[SECRET[0]][SECRET[1]] == word


async def test_without_its_key_a_secret_has_its_factory_value(path: Path) -> None:
    with Database(path) as database:
        await Settings(database, GROUPS, {}).update([Change(*SECRET, "swordfish")])
        assert not database.key_lost
    path.with_name("secret.key").unlink()
    for _ in range(2):  # until the accounts are handled
        with Database(path) as database:
            assert database.key_lost
            assert Settings(database, GROUPS, {})[SECRET[0]][SECRET[1]] == "unset"
    with Database(path) as database:
        database.write_now(database.adopt_key)
    with Database(path) as database:
        assert not database.key_lost
