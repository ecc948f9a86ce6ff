"""``python -m intertwine.cli`` is ``intertwine``."""

from intertwine.cli import main

main()
