"""The ports of the embedded stack, as options of its commands."""

from typing import Annotated

from typer import Option

from domain.settings import PREFIX

Port = Annotated[int, Option(envvar=f"{PREFIX}PORT", min=1, max=65535, help="Port of the API.")]
TemporalPort = Annotated[
    int, Option(envvar=f"{PREFIX}TEMPORAL_PORT", min=1, max=65535, help="Port of Temporal.")
]
TemporalUiPort = Annotated[
    int, Option(envvar=f"{PREFIX}TEMPORAL_UI_PORT", min=1, max=65535, help="Port of its UI.")
]
