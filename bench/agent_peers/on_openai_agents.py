"""A turn on the OpenAI Agents SDK: `on_openai_agents.py URL`, or with a FOLDER for its sessions in SQLite."""

import asyncio
import sys
import uuid
from pathlib import Path

from agents import Agent, OpenAIChatCompletionsModel, Runner, SQLiteSession, function_tool, set_tracing_disabled
from common import INSTRUCTIONS, MODEL, QUESTION, product
from openai import AsyncOpenAI
from turns import serve


async def main(url: str, folder: str | None = None) -> None:
    set_tracing_disabled(True)
    model = OpenAIChatCompletionsModel(MODEL, AsyncOpenAI(base_url=url, api_key="none"))
    agent = Agent("Calculator", instructions=INSTRUCTIONS, model=model, tools=[function_tool(product)])
    kept = None if folder is None else Path(folder) / "sessions.db"

    async def turn() -> None:
        session = None if kept is None else SQLiteSession(uuid.uuid4().hex, kept)
        result = await Runner.run(agent, QUESTION, session=session)
        assert result.final_output
        if session is not None:
            session.close()

    await serve({"turn": turn})


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
