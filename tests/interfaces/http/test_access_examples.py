"""The examples of docs/access.md do what they say."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.system import ROOT, System

EXAMPLES = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "access.md").read_text(), re.DOTALL)


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("jq")), reason="the examples need curl and jq")
def test_the_examples_run_one_after_the_other(system: System, tmp_path: Path) -> None:
    account = {"Z2": system.url, "NAME": system.admin.name, "PASSWORD": system.admin.password}
    script = "\n".join(["set -eu", *EXAMPLES])
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env={**os.environ, **account}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "urn:z2:problem:authorization_pending" in done.stdout
    assert done.stdout.count('"role":"admin"') == 1
    assert len(EXAMPLES) > 5
