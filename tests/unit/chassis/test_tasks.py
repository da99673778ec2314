"""Tasks end, also where a cancellation got lost on its way."""

import asyncio

from services.chassis.tasks import end


async def test_a_task_that_did_not_hear_it_the_first_time_is_told_again() -> None:
    deaf = asyncio.Event()

    async def works() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            deaf.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(works())
    await asyncio.sleep(0)
    await end([task], again_seconds=0.01)
    assert deaf.is_set()
    assert task.cancelled()


async def test_how_they_end_does_not_matter() -> None:
    async def fails() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise RuntimeError("while it tidied up")

    async def is_done() -> None:
        return

    tasks = [asyncio.create_task(fails()), asyncio.create_task(is_done())]
    await asyncio.sleep(0)
    await end(tasks)
    assert all(task.done() for task in tasks)
    await end([])
