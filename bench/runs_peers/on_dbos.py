"""Runs on DBOS Transact: `on_dbos.py URL`.

Chains are of ordinary functions, its faster way; steps that go side by side need the asynchronous one.
"""

import asyncio
import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from dbos import DBOS, DBOSConfig
from turns import serve


@DBOS.step()
def step(number: int) -> dict[str, int]:
    return {"step": number}


@DBOS.step()
async def step_beside(number: int) -> dict[str, int]:
    return {"step": number}


@DBOS.workflow()
def chain() -> list[dict[str, int]]:
    return [step(0), step(1), step(2)]


@DBOS.workflow()
async def fan_out() -> list[dict[str, int]]:
    first = await step_beside(0)
    return [first, *await asyncio.gather(*(step_beside(number) for number in range(1, 9)))]


async def main(url: str) -> None:
    config: DBOSConfig = {"name": "bench", "system_database_url": url, "run_admin_server": False, "log_level": "ERROR"}
    DBOS(config=config)
    DBOS.launch()
    logging.getLogger("dbos").setLevel(logging.ERROR)
    threads = ThreadPoolExecutor(max_workers=64)
    loop = asyncio.get_running_loop()

    async def one_chain() -> None:
        result: Any = await loop.run_in_executor(threads, lambda: DBOS.start_workflow(chain).get_result())
        assert len(result) == 3, result

    async def one_fan_out() -> None:
        result = await fan_out()
        assert len(result) == 9, result

    await serve({"chain": one_chain, "fan-out": one_fan_out})
    DBOS.destroy()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
