"""`python -m milepost`: the command line, where no program of that name is at hand."""

from milepost.cli import main

if __name__ == "__main__":
    main()
