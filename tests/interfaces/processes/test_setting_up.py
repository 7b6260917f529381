"""`z2 up` has a link for the first admin at each start, for as long as they have no password."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx2
import pytest

from infrastructure.identity.token_keys import token_keys
from infrastructure.identity.tokens import Tokens, now
from interfaces.processes import owner_key, setting_up
from tests.support.newcomers import PASSWORD
from tests.support.residents import Residents
from tests.support.system import System


@pytest.fixture
def owner_file(system: System, tmp_path: Path) -> Path:
    """The key of an admin who has neither name nor password."""
    home = UUID(system.get("/api/session")["workspace_id"])
    admin = Residents(system.environment).new("admin", home)
    token, _ = Tokens(token_keys("", system.data), timedelta(hours=1)).issue(admin, now())
    headers = {"Authorization": f"Bearer {token}"}
    made = httpx2.post(f"{system.url}/api/keys", json={"label": "Owner"}, headers=headers).json()
    path = tmp_path / owner_key.NAME
    path.write_bytes(owner_key.content(made["key"]))
    return path


def test_each_start_has_a_fresh_link_until_one_is_used(system: System, owner_file: Path) -> None:
    first, second = (setting_up.link(system.url, owner_file) for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.startswith(f"{system.url}/set-up#z2l_")

    def chosen(link: str) -> int:
        body = {"link": link.partition("#")[2], "name": "The first admin", "password": PASSWORD}
        return httpx2.post(f"{system.url}/api/links/password", json=body).status_code

    assert (chosen(first), chosen(second)) == (409, 201)
    assert setting_up.link(system.url, owner_file) is None


def test_where_nobody_can_be_asked_there_is_no_link(system: System, owner_file: Path, tmp_path: Path) -> None:
    assert setting_up.link("http://127.0.0.1:1", owner_file) is None
    assert setting_up.link(system.url, tmp_path / "nothing") is None
    owner_file.write_bytes(owner_key.content("z2_of_another_z2"))
    assert setting_up.link(system.url, owner_file) is None
