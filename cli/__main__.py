"""`python -m cli` is `restock`."""

from cli.main import run

run()
