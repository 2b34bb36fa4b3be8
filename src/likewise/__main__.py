"""``python -m likewise``: the command line, where the ``likewise`` script is not on the path."""

from likewise.cli.main import main

if __name__ == "__main__":
    main()
