"""Real flows of Prefect 1.4.1, serialized as their registration would send them.

Usage: flows.py DIRECTORY
Stores the flows below DIRECTORY and writes DIRECTORY/flows.json: serialized flows by name.
"""

import datetime
import json
import pathlib
import sys

import prefect
from prefect import Flow, Parameter, task, unmapped
from prefect.run_configs import ECSRun, LocalRun, UniversalRun
from prefect.storage import Local

directory = sys.argv[1]


@task
def add(x, y):
    return x + y


@task
def total(numbers):
    prefect.context.logger.info("The total is %s", sum(numbers))
    return sum(numbers)


@task(max_retries=1, retry_delay=datetime.timedelta(seconds=1))
def fails_once():
    if prefect.context.task_run_count < 2:
        raise ValueError("the first time")


# Beyond ten minutes the flow process ends, and an agent has to start another one for the retry.
@task(max_retries=1, retry_delay=datetime.timedelta(minutes=11))
def fails_once_for_long():
    if prefect.context.task_run_count < 2:
        raise ValueError("the first time")


traces = pathlib.Path(directory, "traces")
traces.mkdir()


@task
def leaves_a_trace():
    pathlib.Path(traces, prefect.context.flow_run_id).touch(exist_ok=False)


@task
def fails():
    raise RuntimeError("on purpose")


with Flow("mapped") as mapped:
    total(add.map([1, 2, 3], y=unmapped(Parameter("increment", default=0))))

with Flow("retried") as retried:
    fails_once()

with Flow("retried later") as retried_later:
    fails_once_for_long()

with Flow("failing") as failing:
    fails()

with Flow("leaves a trace") as traced:
    leaves_a_trace()

with Flow("of another platform") as of_another_platform:
    fails_once()

mapped.run_config = ECSRun(labels=["interop"], env={"INTEROP": "yes"}, cpu="512", memory="1024")
retried.run_config = UniversalRun(labels=["interop"], env={"INTEROP": "yes"})
retried_later.run_config = ECSRun(labels=["interop"])
failing.run_config = ECSRun(labels=["interop"])
traced.run_config = ECSRun(labels=["interop"])
of_another_platform.run_config = LocalRun(labels=["interop"])

serialized = {}
for flow in (mapped, retried, retried_later, failing, traced, of_another_platform):
    flow.storage = Local(directory=directory)
    flow.storage.add_flow(flow)
    flow.storage.build()
    serialized[flow.name] = flow.serialize(build=False)

with open(f"{directory}/flows.json", "w") as file:
    json.dump(serialized, file)
