"""webhook_inbox: new events of the mail provider -> runs of engagement.

Belongs here: the sensor and the list of sensors for the registry. Does not: folding (engagement.py). The
tick only asks which partitions have new events; an event stays new until its partition was projected.
"""

from dagster import AssetSelection, DefaultSensorStatus, RunRequest, SensorEvaluationContext, SensorResult, sensor

from realestate_os.resources.configurable import DatabaseResource


@sensor(
    target=AssetSelection.assets("engagement"),
    minimum_interval_seconds=30,
    default_status=DefaultSensorStatus.RUNNING,
)
def webhook_inbox(context: SensorEvaluationContext, database: DatabaseResource) -> SensorResult:
    """Requests engagement for each county and date whose mails have new events."""
    from realestate_os.campaigns.inbox import waiting_partitions

    with database.open() as db:
        waiting = waiting_partitions(db)
    return SensorResult(run_requests=[RunRequest(run_key=one.run_key, partition_key=one.key) for one in waiting])


sensors = [webhook_inbox]
