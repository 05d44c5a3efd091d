"""The camera's dataclass decorator: its classes behave like those of the standard library's."""

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, field
from typing import Any

import pytest

from ipcamd import dataclass as ours


@pytest.fixture(params=[dataclasses, ours], ids=["standard", "ours"])
def dataclass(request: pytest.FixtureRequest) -> Any:
    return request.param.dataclass


class Named:
    """A base without fields."""

    __slots__ = ()

    def label(self) -> str:
        return f"<{self}>"


def point(dataclass: Any, **options: bool) -> Any:
    class Point(Named):
        """A point."""

        x: int
        y: int = 2
        tags: "list[str]" = field(default_factory=list)
        note: str = field(default="", compare=False, repr=False)

        @property
        def total(self) -> int:
            return self.x + self.y

    return dataclass(slots=True, **options)(Point)


def test_it_takes_values_by_place_and_by_name(dataclass: Any) -> None:
    made = point(dataclass, frozen=True)(1, note="n")
    assert (made.x, made.y, made.tags, made.note, made.total) == (1, 2, [], "n", 3)
    assert made.label() == "<point.<locals>.Point(x=1, y=2, tags=[])>"
    assert type(made).__doc__ == "A point."
    assert type(made).__match_args__ == ("x", "y", "tags", "note")


def test_each_instance_gets_a_value_of_its_own_from_a_factory(dataclass: Any) -> None:
    cls = point(dataclass)
    one, other = cls(1), cls(1)
    one.tags.append("t")
    assert other.tags == []
    assert cls(1, tags=one.tags).tags is one.tags


def test_it_names_the_class_whose_value_is_missing(dataclass: Any) -> None:
    for _ in range(2):
        with pytest.raises(TypeError, match=r"Point\.__init__\(\) missing 1 required positional argument: 'x'"):
            point(dataclass, frozen=True)()


def test_a_frozen_one_does_not_change(dataclass: Any) -> None:
    made = point(dataclass, frozen=True)(1)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'x'"):
        made.x = 5
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'x'"):
        del made.x
    assert made.x == 1


def test_another_changes_but_gets_no_new_attributes(dataclass: Any) -> None:
    made = point(dataclass)(1)
    made.x = 5
    assert made.total == 7
    with pytest.raises(AttributeError):
        made.z = 1
    with pytest.raises(TypeError, match="unhashable"):
        hash(made)


def test_equal_values_are_equal(dataclass: Any) -> None:
    cls = point(dataclass, frozen=True)
    assert cls(1, 2, (), "one note") == cls(1, 2, (), "another")
    assert hash(cls(1, 2, (), "one note")) == hash(cls(1, 2, (), "another"))
    assert cls(1) != cls(3)
    assert cls(1) != point(dataclass, frozen=True)(1), "of another class"
    assert cls(1) != (1, 2, [])


def test_identity_counts_without_eq(dataclass: Any) -> None:
    cls = point(dataclass, frozen=True, eq=False)
    made = cls(1)
    assert made == made
    assert made != cls(1)
    assert len({made, cls(1)}) == 2


def test_fields_replace_and_asdict_work(dataclass: Any) -> None:
    made = point(dataclass, frozen=True)(1)
    assert [f.name for f in dataclasses.fields(type(made))] == ["x", "y", "tags", "note"]
    assert dataclasses.replace(made, y=5) == type(made)(1, 5)
    assert dataclasses.asdict(made) == {"x": 1, "y": 2, "tags": [], "note": ""}


def test_a_field_that_is_not_given_is_set_after_the_others(dataclass: Any) -> None:
    class Doubled:
        x: int
        double: int = field(init=False)
        seen: "list[int]" = field(default_factory=list, init=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "double", 2 * self.x)

    made = dataclass(frozen=True, slots=True)(Doubled)(4)
    assert (made.double, made.seen) == (8, [])
    assert dataclasses.replace(made, x=5).double == 10
    with pytest.raises(TypeError):
        type(made)(4, double=3)


def test_methods_of_the_class_stay(dataclass: Any) -> None:
    class Shown:
        x: int

        def __repr__(self) -> str:
            return "shown"

    assert repr(dataclass(frozen=True, slots=True)(Shown)(1)) == "shown"


def test_one_without_fields_is_equal_to_any_other(dataclass: Any) -> None:
    cls = dataclass(frozen=True, slots=True)(type("Empty", (), {"__annotations__": {}}))
    assert cls() == cls()
    assert len({cls(), cls()}) == 1


def test_threads_may_make_the_first_instances_at_once(dataclass: Any) -> None:
    together = threading.Barrier(4, timeout=20)
    cls = point(dataclass, frozen=True)

    def make(number: int) -> Any:
        together.wait()
        return cls(number)

    with ThreadPoolExecutor(4) as pool:
        assert [made.x for made in pool.map(make, range(4))] == [0, 1, 2, 3]
