"""The assets campaigns, deliveries and engagement: one tenant after the other, partition by partition.

Belongs here: taking partitions and resources, recording what came of it. Does not: who is mailed, what is
sent and what events mean, which are the plain modules beside this one.
"""

from dagster import AssetDep, AssetExecutionContext, AssetIn, BackfillPolicy, MaterializeResult, asset

from realestate_os.partitions import county_day, county_days, same_day
from realestate_os.resources.configurable import DatabaseResource, MailerResource, ObjectStoreResource, SettingsResource
from realestate_os.resources.reporting import materialization_metadata
from realestate_os.storage.io_manager import Frames
from realestate_os.storage.set_aside import SetAside

OWNERS = ["team:acquisitions"]


@asset(
    partitions_def=county_day,
    group_name="campaigns",
    kinds={"postgres", "jinja"},
    owners=OWNERS,
    code_version="1",
    ins={"listings": AssetIn(partition_mapping=same_day), "scores": AssetIn(partition_mapping=same_day)},
    deps=[AssetDep("packets", partition_mapping=same_day)],
    backfill_policy=BackfillPolicy.single_run(),
)
def campaigns(
    context: AssetExecutionContext,
    settings: SettingsResource,
    database: DatabaseResource,
    object_store: ObjectStoreResource,
    listings: Frames,
    scores: Frames,
) -> MaterializeResult[None]:
    """The day's mails, planned: the daily list to the team, properties under control to opted-in buyers.

    Written to the outbox (email_queue) as pending. Planning again replaces what nobody has tried to send.
    """
    import pandas as pd

    from realestate_os.campaigns.planning import Desk, plan_day

    desk, mails, refused, counted = Desk.from_settings(settings.load()), [], [], {}
    with database.open() as db:
        for day in county_days(context):
            set_aside = SetAside()
            for tenant in db.tenants():
                plan = plan_day(db, desk, tenant.id, day.county, day.date, listings[day.key], scores[day.key])
                mails += plan.mails
                set_aside.rows += plan.refused.rows
                counted[f"{day.key} {tenant.slug}"] = plan.counts
            object_store.open().parquet.write_set_aside("campaigns", day.key, set_aside)
            refused.append(set_aside)
    frame = pd.DataFrame(mails, columns=["audience", "subject", "send_id"])
    not_reviewed = sorted(state for state, text in desk.disclosures.items() if text.reviewed_on is None)
    metadata = materialization_metadata([frame], refused, campaigns=counted, disclosures_not_reviewed=not_reviewed)
    return MaterializeResult(metadata=metadata)


@asset(
    partitions_def=county_day,
    group_name="campaigns",
    kinds={"postgres", "sendgrid"},
    owners=OWNERS,
    code_version="1",
    deps=[AssetDep("campaigns", partition_mapping=same_day)],
    # One partition a run: the limit of mails a run is a limit a day.
    backfill_policy=BackfillPolicy.multi_run(1),
)
def deliveries(
    context: AssetExecutionContext,
    settings: SettingsResource,
    database: DatabaseResource,
    mailer: MailerResource,
    object_store: ObjectStoreResource,
) -> MaterializeResult[None]:
    """The day's pending mails, sent once each. An old day is a backfill and mails nobody.

    What the provider did not take stays pending; what nobody can say stays unknown and is never sent again.
    """
    from collections import Counter

    from realestate_os.campaigns.delivery import deliver_day

    loaded, refused, outcomes, left = settings.load(), [], Counter[str](), 0
    budget = loaded.mail_max_per_run
    with database.open() as db:
        for day in county_days(context):
            set_aside = SetAside()
            for tenant in db.tenants():
                done = deliver_day(db, mailer.open(), loaded, tenant.id, (day.county, day.date), budget)
                budget -= done.posted
                left += done.left_pending
                outcomes.update(done.outcomes)
                set_aside.rows += done.refused.rows
            object_store.open().parquet.write_set_aside("deliveries", day.key, set_aside)
            refused.append(set_aside)
    if left:
        context.log.info(f"{left} mails left pending (limit of a run: MAIL_MAX_PER_RUN={loaded.mail_max_per_run})")
    metadata = materialization_metadata([], refused, outcomes=dict(outcomes), left_pending=left)
    return MaterializeResult(metadata=metadata | {"rows": outcomes["accepted"]})


@asset(
    partitions_def=county_day,
    group_name="campaigns",
    kinds={"postgres"},
    owners=OWNERS,
    code_version="1",
    deps=[AssetDep("deliveries", partition_mapping=same_day)],
    backfill_policy=BackfillPolicy.single_run(),
)
def engagement(context: AssetExecutionContext, database: DatabaseResource) -> MaterializeResult[None]:
    """What became of the day's mails: delivered, opened, clicked, bounced, complained, unsubscribed.

    Folded from all events that have arrived for the mails planned on the day, whenever they arrived.
    """
    from collections import Counter

    from realestate_os.campaigns.engagement import project_day

    mails, events, counted = Counter[str](), 0, {}
    with database.open() as db:
        for day in county_days(context):
            for tenant in db.tenants():
                found = project_day(db, tenant.id, day.county, day.date)
                mails.update(found.mails)
                events += found.events
                counted[f"{day.key} {tenant.slug}"] = found.counts
    metadata = materialization_metadata([], mails=dict(mails), events=events, campaigns=counted)
    return MaterializeResult(metadata=metadata | {"rows": mails.total()})
