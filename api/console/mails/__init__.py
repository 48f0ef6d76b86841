"""`/console/mails`: the mails to shoppers, as their owner writes them."""

from api.console.mails import editor, overview, trials, versions

routers = (overview.router, editor.router, trials.router, versions.router)
