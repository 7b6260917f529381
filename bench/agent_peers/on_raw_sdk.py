"""The same turn by hand: two calls of the openai SDK, and nothing kept: `on_raw_sdk.py URL`."""

import asyncio
import json
import sys
from typing import Any

from common import INSTRUCTIONS, MODEL, QUESTION, product
from openai import AsyncOpenAI
from turns import serve

PARAMETERS = {"type": "object", "properties": {"expression": {"type": "string"}}, "required": ["expression"]}
TOOL: Any = {"type": "function", "function": {"name": "product", "description": "Calculate.", "parameters": PARAMETERS}}


async def main(url: str) -> None:
    client = AsyncOpenAI(base_url=url, api_key="none")

    async def turn() -> None:
        messages: list[Any] = [{"role": "system", "content": INSTRUCTIONS}, {"role": "user", "content": QUESTION}]
        first = await client.chat.completions.create(model=MODEL, messages=messages, tools=[TOOL])
        said = first.choices[0].message
        assert said.tool_calls
        call: Any = said.tool_calls[0]
        given = product(**json.loads(call.function.arguments))
        messages += [said.model_dump(exclude_none=True), {"role": "tool", "tool_call_id": call.id, "content": given}]
        last = await client.chat.completions.create(model=MODEL, messages=messages, tools=[TOOL])
        assert last.choices[0].message.content

    await serve({"turn": turn})


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
