"""`python -m interfaces.cli` is `z2`."""

from interfaces.cli import main

if __name__ == "__main__":
    main(prog_name="z2")
