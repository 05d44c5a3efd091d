"""``param.cgi`` on real settings in a real database."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, cast

import pytest

from ipcamd.access.accounts import Account
from ipcamd.camera import Camera
from ipcamd.cgi.endpoint import Call, Reply
from ipcamd.cgi.param import ENDPOINTS
from ipcamd.errors import RequestFailed
from ipcamd.params import GROUPS
from ipcamd.params.group import Rank, Texts, ValueOrigin, Values
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database, TransactionPart
from ipcamd.wire.http.message import Head
from ipcamd.wire.http.query import Query

LIVE = {
    ("Hardware", "PT"): lambda: "0",
    ("GPIO", "TriggerOutStatus1"): lambda: "high",
    ("Time", "ServerTime"): lambda: "12:34:56",
    ("System.Info", "MACAddress"): lambda: "02:00:00:00:00:01",
}
SECRET = "UNMISTAKABLE-8f3a"


class RequestSender:
    """Sends requests to one camera, by any of the paths."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        self.settings = Settings(self.database, GROUPS, {})
        self.clock_set: list[tuple[Values, Texts]] = []
        unused = cast("dict[str, Any]", dict.fromkeys(field.name for field in fields(Camera)))
        self.camera = Camera(**unused | {"settings": self.settings})
        self.settings.add_readers(LIVE)
        self.settings.add_writer("Time", self._set_clock)

    def _set_clock(self, values: Values, sent: Texts) -> TransactionPart:
        if sent.get("ServerDate") == "2000-01-01":
            raise RequestFailed("ServerDate=2000-01-01: not that day")
        return TransactionPart(lambda _: None, lambda: self.clock_set.append((values, sent)))

    async def __call__(self, query: str, path: str = "/cgi/admin/param.cgi", rank: Rank = Rank.ADMIN) -> str:
        endpoint = next(e for e in ENDPOINTS if e.path == path)
        assert rank >= endpoint.rank, "the router would not let it in"
        head = Head("GET", f"{path}?{query}", path, query, (1, 1), {}, 0, True)
        call = Call(head, Query.parse(query), Account("anna", rank), "127.0.0.1", self.camera, _no_body())
        answer = endpoint.run(call)
        reply = await answer if isinstance(answer, Awaitable) else answer
        assert isinstance(reply, Reply)
        assert (reply.status, reply.content_type) == (200, "text/plain")
        return reply.body.decode()

    async def refusal(self, query: str, path: str = "/cgi/admin/param.cgi", rank: Rank = Rank.ADMIN) -> str:
        """Send a request that must be refused and change nothing; return the message."""
        before = {group.name: self.settings[group.name] for group in GROUPS}
        with pytest.raises(RequestFailed) as refused:
            await self(query, path, rank)
        assert {group.name: self.settings[group.name] for group in GROUPS} == before
        return str(refused.value)


async def _no_body() -> AsyncIterator[bytes]:
    return
    yield b""


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[RequestSender]:
    asker = RequestSender(tmp_path / "state" / "ipcamd.db")
    with asker.database:
        yield asker


def parsed(listing: str) -> dict[str, dict[str, str]]:
    """Read a listing back: group to parameter to value."""
    blocks = listing.removesuffix("\r\n\r\n").split("\r\n\r\n")
    found = {}
    for block in blocks:
        title, *lines = block.split("\r\n")
        name = title.removeprefix("[").removesuffix("]")
        assert title == f"[{name}]"
        pairs = [line.removeprefix(f"{name}.").split("=", 1) for line in lines]
        assert [line for line in lines if not line.startswith(f"{name}.")] == []
        found[name] = dict(pairs)
    return found


async def test_update_answers_one_line_a_parameter_in_the_order_sent(ask: RequestSender) -> None:
    answer = await ask("action=update&group=Image.H264&Quality=1&Bitrate=3000")
    assert answer == "Image.H264.Quality=1\r\nImage.H264.Bitrate=3000\r\n"
    assert (ask.settings["Image.H264"]["Quality"], ask.settings["Image.H264"]["Bitrate"]) == ("1", "3000")


