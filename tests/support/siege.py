"""Many runs at a time, people who decide what they ask, and a killer among the processes that do the work."""

import random
import time
from typing import Any

import httpx2

from domain.kernel import Record
from tests.support import many_kinds
from tests.support.besieged import SUPERVISED, Besieged, Kill, Victim

OVER = ("completed", "failed", "cancelled")
VICTIMS: tuple[Victim, ...] = (*SUPERVISED, "guest")
LEAST = 2
"""So often each is killed, whatever chance has to say."""

LOOK_SECONDS = 0.4
PAUSES = (1.0, 3.0)
END_SECONDS = 300.0
PAGE = 200


class Told(Record):
    """What clients were told: what became of each run, by its title, and who was killed when."""

    ended: dict[str, str]
    kills: list[Kill]
    seconds: float


class Siege:
    """One client, who asks again where nobody answers."""

    def __init__(self, z2: Besieged, *, at_once: int, kills: int, seed: int) -> None:
        self._z2 = z2
        self._client = z2.machine.client
        self._workflow = many_kinds.published(self._client)
        self._at_once = at_once
        self._most = kills
        self._chance = random.Random(seed)
        self._keys: list[str] = []
        self._under_way: dict[str, str] = {}
        self._ended: dict[str, str] = {}
        self._kills: list[Kill] = []
        self._next_kill = time.monotonic() + PAUSES[1]

    def run(self) -> Told:
        begun = time.monotonic()
        while len(self._kills) < self._most or min(self._killed(each) for each in VICTIMS) < LEAST:
            self._look(starting=True)
            self._strike()
            time.sleep(LOOK_SECONDS)
        end = time.monotonic() + END_SECONDS
        while len(self._ended) < len(self._keys):
            self._look(starting=False)
            assert time.monotonic() < end, f"still under way: {self._under_way}"
            time.sleep(LOOK_SECONDS)
        return Told(self._ended, self._kills, time.monotonic() - begun)

    def _killed(self, victim: Victim) -> int:
        return sum(kill.victim == victim for kill in self._kills)

    def _strike(self) -> None:
        ripe = self._z2.ripe()
        if time.monotonic() >= self._next_kill and ripe:
            self._kills.append(self._z2.kill(self._chance.choice(ripe)))
            self._next_kill = time.monotonic() + self._chance.uniform(*PAUSES)

    def _look(self, *, starting: bool) -> None:
        """See what is over, decide what is asked, and begin what there is room for; the API may be gone meanwhile."""
        try:
            self._see()
            self._decide()
            for key in [key for key in self._keys if key not in self._under_way and key not in self._ended]:
                self._start(key)
            while starting and len(self._under_way) < self._at_once:
                self._keys.append(f"run-{len(self._keys)}")
                self._start(self._keys[-1])
        except httpx2.HTTPError:
            pass

    def _start(self, key: str) -> None:
        body = many_kinds.a_run(self._workflow, key)
        answer = self._client.post("/api/runs", json=body, headers={"Idempotency-Key": key})
        self._under_way[key] = self._good(answer)["id"]

    def _see(self) -> None:
        page = self._good(self._client.get("/api/runs", params={"limit": PAGE}))["items"]
        known = {each["id"]: each["status"] for each in page}
        for key, run_id in list(self._under_way.items()):
            status = known.get(run_id) or self._status(run_id)
            if status in OVER:
                self._ended[key] = status
                del self._under_way[key]

    def _status(self, run_id: str) -> str:
        """Of a run that the page does not show; while there is no projector, new ones are nowhere to be seen."""
        answer = self._client.get(f"/api/runs/{run_id}")
        return "unseen" if answer.status_code == 404 else str(self._good(answer)["status"])

    def _decide(self) -> None:
        asked = self._good(self._client.get("/api/inbox", params={"limit": PAGE}))["items"]
        items = [{"run_id": each["run_id"], "step": each["step"], "decision": "approve"} for each in asked]
        if items:
            self._good(self._client.post("/api/inbox/decisions", json={"items": items}))

    def _good(self, answer: httpx2.Response) -> Any:
        """Its JSON; a server that is only just there is as good as gone."""
        if answer.status_code == 503:
            raise httpx2.ReadError(answer.text)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()
