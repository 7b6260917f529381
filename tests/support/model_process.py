"""A model provider in a process of its own, which outlives whatever a test does to Z2."""

import contextlib
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

import httpx2

from tests.support.system import ROOT

ANSWER = " ".join(f"word{number}" for number in range(12))
MARK = re.compile(r"<<(\S+) (\S+)>>")
"""How prompts name the run and the step that they belong to."""


@contextlib.contextmanager
def model_process(*, delay: float, text: str = ANSWER, server: str = "openai_server") -> Iterator[httpx2.Client]:
    """A client of its memory; it takes so many seconds for each word of its answers."""
    command = [sys.executable, "-m", f"tests.support.{server}"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            with httpx2.Client(base_url=process.stdout.readline().strip(), timeout=60) as client:
                client.post("/__default", json={"text": text, "delay": delay})
                yield client
        finally:
            process.terminate()


def settings(models: httpx2.Client) -> dict[str, str]:
    """With what Z2 finds it."""
    return {"OPENAI_BASE_URL": str(models.base_url.join("/v1")), "OPENAI_API_KEY": "sk-test"}


def asked(models: httpx2.Client) -> "Counter[tuple[str, str]]":
    """How often it was asked for each step of each run, by its own count."""
    bodies = (str(call["body"]) for call in models.get("/__calls").json())
    return Counter((found[1], found[2]) for body in bodies if (found := MARK.search(body)))