async def test_list_of_one_parameter(ask: RequestSender) -> None:
    assert await ask("action=list&group=Network&name=Media") == "Network.Media=auto\r\n"


async def test_list_of_a_group(ask: RequestSender) -> None:
    answer = await ask("action=list&group=Audio")
    assert answer == "[Audio]\r\nAudio.MicEnabled=no\r\nAudio.SpeakerEnabled=yes\r\nAudio.Codec=ulaw\r\n\r\n"


async def test_a_group_does_not_list_its_subgroups(ask: RequestSender) -> None:
    assert [*parsed(await ask("action=list&group=Network"))] == ["Network"]


async def test_list_of_several_groups(ask: RequestSender) -> None:
    assert [*parsed(await ask("action=list&group=System,%20Audio"))] == ["System", "Audio"]
    answer = await ask("action=list&group=Image.MJPEG,Image.H264&name=Quality")
    assert answer == "Image.MJPEG.Quality=3\r\nImage.H264.Quality=3\r\n"


@pytest.mark.parametrize("action", ["alllist", "allist", "AllList"])
async def test_alllist_is_every_group_in_order_and_reads_back(ask: RequestSender, action: str) -> None:
    found = parsed(await ask(f"action={action}"))
    assert [*found] == [group.name for group in GROUPS]
    for group in GROUPS:
        assert [*found[group.name]] == [param.name for param in group.params]
        for param in group.params:
            assert param.secret or param.kind.normalize(found[group.name][param.name]) == found[group.name][param.name]


async def test_listed_values_can_be_sent_back(ask: RequestSender) -> None:
    for group in GROUPS:
        params = [p for p in group.params if p.set and p.needs != "PT"]
        if params:
            sent = "".join(f"&{p.name}={p.default}" for p in params).replace("|", "%7C").replace("+", "%2B")
            lines = (await ask(f"action=update&group={group.name}{sent}")).split("\r\n")
            assert len(lines) == len(params) + 1, lines


async def test_live_values_come_from_the_device_or_are_the_default(ask: RequestSender) -> None:
    assert await ask("action=list&group=Time&name=ServerTime") == "Time.ServerTime=12:34:56\r\n"
    assert await ask("action=list&group=Hardware&name=H.264") == "Hardware.H.264=1\r\n"


async def test_an_output_is_listed_as_it_is_and_not_as_it_was_set(ask: RequestSender) -> None:
    assert await ask("action=update&group=GPIO&TriggerOutStatus1=low") == "GPIO.TriggerOutStatus1=low\r\n"
    assert await ask("action=list&group=GPIO&name=TriggerOutStatus1") == "GPIO.TriggerOutStatus1=high\r\n"


async def test_names_are_matched_without_regard_to_case(ask: RequestSender) -> None:
    answer = await ask("ACTION=Update&Group=image.mjpeg&QUALITY=0")
    assert answer == "Image.MJPEG.Quality=0\r\n"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a|b,c:d/e f", "a|b,c:d/e f"),
        ("a+b", "a b"),
        ("a%20b", "a b"),
        ("100%25", "100%"),
        ("a=b", "a=b"),
        ("%E7%8C%AB", "猫"),
        ("", ""),
    ],
)
async def test_values_with_odd_characters(ask: RequestSender, sent: str, kept: str) -> None:
    answer = await ask(f"action=update&group=System.Info&ServerLocation={sent}")
    assert answer == f"System.Info.ServerLocation={kept}\r\n"
    assert await ask("action=list&group=System.Info&name=ServerLocation") == answer


async def test_an_alias_is_repeated_and_is_the_same_group(ask: RequestSender) -> None:
    answer = await ask("action=update&group=event.server.smtp.authentication&UserName=anna")
    assert answer == "Event.Server.SMTP.Authentication.UserName=anna\r\n"
    assert "Event.Server.Authentication.UserName=anna\r\n" in await ask("action=alllist")


async def test_both_spellings_of_the_sdk_are_kept_as_sent(ask: RequestSender) -> None:
    for word in ("dhcp_ipn4_ipn6", "dhcp_ipv4_ipv6"):
        assert await ask(f"action=update&group=Network&BootProto={word}") == f"Network.BootProto={word}\r\n"


