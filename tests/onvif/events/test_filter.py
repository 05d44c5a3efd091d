"""Filters of ONVIF subscriptions."""

import pytest

from ipcamd.onvif.events.filter import read_condition, read_topics
from ipcamd.onvif.events.topics import CELL_MOTION, DIGITAL_INPUT, MOTION_ALARM, RELAY, STORAGE_FAILURE, TOPICS
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import Fault

ITEMS = {"Source": "1", "State": "true"}


def expression(text: str) -> Element:
    prefixes = {"tns1": "http://www.onvif.org/ver10/topics", "x": "http://www.onvif.org/ver10/topics", "y": "urn:other"}
    return Element("", "TopicExpression", {}, prefixes, [], [text])


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("tns1:VideoSource/MotionAlarm", {MOTION_ALARM}),
        ("x:VideoSource/MotionAlarm", {MOTION_ALARM}),
        ("tns1:Device//.", {DIGITAL_INPUT, RELAY, STORAGE_FAILURE}),
        ("tns1:RuleEngine/*/Motion", {CELL_MOTION}),
        ("tns1:Device/Trigger/Relay|tns1:RuleEngine//.", {RELAY, CELL_MOTION}),
        ("*//.", set(TOPICS)),
    ],
)
def test_topics_are_selected(text: str, topics: set[object]) -> None:
    assert read_topics(expression(text)) == topics


@pytest.mark.parametrize(
    "text", ["", "tns1:Nothing", "y:VideoSource//.", "VideoSource//.", "tns1:Device", "tns1:Device//.|"]
)
def test_no_topic_of_that_name(text: str) -> None:
    with pytest.raises(Fault, match="there is no such topic"):
        read_topics(expression(text))


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ('boolean(//tt:SimpleItem[@Name="Source" and @Value="1"])', True),
        ("//tt:SimpleItem[@Name='Source' and @Value='2']", False),
        ('//SimpleItem[@Name="State"]', True),
        ('not(//tt:SimpleItem[@Name="State"])', False),
        ('//tt:SimpleItem[@Name="Rule"] or //tt:SimpleItem[@Name="State"] and //tt:SimpleItem[@Name="Source"]', True),
        ('(//tt:SimpleItem[@Name="State"] or //tt:SimpleItem[@Name="Rule"]) and not(//SimpleItem[@Name="Rule"])', True),
    ],
)
def test_conditions_are_evaluated(text: str, passes: bool) -> None:
    assert read_condition(text)(ITEMS) is passes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "(",
        "not",
        '//tt:SimpleItem[@Name="xyz"]',
        "count(//*)",
        '//tt:SimpleItem[@Name="Rule"] or',
        "(" * 40 + ")" * 40,
    ],
)
def test_a_condition_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Fault, match="no expression of items"):
        read_condition(text)
