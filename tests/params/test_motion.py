"""Motion parameters: values that ``/setup.cgi`` accepts, and their stored form (clarifications, 4)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.params import ALL_GROUPS, GROUPS, UNLISTED_GROUPS
from ipcamd.params.kinds.choice import FLAG
from ipcamd.params.kinds.kind import ValueKind
from ipcamd.params.motion import FIELDS, MOTION, Grid, Names, Percents, Rectangles

KINDS = {param.name: param.kind for param in MOTION.params}

GOOD = [
    ("mddata", "1,0,0,640,480,10|1,0,0,0,0,20|1,0,0,0,0,30", None),
    ("mddata", "0,639,479,640,480,0|1,640,480,640,480,100|0,0,0,0,0,0", None),
    ("mddata", "01,000,007,0640,480,010|0,0,0,0,0,0|0,0,0,0,0,0", "1,0,7,640,480,10|0,0,0,0,0,0|0,0,0,0,0,0"),
    ("mdpercent", "10|50|50", None),
    ("mdpercent", "0|100|007", "0|100|7"),
    ("mddatanormalize", "fff0000000", None),
    ("mddatanormalize", "FfF123aBc0", "fff123abc0"),
    ("mddatanormalize", "ffffffff0", "ffffffff00"),
    ("mddatanormalize", "000000000f", None),
    ("motionenable", "0", None),
    ("motionenable", "1", None),
    ("mdname", "Door|Gate|Yard", None),
    ("mdname", "", None),
    ("mdname", "Door", None),
    ("mdname", "||Fourteen chars", None),
    ("mdname", "T\u00fcr|\u95e8", None),
]  # fmt: skip

EMPTY = "|0,0,0,0,0,0|0,0,0,0,0,0"

BAD = [
    ("mddata", "", "3 windows separated by '|'"),
    ("mddata", "1,0,0,640,480,10", "3 windows separated by '|'"),
    ("mddata", "0,0,0,0,0,0" + EMPTY + "|0,0,0,0,0,0", "3 windows separated by '|'"),
    ("mddata", "|".join(["1,0,0,640,480,10"] * 400), "3 windows separated by '|'"),
    ("mddata", "1,0,0,640,480" + EMPTY, "window 1: enable,left,top,right,bottom,sensitivity"),
    ("mddata", "1,0,0,640,480,10,1" + EMPTY, "window 1: enable,left,top,right,bottom,sensitivity"),
    ("mddata", "1,0,0,641,480,10" + EMPTY, "window 1: right 0 to 640"),
    ("mddata", "1,0,0,640,481,10" + EMPTY, "window 1: bottom 0 to 480"),
    ("mddata", "1,0,481,640,480,10" + EMPTY, "window 1: top 0 to 480"),
    ("mddata", "1,0,0,640,480,101" + EMPTY, "window 1: sensitivity 0 to 100"),
    ("mddata", "2,0,0,640,480,10" + EMPTY, "window 1: enable 0 to 1"),
    ("mddata", "1,-1,0,640,480,10" + EMPTY, "window 1: left 0 to 640"),
    ("mddata", "1,0,0,64_0,480,10" + EMPTY, "window 1: right 0 to 640"),
    ("mddata", "1, 0,0,640,480,10" + EMPTY, "window 1: left 0 to 640"),
    ("mddata", "1,\u0665,0,640,480,10" + EMPTY, "window 1: left 0 to 640"),
    ("mddata", "1,x,0,640,480,10" + EMPTY, "window 1: left 0 to 640"),
    ("mddata", "1," + "9" * 5000 + ",0,640,480,10" + EMPTY, "window 1: left 0 to 640"),
    ("mddata", "0,0,0,0,0,0|1,300,0,299,480,10|0,0,0,0,0,0", "window 2: left at most right"),
    ("mddata", "0,0,0,0,0,0|0,0,0,0,0,0|1,0,9,640,8,10", "window 3: left at most right, top at most bottom"),
    ("mdpercent", "50", "3 numbers 0 to 100"),
    ("mdpercent", "50|50|50|50", "3 numbers 0 to 100"),
    ("mdpercent", "50|50|101", "window 3: 0 to 100"),
    ("mdpercent", "50||50", "window 2: 0 to 100"),
    ("mddatanormalize", "", "ten hexadecimal digits"),
    ("mddatanormalize", "ffffffff", "ten hexadecimal digits"),
    ("mddatanormalize", "fffffffffff", "ten hexadecimal digits"),
    ("mddatanormalize", "fffffffffg", "ten hexadecimal digits"),
    ("mddatanormalize", "ffffffffff\n", "ten hexadecimal digits"),
    ("mddatanormalize", "f" * 9000, "ten hexadecimal digits"),
    ("motionenable", "2", "0 (no), 1 (yes)"),
    ("motionenable", "1|1|1", "0 (no), 1 (yes)"),
    ("mdname", "a|b|c|d", "at most 3 names"),
    ("mdname", "Fifteen letters|b|c", "at most 14 printable characters"),
    ("mdname", "a\nb|c|d", "at most 14 printable characters"),
    ("mdname", "a\u2028b", "at most 14 printable characters"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "sent", "kept"), GOOD)
def test_valid_values_have_one_canonical_form(name: str, sent: str, kept: str | None) -> None:
    assert KINDS[name].normalize(sent) == (sent if kept is None else kept)


@pytest.mark.parametrize(("name", "sent", "reason"), BAD, ids=range(len(BAD)))
def test_wrong_values_are_refused_with_the_allowed_ones(name: str, sent: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)) as refusal:
        KINDS[name].normalize(sent)
    assert len(str(refusal.value)) < 150
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize("param", MOTION.params, ids=lambda param: param.name)
def test_the_factory_value_is_of_its_kind(param: object) -> None:
    assert KINDS[param.name].normalize(param.default) == param.default  # type: ignore[attr-defined]


def test_param_cgi_does_not_know_the_group_and_the_store_does() -> None:
    assert MOTION in UNLISTED_GROUPS
    assert MOTION not in GROUPS
    assert (*GROUPS, *UNLISTED_GROUPS) == ALL_GROUPS


NUMBERS = st.tuples(*(st.integers(0, most) for most in FIELDS.values())).map(
    lambda n: (n[0], min(n[1], n[3]), min(n[2], n[4]), max(n[1], n[3]), max(n[2], n[4]), n[5])
)


@given(st.tuples(NUMBERS, NUMBERS, NUMBERS))
def test_all_windows_that_there_can_be_are_taken(windows: tuple[tuple[int, ...], ...]) -> None:
    text = "|".join(",".join(map(str, window)) for window in windows)
    assert Rectangles().normalize(text) == text


@given(
    st.sampled_from([Rectangles(), Percents(), Grid(), Names(), FLAG]), st.text("0129,|-+ aFg\u0661\n_.", max_size=60)
)
def test_any_text_is_refused_or_stored_in_a_stable_form(kind: ValueKind, text: str) -> None:
    try:
        kept = kind.normalize(text)
    except ValueError:
        return
    assert kind.normalize(kept) == kept
    assert kept.isprintable()