REFUSED = [
    ("", ["action=", "list, alllist, allist, update, add, remove"]),
    ("action=delete", ["action=delete", "update"]),
    ("action=list", ["group=", "Hardware", "PTZ.Speed"]),
    ("action=list&group=Nonsense", ["group=Nonsense", "Hardware"]),
    ("action=list&group=Audio,Nonsense", ["group=Nonsense"]),
    ("action=list&group=Audio&name=Volume", ["Volume", "Audio", "MicEnabled, SpeakerEnabled, Codec"]),
    ("action=update&Quality=1", ["group="]),
    ("action=update&group=Image.MJPEG", ["Image.MJPEG", "Resolution, Framerate, Quality"]),
    ("action=update&group=Image.MJPEG,Image.H264&Quality=1", ["update takes one group"]),
    ("action=update&group=Image.MJPEG&Bitrate=2000", ["Bitrate", "Image.MJPEG", "Resolution, Framerate, Quality"]),
    ("action=update&group=Image.MJPEG&name=Quality&Quality=1", ["name", "Image.MJPEG"]),
    ("action=update&group=Image.MJPEG&Quality=5", ["Image.MJPEG.Quality=5", "0 to 4"]),
    ("action=update&group=Image.MJPEG&Resolution=17", ["Image.MJPEG.Resolution=17", "5 (1280x720)"]),
    ("action=update&group=Image.MJPEG&Quality", ["Image.MJPEG.Quality=", "0 to 4"]),
    ("action=update&group=Image.MJPEG&Framerate=30&Quality=2&Resolution=5&Quality=9", ["Quality=9"]),
    ("action=update&group=Image.H264&Resolution=19&Framerate=25", ["Framerate=25", "at most 20 at 2048x1536"]),
    ("action=update&group=Hardware&RS485=0", ["Hardware.RS485", "read-only"]),
    ("action=update&group=GPIO&TriggerInStatus1=high", ["GPIO.TriggerInStatus1", "read-only"]),
    ("action=update&group=PTZ.Speed&PanSpeed=1", ["PTZ.Speed.PanSpeed", "not supported by this device"]),
    ("action=update&group=Time&ServerDate=2000-01-01&TimeZone=3", ["not that day"]),
    ("action=update&group=Time.NTP&Server=-oProxyCommand%3Dx", ["Time.NTP.Server=-oProxyCommand=x", "a host name"]),
    ("action=update&group=Time.NTP&Server=%3Btouch%20X", ["a host name"]),
    ("action=update&group=System.Info&ServerName=__class__" + "x" * 9000, ["at most 32", "..."]),
    ("action=add&group=Network&Name=x", ["action=add", "Network"]),
    ("action=remove&group=Network", ["action=remove", "Network"]),
    ("action=add&group=Nonsense", ["group=Nonsense"]),
    ("action=list&group=Nonsense", ["Image.H264, ", "Image.H265, ", "Privacy.Mask1 to 8, ", "Event.Webhook1 to 8"]),
]


@pytest.mark.parametrize(("query", "words"), REFUSED, ids=lambda value: value[:60] if isinstance(value, str) else "")
async def test_refused_with_what_is_allowed(ask: RequestSender, query: str, words: list[str]) -> None:
    message = await ask.refusal(query)
    assert [word for word in words if word not in message] == [], message
    assert message.isprintable()
    assert len(message) < 1000


async def test_one_bad_value_of_five_changes_nothing(ask: RequestSender) -> None:
    sent = "Brightness=1&Contrast=2&Saturation=3&Sharpness=256&Mirror=on"
    message = await ask.refusal(f"action=update&group=ImageSource.IO.Sensor&{sent}")
    assert message == "ImageSource.IO.Sensor.Sharpness=256: allowed: 0 to 255"


