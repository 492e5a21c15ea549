"""The gallery's command. ``python build_gallery.py --help`` says what it can do."""

import sys

if __name__ == "__main__":
    try:
        from gallery.command import main
    except KeyboardInterrupt:
        sys.exit(130)
    except ModuleNotFoundError as error:  # the words of gallery.command need packages too
        sys.exit(
            f"Python のパッケージ {error.name} が入っていません。"
            "make gallery を実行するか、.venv/bin/python を使ってください。\n"
            f"The Python package {error.name} is not installed. Run make gallery, or use .venv/bin/python."
        )
    sys.exit(main())
