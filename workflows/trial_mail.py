"""The mail that an owner is writing, sent to somebody who looks at it."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.send_trial_mail import MOST_ATTEMPTS, SendTrialMail
    from domain.mail_templates import TrialMailInput, TrialMailOutcome


@workflow.defn
class TrialMail:
    """Has a draft sent once, and says how that went."""

    @workflow.run
    async def run(self, asked: TrialMailInput) -> TrialMailOutcome:
        return await workflow.execute_activity_method(
            SendTrialMail.send_trial_mail,
            asked,
            # Somebody waits for the answer.
            start_to_close_timeout=timedelta(seconds=8),
            retry_policy=RetryPolicy(
                initial_interval=timedelta(seconds=1), maximum_attempts=MOST_ATTEMPTS
            ),
            summary="Send a mail as a test",
        )
