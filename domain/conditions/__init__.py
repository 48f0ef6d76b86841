"""The owner's conditions: which shopper is told of a restock, and in plain words why not.

    {"quantity": {"$gte": 2}, "locale": {"$in": ["sv-SE", "pl-PL"]}, "contact.vip": true,
     "daysSincePurchase": {"$gte": 5}, "product.price": {"$lte": 500}}

The language is that of the filters in `domain.query`: the same operators, limits and errors.

| field | what it is | where it is missing |
| --- | --- | --- |
| `quantity` | whole number: how many came in | every comparison of it holds, under `$not` too |
| `locale` | text; `sv_se` is `sv-SE`; no order | no comparison holds |
| `sku` | text; true when any SKU of the request compares so | no comparison holds |
| `externalId` | text | no comparison holds |
| `ageDays` | number: days since the request was made | never missing |
| `daysSincePurchase` | number: days since the SKU was bought | never bought: infinitely long ago |
| `product.<attribute>` | feed data: `product.price` a number, others text or number | as `locale` |
| `contact.<attribute>` | text, number or boolean | as `locale` |

A day is 24 hours, and part of one counts as a part; a time that lies ahead counts as now. Empty
text is missing, but for attributes of the contact; `$exists` says what is there, also for the two
fields with a rule of their own. An attribute compares by the type of the value given: text that
is a plain decimal number, such as `199.90`, counts as that number where a number is given, and
nothing else is turned into anything. A list or an object is there and equals nothing.

An unknown quantity (somebody says "it is back" and no number) must not hold anybody back. So
`$not` is read as if it stood before single comparisons only (not (A and B) is not A or not B);
each comparison of an unknown quantity then counts as true, with `$not` or without.
"""

from domain.conditions.explain import unmet
from domain.conditions.facts import Facts
from domain.conditions.parse import Conditions, parse_conditions

__all__ = ["Conditions", "Facts", "parse_conditions", "unmet"]
