#!/usr/bin/env python3
"""Checks that every relative link of the project's Markdown files leads to a file, and to a heading where it names one."""

import pathlib
import re
import sys

LINK = re.compile(r"\]\(([^)\s]+)\)")
SCHEME = re.compile(r"[a-z]+:")


def prose(path):
    """The lines outside code blocks."""
    inside = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.lstrip().startswith("```"):
            inside = not inside
        elif not inside:
            yield number, line


def anchors(path):
    """The headings as GitHub names them."""
    titles = [line.lstrip("#").strip() for _, line in prose(path) if re.match(r"#+ ", line)]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def mistakes(path):
    for number, line in prose(path):
        for target in LINK.findall(line):
            if SCHEME.match(target):
                continue
            file, _, anchor = target.partition("#")
            leads_to = (path.parent / file).resolve() if file else path
            if not leads_to.exists():
                yield f"{path}:{number}: '{target}' leads to no file"
            elif anchor and anchor not in anchors(leads_to):
                yield f"{path}:{number}: '{target}' leads to no heading of {leads_to.name}"


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        print(__doc__ + "\n\nusage: check_links.py FILE.md|FOLDER...", file=sys.stderr)
        sys.exit(0 if sys.argv[1:] in (["--help"], ["-h"]) else 2)
    files = []
    for name in map(pathlib.Path, sys.argv[1:]):
        files += sorted(name.rglob("*.md")) if name.is_dir() else [name]
    if not files:
        sys.exit(f"check_links.py: error: no Markdown files in {' '.join(sys.argv[1:])}")
    try:
        found = [mistake for path in files for mistake in mistakes(path)]
    except OSError as error:
        print(f"check_links.py: error: {error}", file=sys.stderr)
        sys.exit(2)
    for mistake in found:
        print(mistake)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
