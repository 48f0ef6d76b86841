"""What the JSON fields of Wix's dialect may hold."""

from typing import Annotated

from pydantic import Field, StringConstraints

from domain.contracts import LONGEST_PARAMETER, LONGEST_PARAMETER_NAME, MOST_PARAMETERS
from domain.fields import AppId as AppId
from domain.fields import Price as Price
from domain.fields import WebUrl as WebUrl
from domain.text import Storable

ParameterName = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_PARAMETER_NAME), Storable
]
ParameterValue = Annotated[str, StringConstraints(max_length=LONGEST_PARAMETER), Storable]
Parameters = Annotated[dict[ParameterName, ParameterValue], Field(max_length=MOST_PARAMETERS)]
