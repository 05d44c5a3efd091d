from collections.abc import Iterator

import pytest
from tests.e2e.camera import PASSWORD, CameraProcess
from tests.e2e.chromium import Chromium


@pytest.fixture
def page(request: pytest.FixtureRequest, camera: CameraProcess) -> Iterator[Chromium]:
    """The administrator's browser with the page that the module's function `look` opens."""
    with Chromium() as browser:
        browser.log_in("admin", PASSWORD)
        request.module.look(browser, camera)
        yield browser
        assert browser.console == []
