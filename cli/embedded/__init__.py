"""The stack behind `restock up`: Postgres, Temporal, a mailbox, the API and workers as children."""
