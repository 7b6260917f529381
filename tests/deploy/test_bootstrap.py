"""The bootstrap asks for what is missing in one line, and is quick where nothing is."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy import browser, packages
from deploy.steps import StepError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    for name in ("Makefile", "pyproject.toml", *packages.RUN, *packages.DEV):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def bootstrap(clone: Path, path: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "deploy/bootstrap.sh", "run"],
        cwd=clone,
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_python_that_is_too_old_is_told_what_to_do_in_one_line(clone: Path) -> None:
    tools = clone / "tools"
    program(tools, "python3", 'if [ "$1" = --version ]; then echo Python 3.9.2; else exit 1; fi')
    program(tools, "dirname", 'exec /usr/bin/dirname "$@"')
    done = bootstrap(clone, str(tools))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "needs Python 3.11 or newer on the PATH; found: Python 3.9.2" in done.stderr


def test_a_python_without_venv_asks_for_it_in_one_line(clone: Path) -> None:
    tools = clone / "tools"
    blocked = "import sys; sys.modules['ensurepip'] = None; import runpy; sys.argv = ['bootstrap', 'run']; "
    run = "runpy.run_module('deploy.bootstrap', run_name='__main__')"
    program(tools, "python3", f'if [ "$1" = -c ]; then exit 0; fi; exec {sys.executable} -c "{blocked}{run}"')
    program(tools, "dirname", 'exec /usr/bin/dirname "$@"')
    done = bootstrap(clone, str(tools))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert f"apt-get install python{version}-venv" in done.stderr


def test_make_without_a_target_lists_the_targets(clone: Path) -> None:
    done = subprocess.run(["make"], cwd=clone, capture_output=True, text=True, check=True)
    for target in ("demo", "up", "test", "check", "bench", "lock", "clean"):
        assert f"  make {target} " in done.stdout


def test_a_demo_of_a_file_that_is_not_there_installs_nothing(clone: Path) -> None:
    done = subprocess.run(["make", "demo", "FILE=no such.md"], cwd=clone, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "No readable file no such.md" in done.stderr
    assert not (clone / ".venv").exists()


def test_a_benchmark_that_does_not_exist_is_refused(clone: Path) -> None:
    (clone / "bench").mkdir()
    (clone / "bench" / "append.py").write_text("if __name__ == '__main__': pass\n")
    (clone / "bench" / "library.py").touch()
    done = subprocess.run(["make", "bench", "B=none"], cwd=clone, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "there are: append \n" in done.stderr


def test_in_ci_a_missing_browser_is_a_failure_and_elsewhere_a_remark(
    clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(clone))
    monkeypatch.setenv("CI", "true")
    with pytest.raises(StepError, match="The browser tests need Chromium"):
        browser.install()
    monkeypatch.delenv("CI")
    browser.install()
    assert capsys.readouterr().err.startswith("! The browser tests are left out")
