"""Real flows of Prefect 2 and 3. They run in the folder that this file is in."""

import pathlib
import time

from prefect import flow, get_run_logger, runtime, task


@task
def add(x, y):
    return x + y


@flow
def mapped(increment: int = 0):
    total = sum(future.result() for future in add.map([1, 2, 3], y=increment))
    get_run_logger().info("The total is %s", total)


@task(retries=1)
def fails_once():
    if runtime.task_run.run_count < 2:
        raise ValueError("the first time")


@flow
def retried():
    fails_once()


@flow
def failing():
    raise RuntimeError("on purpose")


@flow
def leaves_a_trace(seconds: float = 0):
    pathlib.Path("traces", runtime.flow_run.id).touch(exist_ok=False)
    time.sleep(seconds)
