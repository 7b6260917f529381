"""A conversation on LangGraph with its Postgres checkpointer: `talk_on_langgraph.py URL DURABILITY`."""

import asyncio
import json
import sys
from typing import Any

from langchain_core.messages import AIMessage
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.graph import END, START, MessagesState, StateGraph
from talk import answer, question


async def _model(state: MessagesState) -> Any:
    return {"messages": [AIMessage(answer(str(state["messages"][-1].content)))]}


async def main(url: str, durability: Any) -> None:
    async with AsyncPostgresSaver.from_conn_string(url) as saver:
        await saver.setup()
        graph = StateGraph(MessagesState)
        graph.add_node("model", _model)
        graph.add_edge(START, "model")
        graph.add_edge("model", END)
        talk, done = graph.compile(checkpointer=saver), 0
        print(json.dumps({"ready": True}), flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            for _ in range(json.loads(line)["turns"]):
                asked = {"messages": [("user", question(done))]}
                told = await talk.ainvoke(asked, {"configurable": {"thread_id": "one"}}, durability=durability)
                done += 1
                assert len(told["messages"]) == 2 * done
            print(json.dumps({"turns": done}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
