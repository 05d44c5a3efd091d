from ipcamd.store.lru_dict import LruDict


def test_the_least_recently_used_entry_is_dropped() -> None:
    table = LruDict[str, int](2)
    assert [table.put("a", 1), table.put("b", 2), table.put("a", 3)] == [None, None, None]
    assert table.put("c", 4) == 2
    assert table == {"a": 3, "c": 4}


def test_touch_counts_as_use_and_creates_what_is_missing() -> None:
    table = LruDict[str, list[int]](2)
    kept = table.touch("a", list)
    table.touch("b", list)
    assert table.touch("a", list) is kept
    table.touch("c", list)
    assert list(table) == ["a", "c"]


def test_reading_does_not_count_as_use() -> None:
    table = LruDict[str, int](2)
    table.put("a", 1)
    table.put("b", 2)
    assert table["a"] == table.get("a") == 1
    table.put("c", 3)
    assert list(table) == ["b", "c"]
