"""Whatever JSON comes, the API answers, and never that the fault is its own."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from query_strategies import filters, json_values, sorts
from shop import BASE, ORCHID, STORES, Shop
from voyado import V3

briefly = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
_TEXTS = st.text(max_size=12) | st.sampled_from(["\0", "\ud800", "a" * 3000, "$and", "", "../.."])
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS
values = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=10,
)
_GOOD: dict[tuple[str, str], Any] = {
    ("POST", BASE): {
        "request": {
            "catalogReference": {"appId": STORES, "catalogItemId": "fuzz", "options": {"a": 1}},
            "email": "fuzz@example.com",
            "itemUrl": "https://shop.test/fuzz",
        },
        "itemDetails": {**ORCHID, "image": {"url": "https://shop.test/fuzz.jpg", "id": "a"}},
    },
    ("POST", f"{BASE}/report-items-back-in-stock"): {
        "itemDetails": ORCHID,
        "catalogReference": {"appId": STORES, "catalogItemId": "nobody", "options": {"a": 1}},
        "extraAutomationTemplateParameters": {"a": "b"},
    },
    ("PATCH", "/v1/policy"): {
        "automation": True,
        "minimumStock": 1,
        "conditions": {"contact.vip": True, "ageDays": {"$gte": 1}},
        "quietHours": {"from": "22:00", "to": "07:00"},
        "timeZone": "UTC",
    },
    ("PATCH", "/v1/policy/items"): {"sku": "A", "policy": {"minimumStock": 1}, "inherit": []},
    ("POST", "/v1/restocks/preview"): {"sku": "A", "quantity": 1, "locale": "sv-SE"},
    ("POST", "/v1/restocks/stop"): {"sku": "A", "locale": "sv-SE"},
    ("POST", f"{V3}/contacts"): {
        "email": "fuzz@example.com",
        "locale": "sv-SE",
        "firstName": "A",
        "attributes": {"a": 1},
        "consent": {"a": [1]},
    },
    ("PUT", f"{V3}/inventory/stock-levels"): [
        {"sku": "A", "quantity": 1, "locale": "sv-SE", "updatedOn": "2023-12-07T12:21:28+01:00"}
    ],
    ("POST", f"{V3}/purchases"): [{"email": "fuzz@example.com", "sku": "A"}],
    ("POST", f"{V3}/inventory/backinstock/subscriptions"): {
        "contactId": "f2a5a4d2-9b5e-4f0c-9d8b-0c9a1e6f7b31",
        "locale": "sv-SE",
        "sku": "A",
    },
}


async def answered(shop: Shop, method: str, path: str, body: Any) -> None:
    content = json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    reply = await shop.call(method, path, content=content, headers=headers)
    assert reply.status_code < 500, (body, reply.text)
    if reply.status_code == 400:
        assert "detail" in reply.text


@st.composite
def spoilt(draw: st.DrawFn, good: Any) -> Any:
    """A good body in which something stands that does not belong there."""
    if draw(st.booleans()) or not good or not isinstance(good, dict | list):
        return draw(values)
    changed = dict(good) if isinstance(good, dict) else dict(enumerate(good))
    key = draw(st.sampled_from(list(changed)))
    changed[key] = draw(spoilt(changed[key]))
    if isinstance(good, list):
        return list(changed.values())
    return changed | ({draw(_TEXTS): draw(values)} if draw(st.booleans()) else {})


@settings(briefly, max_examples=150)
@given(data=st.data())
async def test_no_body_is_a_fault_of_the_apis_own(shop: Shop, data: st.DataObject) -> None:
    method, path = data.draw(st.sampled_from(list(_GOOD)))
    await answered(shop, method, path, data.draw(spoilt(_GOOD[method, path])))


@briefly
@given(query=json_values | values)
async def test_no_query_is_a_fault_of_the_apis_own(shop: Shop, query: Any) -> None:
    await answered(shop, "POST", f"{BASE}/query", {"query": query})


@briefly
@given(filter_=filters() | values, sort=sorts() | values, paging=values, data=st.data())
async def test_no_part_of_a_query_is_either(
    shop: Shop, filter_: Any, sort: Any, paging: Any, data: st.DataObject
) -> None:
    given_ = {"filter": filter_, "sort": sort, "paging": paging, "cursorPaging": paging}
    parts = data.draw(st.sets(st.sampled_from(list(given_))))
    query = {name: given_[name] for name in parts}
    await answered(shop, "POST", f"{BASE}/query", {"query": query})
    await answered(shop, "PATCH", "/v1/policy", {"conditions": filter_})


@briefly
@given(
    path=st.sampled_from([BASE, f"{BASE}/count-by-catalog-reference", f"{V3}/contacts"]),
    parameters=st.dictionaries(
        st.sampled_from([".r", "query", "query.filter", "catalogReferences", "email"])
        | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
        | values.map(lambda value: json.dumps(value)[:2000]),
        max_size=3,
    ),
)
async def test_no_address_is_a_fault_of_the_apis_own(
    shop: Shop, path: str, parameters: dict[str, str]
) -> None:
    reply = await shop.call("GET", path, params=parameters)
    assert reply.status_code < 500, reply.text


@briefly
@given(key=st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=300))
async def test_no_header_is_a_fault_of_the_apis_own(shop: Shop, key: str) -> None:
    body = {"itemDetails": ORCHID, "catalogReference": {"appId": STORES, "catalogItemId": "none"}}
    encoded = key.encode("latin-1")
    for name in ("Idempotency-Key", "Authorization", "apikey"):
        headers = [(b"Authorization", shop.key("owner").encode()), (name.encode(), encoded)]
        path = f"{BASE}/report-items-back-in-stock"
        reply = await shop.http.post(path, json=body, headers=headers)
        assert reply.status_code < 500, reply.text
