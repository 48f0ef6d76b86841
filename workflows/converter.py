"""How values and failures are written into Temporal."""

import dataclasses

from temporalio.api.enums.v1 import ApplicationErrorCategory
from temporalio.api.failure.v1 import Failure
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DefaultFailureConverter, PayloadConverter

from domain.privacy import masked, without_values

_BENIGN = ApplicationErrorCategory.APPLICATION_ERROR_CATEGORY_BENIGN


class AddressFreeFailureConverter(DefaultFailureConverter):
    """Masks addresses and quoted rows in every failure, whichever library wrote its words."""

    def to_failure(
        self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure
    ) -> None:
        """Write `exception` and its causes into `failure`, free of addresses."""
        super().to_failure(exception, payload_converter, failure)
        _mask(failure)
        if failure.application_failure_info.category == _BENIGN:
            # "Try again later" needs no stack, and every retry would keep one in the history.
            failure.stack_trace = ""


data_converter = dataclasses.replace(
    pydantic_data_converter, failure_converter_class=AddressFreeFailureConverter
)
"""Clients, workers and replays of Restock all use this one."""


def _mask(failure: Failure) -> None:
    if "@" in failure.message:
        failure.message = masked(failure.message)
    failure.message = without_values(failure.message)
    if failure.HasField("cause"):
        _mask(failure.cause)
