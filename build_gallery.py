"""The gallery's command. ``python build_gallery.py --help`` says what it can do."""

import sys

from gallery.command import main

if __name__ == "__main__":
    sys.exit(main())