async def test_derived_changes_are_listed_after_the_sent_ones(ask: RequestSender) -> None:
    answer = await ask("action=update&group=Image.MPEG4&Resolution=17&Quality=4")
    assert answer == "Image.MPEG4.Resolution=17\r\nImage.MPEG4.Quality=4\r\nImage.MPEG4.Framerate=25\r\n"
    assert ask.settings["Image.MPEG4"]["Framerate"] == "25"


async def test_the_clock_is_set_in_the_zone_that_comes_with_it(ask: RequestSender) -> None:
    answer = await ask("action=update&group=Time&ServerTime=07:05&TimeZone=3")
    assert answer == "Time.ServerTime=07:05:00\r\nTime.TimeZone=3\r\nTime.SyncSource=manually\r\n"
    [(values, sent)] = ask.clock_set
    assert (values["TimeZone"], sent) == ("3", {"ServerTime": "07:05:00"})
    assert ask.settings["Time"]["TimeZone"] == "3"


async def test_the_clock_is_not_set_when_the_rest_cannot_be_kept(ask: RequestSender) -> None:
    @asynccontextmanager
    async def refuse(_: Values, __: Values) -> AsyncIterator[None]:
        raise RequestFailed("not now")
        yield

    ask.settings.guard("Time", refuse)
    assert await ask.refusal("action=update&group=Time&ServerTime=07:05&TimeZone=3") == "not now"
    assert ask.clock_set == []


async def test_a_device_that_cannot_set_its_clock_reports_it(ask: RequestSender) -> None:
    ask.camera = replace(ask.camera, settings=Settings(ask.database, GROUPS, {}))
    message = await ask.refusal("action=update&group=Time&ServerTime=07:05")
    assert message == "Time.ServerTime: not supported by this device"


async def test_an_answer_means_that_it_is_on_the_disk(ask: RequestSender) -> None:
    await ask("action=update&group=System.Info&ServerName=yard")
    rows = ask.database.rows("SELECT value FROM setting WHERE grp = 'System.Info' AND name = 'ServerName'")
    assert rows == [("yard",)]


async def test_two_updates_at_once_never_break_a_rule(ask: RequestSender) -> None:
    await ask("action=update&group=Image.H264&Framerate=20&Resolution=5")
    size = ask("action=update&group=Image.H264&Resolution=19")
    rate = ask("action=update&group=Image.H264&Framerate=30")
    answers = await asyncio.gather(size, rate, return_exceptions=True)
    now = ask.settings["Image.H264"]
    assert (now["Resolution"], now["Framerate"]) in {("19", "20"), ("5", "30")}
    assert sum(isinstance(answer, RequestFailed) for answer in answers) == 1


def secret_for(name: str) -> str:
    """Return a secret that a parameter of that name may have."""
    return f"whsec_{base64.b64encode(SECRET.encode() * 2).decode()}" if name == "Secret" else SECRET


SECRETS = [(group.name, param.name) for group in GROUPS for param in group.params if param.secret]


@pytest.mark.parametrize(("group", "name"), SECRETS)
async def test_a_secret_is_never_shown(ask: RequestSender, group: str, name: str) -> None:
    secret = secret_for(name)
    answer = await ask(f"action=update&group={group}&{name}={secret}")
    assert answer == f"{group}.{name}=********\r\n"
    assert await ask(f"action=list&group={group}&name={name}") == answer
    assert answer in await ask(f"action=list&group={group}")
    listed = [await ask("action=alllist"), await ask("action=alllist", "/cgi/param.cgi")]
    assert [text for text in listed if secret in text] == []
    assert secret not in await ask.refusal(f"action=update&group={group}&{name}={secret}%E2%80%A8")
    assert ask.settings[group][name] == secret


@pytest.mark.parametrize(("group", "name"), SECRETS)
async def test_asterisks_leave_a_secret_unchanged(ask: RequestSender, group: str, name: str) -> None:
    secret, other = secret_for(name), "UserName" if "UserName" in ask.settings[group] else "URL"
    await ask(f"action=update&group={group}&{name}={secret}")
    answer = await ask(f"action=update&group={group}&{other}=http://anna/&{name}=********")
    assert answer == f"{group}.{other}=http://anna/\r\n{group}.{name}=********\r\n"
    assert (ask.settings[group][other], ask.settings[group][name]) == ("http://anna/", secret)


