"""``python -m gridflex``."""

from gridflex.cli.main import main

raise SystemExit(main())
