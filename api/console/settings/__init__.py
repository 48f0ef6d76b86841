"""`/console/settings`: the shop, its policy, its keys, its people, and what they changed."""

from api.console.settings import feeds, keys, log, people, policy, shop

routers = (shop.router, policy.router, feeds.router, keys.router, people.router, log.router)
