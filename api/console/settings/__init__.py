"""`/console/settings`: the shop, its policy, its keys, its people, and what they changed."""

from api.console.settings import keys, log, people, policy, shop

routers = (shop.router, policy.router, keys.router, people.router, log.router)
