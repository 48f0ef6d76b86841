"""The mail of a dry run: written by a worker, which has the templates, and sent to nobody."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.write_preview import WritePreview
    from domain.preview import MailPreviewInput, PreviewedMail


@workflow.defn
class MailPreview:
    """Has the mail of one request written, and is done."""

    @workflow.run
    async def run(self, asked: MailPreviewInput) -> PreviewedMail:
        return await workflow.execute_activity_method(
            WritePreview.write_preview,
            asked,
            # Whoever asked waits no longer.
            start_to_close_timeout=timedelta(seconds=10),
            summary="Write the mail of a dry run",
        )
