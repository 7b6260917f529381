"""Runs on LangGraph with its Postgres checkpointer: `on_langgraph.py URL DURABILITY`."""

import asyncio
import operator
import sys
from typing import Annotated, Any, TypedDict
from uuid import uuid4

from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.graph import END, START, StateGraph
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool
from turns import serve


class State(TypedDict):
    done: Annotated[list[dict[str, int]], operator.add]


def _step(number: int) -> Any:
    async def step(state: State) -> State:
        return {"done": [{"step": number}]}

    return step


def chain(saver: AsyncPostgresSaver) -> Any:
    graph = StateGraph(State)
    for number in range(3):
        graph.add_node(f"step{number}", _step(number))
    for before, after in zip((START, "step0", "step1", "step2"), ("step0", "step1", "step2", END), strict=True):
        graph.add_edge(before, after)
    return graph.compile(checkpointer=saver)


def fan_out(saver: AsyncPostgresSaver) -> Any:
    graph = StateGraph(State)
    graph.add_node("first", _step(0))
    graph.add_edge(START, "first")
    for number in range(1, 9):
        graph.add_node(f"step{number}", _step(number))
        graph.add_edge("first", f"step{number}")
        graph.add_edge(f"step{number}", END)
    return graph.compile(checkpointer=saver)


async def main(url: str, durability: str) -> None:
    options = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    async with AsyncConnectionPool(url, min_size=20, max_size=20, kwargs=options, open=False) as pool:
        await pool.wait()
        saver = AsyncPostgresSaver(pool)
        await saver.setup()
        graphs = {"chain": (chain(saver), 3), "fan-out": (fan_out(saver), 9)}

        def runs_of(shape: str) -> Any:
            graph, steps = graphs[shape]

            async def one() -> None:
                config = {"configurable": {"thread_id": str(uuid4())}}
                result = await graph.ainvoke({"done": []}, config=config, durability=durability)
                assert len(result["done"]) == steps, result

            return one

        await serve({shape: runs_of(shape) for shape in graphs})


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
