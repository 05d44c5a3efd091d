"""Undo history, on real settings."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ipcamd.errors import RequestFailed
from ipcamd.params import ALL_GROUPS
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import Change, Requester
from ipcamd.settings.secret_mask import HIDDEN
from ipcamd.settings.settings import Settings
from ipcamd.settings.undo import MOST, UndoHistory
from ipcamd.store.database import Database

ANNA, BERT = (Requester(name, "127.0.0.1", "/web/update", Rank.ADMIN) for name in ("anna", "bert"))
SENSOR, FTP = "ImageSource.IO.Sensor", "Event.Server.FTP"


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    database = Database(tmp_path / "ipcamd.db")
    yield Settings(database, ALL_GROUPS, {})
    database.close()


async def test_a_change_is_taken_back_once_and_so_is_that(settings: Settings) -> None:
    history = UndoHistory(settings)
    changes = [Change(SENSOR, "Brightness", "7"), Change(FTP, "Password", "secret")]
    token = history.keep(await settings.update(changes, by=ANNA), ANNA)
    again = history.keep(await history.undo(token, ANNA), ANNA)
    assert (settings[SENSOR]["Brightness"], settings[FTP]["Password"]) == ("128", "")
    with pytest.raises(RequestFailed, match="nothing to undo"):
        await history.undo(token, ANNA)
    await history.undo(again, ANNA)
    assert (settings[SENSOR]["Brightness"], settings[FTP]["Password"]) == ("7", "secret")


async def test_a_change_by_another_client_is_not_overwritten(settings: Settings) -> None:
    history = UndoHistory(settings)
    changes = [Change(SENSOR, "Brightness", "7"), Change(SENSOR, "Contrast", "8")]
    token = history.keep(await settings.update(changes, by=ANNA), ANNA)
    await settings.update([Change(SENSOR, "Contrast", "9")], by=BERT)
    with pytest.raises(RequestFailed, match=r"ImageSource\.IO\.Sensor\.Contrast has been changed since"):
        await history.undo(token, ANNA)
    assert settings[SENSOR]["Brightness"] == "7"


async def test_each_account_undoes_only_its_own_changes(settings: Settings) -> None:
    history = UndoHistory(settings)
    token = history.keep(await settings.update([Change(SENSOR, "Brightness", "7")], by=ANNA), ANNA)
    for wrong in ((token, BERT), ("", ANNA), ("x" * 9999, ANNA)):
        with pytest.raises(RequestFailed, match="nothing to undo"):
            await history.undo(*wrong)


async def test_an_unedited_password_is_no_change(settings: Settings) -> None:
    history = UndoHistory(settings)
    applied = await settings.update([Change(FTP, "Password", HIDDEN), Change(FTP, "Passive", "no")], by=ANNA)
    await history.undo(history.keep(applied, ANNA), ANNA)
    assert settings[FTP]["Passive"] == "yes"


async def test_the_oldest_are_forgotten(settings: Settings) -> None:
    history = UndoHistory(settings)
    tokens = []
    for number in range(MOST + 1):
        applied = await settings.update([Change(SENSOR, "Brightness", str(number))], by=ANNA)
        tokens.append(history.keep(applied, ANNA))
    with pytest.raises(RequestFailed, match="nothing to undo"):
        await history.undo(tokens[0], ANNA)
    await history.undo(tokens[-1], ANNA)
    assert settings[SENSOR]["Brightness"] == str(MOST - 1)
