"""Packages that bring tools: they are found by their entry points, and a broken one keeps nobody from working."""

import sys
import tomllib
from pathlib import Path
from uuid import UUID

import pytest

from application.models import formats
from application.orchestration.tools import ToolBox, ToolCall
from infrastructure.tools.installed import installed

EXAMPLE = Path(__file__).parents[2] / "examples" / "tide-tools"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place where packages are installed."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def install(site: Path, name: str, version: str, points: dict[str, str]) -> None:
    """What an installer writes down of a package."""
    told = site / f"{name.replace('-', '_')}-{version}.dist-info"
    told.mkdir()
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = "\n".join(f"{each} = {value}" for each, value in points.items())
    (told / "entry_points.txt").write_text(f"[z2.tools]\n{lines}\n")


@pytest.fixture
def example(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    install(site, project["name"], project["version"], project["entry-points"]["z2.tools"])
    (site / "tide_tools.py").write_text((EXAMPLE / "tide_tools" / "__init__.py").read_text())
    monkeypatch.delitem(sys.modules, "tide_tools", raising=False)


@pytest.mark.usefixtures("example")
async def test_the_tools_of_the_example_are_found_and_work() -> None:
    tools = {each.name: each for each in installed()}
    assert set(tools) == {"high-waters", "tidal-range", "announce"}
    assert all(each.origin == "tide-tools 1.0.0" for each in tools.values())
    assert all(formats.refusal(each.input) is None for each in tools.values())
    box, place = ToolBox(tools.values()), (UUID(int=1), UUID(int=2), "a", 1, None)
    assert await box.call(ToolCall(*place, tools["high-waters"], {"first_hour": 3, "count": 2})) == [3, 15.42]
    given = await box.call(ToolCall(*place, tools["tidal-range"], {"port": "Brest"}))
    assert given.metres == 4.1


@pytest.mark.usefixtures("example")
def test_a_name_that_is_taken_is_not_given_again() -> None:
    assert {each.name for each in installed({"announce"})} == {"high-waters", "tidal-range"}


@pytest.mark.usefixtures("example")
def test_what_cannot_be_loaded_keeps_nothing_else_from_being_loaded(site: Path) -> None:
    (site / "broken_tools.py").write_text("raise RuntimeError('no')\n")
    (site / "odd_tools.py").write_text("TOOLS = 7\n")
    install(site, "broken-tools", "1", {"a": "broken_tools:TOOLS", "b": "nowhere:TOOLS", "c": "odd_tools:TOOLS"})
    assert len(installed()) == 3
