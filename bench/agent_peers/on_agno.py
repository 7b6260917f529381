"""A turn on Agno: `on_agno.py URL`, or with a FOLDER for its sessions in SQLite."""

import asyncio
import sys
import uuid
from pathlib import Path

from agno.agent import Agent
from agno.db.sqlite import SqliteDb
from agno.models.openai import OpenAILike
from common import INSTRUCTIONS, MODEL, QUESTION, product
from turns import serve


async def main(url: str, folder: str | None = None) -> None:
    database = None if folder is None else SqliteDb(db_file=str(Path(folder) / "agno.db"))
    model = OpenAILike(id=MODEL, base_url=url, api_key="none")
    agent = Agent(model=model, instructions=INSTRUCTIONS, tools=[product], db=database, telemetry=False)

    async def turn() -> None:
        result = await agent.arun(QUESTION, session_id=uuid.uuid4().hex)
        assert result.content

    await serve({"turn": turn})


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
