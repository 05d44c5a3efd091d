"""Rate limit of answers."""

from ipcamd.discovery import answer_rate_limit
from ipcamd.discovery.answer_rate_limit import ANSWERS_PER_ADDRESS, PERIOD_S, SSDP_ANSWERS, AnswerRateLimit


def test_one_address_gets_so_many_in_a_second() -> None:
    limit = AnswerRateLimit(SSDP_ANSWERS)
    assert [limit.allows("10.0.0.1", 0.5) for _ in range(ANSWERS_PER_ADDRESS + 2)] == [True] * ANSWERS_PER_ADDRESS + [
        False
    ] * 2
    assert limit.allows("10.0.0.2", 0.5)
    assert limit.allows("10.0.0.1", 0.5 + PERIOD_S)


def test_all_together_get_so_many_in_a_second() -> None:
    limit = AnswerRateLimit(SSDP_ANSWERS)
    given = [limit.allows(f"10.0.{n // 200}.{n % 200}", 0.5) for n in range(1000)]
    assert given == [True] * SSDP_ANSWERS + [False] * (1000 - SSDP_ANSWERS)
    assert len(limit._by_address) == answer_rate_limit.ADDRESSES
    assert limit.allows("10.1.0.1", 0.5 + PERIOD_S)
