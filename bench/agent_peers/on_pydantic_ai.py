"""A turn on Pydantic AI, which has no persistence of its own: `on_pydantic_ai.py URL`."""

import asyncio
import sys

from common import INSTRUCTIONS, MODEL, QUESTION, product
from openai import AsyncOpenAI
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider
from turns import serve


async def main(url: str) -> None:
    provider = OpenAIProvider(openai_client=AsyncOpenAI(base_url=url, api_key="none"))
    agent = Agent(OpenAIChatModel(MODEL, provider=provider), instructions=INSTRUCTIONS, tools=[product])

    async def turn() -> None:
        result = await agent.run(QUESTION)
        assert result.output

    await serve({"turn": turn})


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
