"""`/demo/shop`: a shop's page with the element in it, beside the embedded mailbox."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from api.console.pages import environment
from api.services import Served
from api.widget.words import ENGLISH, RIGHT_TO_LEFT, language_of, words
from domain.catalog import WIX_STORES_APP_IDS
from domain.locales import LONGEST_LOCALE
from domain.settings import Settings

router = APIRouter(prefix="/demo", include_in_schema=False)

KEY_FILE = "storefront.key"
"""Where in the data directory the key is that stands in the page."""

APP_ID = WIX_STORES_APP_IDS[0]
"""The app whose items the page shows."""

_LANGUAGES = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "sv": "Svenska",
    "he": "עברית",
}


@dataclass(frozen=True)
class _Orchid:
    id: str
    name: str
    price: str
    petals: str
    lip: str
    ground: str


_ORCHIDS = (
    _Orchid("blue-orchid", "Blue Orchid", "75.00", "#5b6fd6", "#8a3fa0", "#e8efe6"),
    _Orchid("moon-orchid", "Moon Orchid", "95.00", "#fbf7ee", "#d9a441", "#dfe7ee"),
    _Orchid("sunset-orchid", "Sunset Orchid", "65.00", "#e07a5f", "#9b2f4a", "#f6ece2"),
)


@router.get("/shop")
def show_shop(
    services: Served, lang: Annotated[str, Query(max_length=LONGEST_LOCALE)] = ENGLISH
) -> HTMLResponse:
    """Three orchids, all sold out."""
    language = language_of(lang)
    html = (
        environment()
        .get_template("demo/shop.html")
        .render(
            key=_key(services.settings),
            app_id=APP_ID,
            orchids=_ORCHIDS,
            language=language,
            languages=_LANGUAGES,
            direction="rtl" if language in RIGHT_TO_LEFT else "ltr",
            say=words()[language],
        )
    )
    return HTMLResponse(html)


def _key(settings: Settings) -> str:
    file = Path(settings.data_dir) / KEY_FILE
    if settings.mailbox_dir is None or not file.is_file():
        raise HTTPException(404, "There is no demo shop here: `restock up` has one.")
    return file.read_text(encoding="utf-8").strip()
