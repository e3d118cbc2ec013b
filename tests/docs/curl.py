"""As much of curl as the README's tour needs, for machines that have none."""

import sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen


def main(arguments: list[str]) -> None:
    headers: dict[str, str] = {}
    method, body, address = "GET", None, ""
    given = iter(arguments)
    for argument in given:
        if argument == "-X":
            method = next(given)
        elif argument == "-H":
            name, _, value = next(given).partition(":")
            headers |= {name: value.strip()} if value.strip() else {}
        elif argument == "--json":
            body = next(given).encode()
        elif not argument.startswith("-"):
            address = argument
    try:
        with urlopen(Request(address, body, headers, method=method), timeout=60) as answer:
            sys.stdout.buffer.write(answer.read())
    except HTTPError as problem:
        sys.stdout.buffer.write(problem.read())


if __name__ == "__main__":
    main(sys.argv[1:])
