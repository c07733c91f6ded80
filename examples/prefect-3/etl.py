"""A flow of Prefect 3 on Fargate Spot. `python etl.py`, in this directory, deploys it to the work pool `flows`."""

from prefect import flow, task


@task(retries=2, retry_delay_seconds=10)
def extract(day: str) -> list[int]:
    return [1, 2, 3]


@flow(log_prints=True)
def etl(day: str = "today"):
    print(f"The total of {day} is {sum(extract(day))}")


if __name__ == "__main__":
    etl.deploy(
        name="nightly",
        work_pool_name="flows",
        # An image with Prefect 3 and this file in its working directory, from which the flow is loaded. Code that is
        # elsewhere is pulled when the run starts: `flow.from_source(source="https://…", entrypoint=…).deploy(…)`.
        image="123456789012.dkr.ecr.us-east-1.amazonaws.com/flows:1",
        build=False,
        push=False,
        cron="0 3 * * *",
        job_variables={
            "cpu": 1024,
            "memory": 2048,
            "env": {"STAGE": "prod"},
            "launch_type": "FARGATE_SPOT",
        },
    )
