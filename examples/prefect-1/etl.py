"""A flow of Prefect 1 on Fargate. `python etl.py` registers it in the project `etl`, which has to exist."""

from datetime import timedelta

from prefect import Flow, Parameter, task
from prefect.run_configs import ECSRun
from prefect.schedules import CronSchedule
from prefect.storage import Local


@task(max_retries=2, retry_delay=timedelta(seconds=10))
def extract(day):
    return [1, 2, 3]


@task(log_stdout=True)
def report(day, numbers):
    print(f"The total of {day} is {sum(numbers)}")


with Flow("etl", schedule=CronSchedule("0 3 * * *")) as flow:
    day = Parameter("day", default="today")
    report(day, extract(day))

# The image holds Prefect 1 and this file.
flow.storage = Local(path="/flows/etl.py", stored_as_script=True, add_default_labels=False)
flow.run_config = ECSRun(
    image="123456789012.dkr.ecr.us-east-1.amazonaws.com/flows:1",
    cpu="1 vcpu",
    memory="2 GB",
    env={"STAGE": "prod"},
    labels=["prod"],
)

if __name__ == "__main__":
    flow.register(project_name="etl")
