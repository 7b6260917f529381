"""How tasks are ended."""

import asyncio

from application.tasks import ended


async def test_a_task_that_loses_a_cancellation_is_cancelled_again() -> None:
    lost = []

    async def deaf_at_first() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            lost.append(1)
        await asyncio.Event().wait()

    tasks = [asyncio.create_task(deaf_at_first()) for _ in range(2)]
    await asyncio.sleep(0)
    await ended(*tasks)
    assert (len(lost), [task.cancelled() for task in tasks]) == (2, [True, True])


async def test_a_task_that_ended_by_itself_keeps_its_result_and_its_error() -> None:
    async def well() -> int:
        return 1

    async def badly() -> None:
        raise ValueError

    tasks = asyncio.create_task(well()), asyncio.create_task(badly())
    await asyncio.wait(tasks)
    await ended(*tasks)
    assert tasks[0].result() == 1
    assert isinstance(tasks[1].exception(), ValueError)


async def test_nothing_to_end_is_no_error() -> None:
    await ended()
