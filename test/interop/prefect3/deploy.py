"""Deploys the flows of flows.py as their users would, with Prefect's own client.

Usage: deploy.py POOL IMAGE
Writes deployments.json: the ids of the deployments by name.
"""

import datetime
import json
import sys

import prefect
from prefect import flow
from prefect.client.schemas.schedules import IntervalSchedule

pool, image = sys.argv[1:]
ids = {}


def deploy(name, entrypoint, **options):
    source = flow.from_source(source=".", entrypoint=f"flows.py:{entrypoint}")
    ids[name] = str(
        source.deploy(
            name=name,
            work_pool_name=pool,
            image=image,
            build=False,
            push=False,
            print_next_steps=False,
            **options,
        )
    )


deploy("mapped", "mapped", parameters={"increment": 1}, job_variables={"env": {"INTEROP": "yes"}})
deploy("retried", "retried", job_variables={"cpu": 512, "memory": 1024})
deploy("failing", "failing")
deploy("traced", "leaves_a_trace")

soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=60)
deploy(
    "scheduled",
    "leaves_a_trace",
    schedule=IntervalSchedule(interval=datetime.timedelta(days=30), anchor_date=soon),
)

# Prefect 2 has no limit of a deployment.
if not prefect.__version__.startswith("2."):
    deploy("one at a time", "leaves_a_trace", concurrency_limit=1)

with open("deployments.json", "w") as file:
    json.dump(ids, file)
