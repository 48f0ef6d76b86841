"""Pages for shoppers, who come by the signed links in their mails and sign in to nothing."""

PREFIX = "/my"
