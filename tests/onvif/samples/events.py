"""Samples of the event service."""

from tests.onvif.samples.sample import Sample

CONCRETE_SET = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"
ITEM_FILTER = "http://www.onvif.org/ver10/tev/messageContentFilter/ItemFilter"
_FILTER = (
    '<{0}:Filter><wsnt:TopicExpression Dialect="{1}">{2}</wsnt:TopicExpression>'
    '<wsnt:MessageContent Dialect="{3}">{4}</wsnt:MessageContent></{0}:Filter>'
)
_INPUTS = "tns1:Device/Trigger/DigitalInput"
_FIRST = 'boolean(//tt:SimpleItem[@Name="InputToken" and @Value="input1"])'
_LIFE = "<{0}:InitialTerminationTime>{1}</{0}:InitialTerminationTime>"
_CONSUMER = "<wsnt:ConsumerReference><wsa:Address>{}</wsa:Address></wsnt:ConsumerReference>"


def _filter(prefix: str, dialect: str = CONCRETE_SET, topic: str = _INPUTS, condition: str = _FIRST) -> str:
    return _FILTER.format(prefix, dialect, topic, ITEM_FILTER, condition)


SAMPLES = {
    "tev:GetServiceCapabilities": Sample(),
    "tev:GetEventProperties": Sample(),
    "tev:CreatePullPointSubscription": Sample(
        _filter("tev") + _LIFE.format("tev", "PT20S"),
        wrong=(
            (_filter("tev", dialect="urn:x"), "TopicExpressionDialectUnknownFault"),
            (_filter("tev", topic="tns1:Device/Nothing"), "InvalidTopicExpressionFault"),
            (_filter("tev", condition="count(//x)"), "InvalidMessageContentExpressionFault"),
            (_LIFE.format("tev", "PT0S"), "UnacceptableTerminationTimeFault"),
        ),
    ),
    "tev:PullMessages": Sample(
        "<tev:Timeout>PT20S</tev:Timeout><tev:MessageLimit>100</tev:MessageLimit>", at_subscription=True
    ),
    "tev:SetSynchronizationPoint": Sample(at_subscription=True, is_fixed=True),
    "wsnt:Subscribe": Sample(
        f"{_CONSUMER.format('http://127.0.0.1:9/')}{_filter('wsnt')}{_LIFE.format('wsnt', 'PT20S')}",
        wrong=(
            (_CONSUMER.format("ftp://127.0.0.1/"), "InvalidArgVal"),
            (_CONSUMER.format("http://[/"), "InvalidArgVal"),
            (_CONSUMER.format("http://127.0.0.1:9/") + _filter("wsnt", "urn:x"), "TopicExpressionDialectUnknownFault"),
        ),
    ),
    "wsnt:Renew": Sample(
        "<wsnt:TerminationTime>PT60S</wsnt:TerminationTime>",
        wrong=(
            ("<wsnt:TerminationTime>2001-01-01T00:00:00Z</wsnt:TerminationTime>", "UnacceptableTerminationTimeFault"),
        ),
        at_subscription=True,
    ),
    "wsnt:Unsubscribe": Sample(at_subscription=True),
}
