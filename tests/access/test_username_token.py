"""UsernameTokens: each is accepted once, and only near the camera's time."""

from ipcamd.access.username_token import REMEMBERED, TokenNonces, UsernameToken, digest_password


def token(nonce: bytes, created_s: float, password: str = "sesame", is_digest: bool = True) -> UsernameToken:
    proof = digest_password(nonce, "now", password) if is_digest else password
    return UsernameToken("admin", proof, is_digest, nonce, "now", created_s)


def test_a_token_proves_one_password() -> None:
    nonce = bytes.fromhex("2cbe0c3ad2c4a14da5de9f5e4a4f1b1c")
    assert token(nonce, 0).proves("sesame")
    assert not token(nonce, 0).proves("Sesame")
    assert token(nonce, 0, is_digest=False).proves("sesame")


def test_a_nonce_counts_once_while_its_token_is_fresh() -> None:
    now = 1000.0
    nonces = TokenNonces(lambda: now, lambda: 300)
    assert nonces.use(token(b"a", 900))
    assert not nonces.use(token(b"a", 900))
    assert nonces.use(token(b"b", 1300))
    assert not nonces.use(token(b"c", 699))
    assert not nonces.use(token(b"d", 1301))
    now = 1250.0
    assert not nonces.use(token(b"a", 900))  # stale by its time now


def test_a_flood_makes_older_tokens_stale_but_replays_none() -> None:
    nonces = TokenNonces(lambda: 1000.0, lambda: 300)
    for number in range(REMEMBERED + 1):
        assert nonces.use(token(str(number).encode(), 900 + number / 100))
    assert not nonces.use(token(b"0", 900))
    assert not nonces.use(token(b"new", 899))
    assert nonces.use(token(b"new", 1000))