PATHS = {"/cgi/admin/param.cgi": Rank.ADMIN, "/cgi/users/param.cgi": Rank.USERS, "/cgi/guest/param.cgi": Rank.GUEST}


def test_each_path_lets_in_its_rank() -> None:
    assert {e.path: e.rank for e in ENDPOINTS} == {**PATHS, "/cgi/param.cgi": Rank.GUEST}


@pytest.mark.parametrize(("path", "rank"), PATHS.items())
async def test_a_path_shows_what_its_rank_may_read_for_every_caller(ask: RequestSender, path: str, rank: Rank) -> None:
    visible = {g.name: [p.name for p in g.params if p.get <= rank] for g in GROUPS}
    expected = {name: params for name, params in visible.items() if params}
    for caller in (r for r in Rank if r >= rank):
        found = parsed(await ask("action=alllist", path, caller))
        assert {name: [*params] for name, params in found.items()} == expected
    own = parsed(await ask("action=alllist", "/cgi/param.cgi", rank))
    assert {name: [*params] for name, params in own.items()} == expected


@pytest.mark.parametrize(("path", "rank"), PATHS.items())
async def test_each_parameter_alone_is_as_hidden_as_in_the_listing(ask: RequestSender, path: str, rank: Rank) -> None:
    for group in GROUPS:
        for param in group.params:
            query = f"action=list&group={group.name}&name={param.name}"
            if param.get <= rank:
                assert (await ask(query, path)).startswith(f"{group.name}.{param.name}=")
            else:
                assert (
                    await ask.refusal(query, path) == f"{group.name}.{param.name}: {rank.name.lower()} may not read it"
                )


@pytest.mark.parametrize(("path", "rank"), PATHS.items())
async def test_a_path_sets_what_its_rank_may_set(ask: RequestSender, path: str, rank: Rank) -> None:
    ask.settings.add_readers({("Hardware", "PT"): lambda: "1"})
    for group in GROUPS:
        for param in (p for p in group.params if p.origin is ValueOrigin.STORED and p.set):
            query = f"action=update&group={group.name}&{param.name}={param.default}"
            if param.set is not None and param.set <= rank:
                await ask(query, path)
            else:
                assert (
                    await ask.refusal(query, path) == f"{group.name}.{param.name}: {rank.name.lower()} may not set it"
                )


async def test_a_group_that_is_hidden_altogether_is_refused(ask: RequestSender) -> None:
    message = await ask.refusal("action=list&group=Network", "/cgi/users/param.cgi")
    assert message == "group=Network: users may not read it"


@pytest.mark.parametrize(
    ("query", "changes"),
    [
        ("action=list&group=Audio", False),
        ("ACTION=ALLLIST", False),
        ("action=allist", False),
        ("action=update&group=Audio&MicEnabled=yes", True),
        ("action=add", True),
        ("action=list&action=update", True),
        ("", True),
    ],
)
def test_a_foreign_site_may_make_a_browser_list_but_not_update(query: str, changes: bool) -> None:
    assert {endpoint.changes(Query.parse(query)) for endpoint in ENDPOINTS} == {changes}


async def test_a_listed_group_shows_every_change_at_once(ask: RequestSender) -> None:
    levels = iter(("low", "high"))
    ask.settings.add_readers({("GPIO", "TriggerOutStatus1"): lambda: next(levels)})
    assert "GPIO.TriggerOutStatus1=low" in await ask("action=list&group=GPIO")
    assert "GPIO.TriggerOutStatus1=high" in await ask("action=list&group=GPIO")
    for name in ("Garden", "Gate"):
        await ask(f"action=update&group=System.Info&ServerName={name}")
        assert f"System.Info.ServerName={name}\r\n" in await ask("action=list&group=System.Info")
    for title in ("off", "on"):
        await ask(f"action=update&group=ImageSource.IO.Sensor&OverlayDate={title}")
        assert f"ImageSource.IO.Sensor.OverlayDate={title}\r\n" in await ask("action=list&group=ImageSource.IO.Sensor")
