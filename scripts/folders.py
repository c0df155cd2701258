#!/usr/bin/env python3
"""The folders of the C++ code: how many files each has and which others it includes.

Fails (exit status 1) where folders include each other in a circle, where a folder has more than 25 files, or where it
includes one that the table in CONTRIBUTING.md does not allow.
"""
import argparse
import collections
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MOST_FILES = 25
INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)


def sources(revision):
    """The text of every header and source by path, of the working tree or of a revision."""
    if revision is None:
        paths = git("ls-files", "--cached", "--others", "--exclude-standard").splitlines()
        read = lambda path: open(os.path.join(ROOT, path), encoding="utf-8").read()
        paths = [path for path in paths if os.path.exists(os.path.join(ROOT, path))]
    else:
        paths = git("ls-tree", "-r", "--name-only", revision).splitlines()
        read = lambda path: git("show", f"{revision}:{path}")
    return {path: read(path) for path in paths if path.endswith((".h", ".cpp"))}


def git(*arguments):
    return subprocess.run(["git", "-C", ROOT, *arguments], check=True, capture_output=True, text=True).stdout


def graph(texts):
    """Files by folder, and by folder how often it includes each other folder."""
    files, arrows = collections.Counter(), collections.defaultdict(collections.Counter)
    for path, text in texts.items():
        folder = os.path.dirname(path)
        files[folder] += 1
        for included in INCLUDE.findall(text):
            if os.path.dirname(included) != folder:
                arrows[folder][os.path.dirname(included)] += 1
    return files, arrows


def circles(arrows):
    """Groups of folders that include each other, by Tarjan's algorithm."""
    index, low, stack, found = {}, {}, [], []

    def visit(folder):
        index[folder] = low[folder] = len(index)
        stack.append(folder)
        for other in arrows.get(folder, ()):
            if other not in index:
                visit(other)
                low[folder] = min(low[folder], low[other])
            elif other in stack:
                low[folder] = min(low[folder], index[other])
        if low[folder] == index[folder]:
            group = [stack.pop()]
            while group[-1] != folder:
                group.append(stack.pop())
            if len(group) > 1:
                found.append(sorted(group))

    for folder in list(arrows):
        if folder not in index:
            visit(folder)
    return found


def allowed_arrows(text):
    """Rows of CONTRIBUTING's table: a folder and those below it, and what it may include; None: anything."""
    rows = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        names = [name.rstrip("/") for name in re.findall(r"`([\w/]+)/?`", cells[0])]
        if len(cells) == 3 and names:
            may = None if cells[2] == "all" else [name.rstrip("/") for name in re.findall(r"`([\w/]+)/?`", cells[2])]
            rows += [(name, may) for name in names]
    return sorted(rows, key=lambda row: -len(row[0]))


def within(folder, room):
    return folder == room or folder.startswith(room + "/")


def forbidden(arrows, rows):
    for folder in sorted(arrows):
        row = next((row for row in rows if within(folder, row[0])), None)
        if row is None:
            yield f"{folder} has no row in CONTRIBUTING.md"
        elif row[1] is not None:
            for other in sorted(arrows[folder]):
                if not within(other, row[0]) and not any(within(other, room) for room in row[1]):
                    yield f"{folder} includes {other}, which CONTRIBUTING.md does not allow {row[0]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rev", help="an older commit instead of the working tree; only shown, not judged")
    arguments = parser.parse_args()
    files, arrows = graph(sources(arguments.rev))
    for folder in sorted(files):
        others = ", ".join(f"{other} {count}" for other, count in sorted(arrows[folder].items()))
        print(f"{files[folder]:4}  {folder:34} -> {others}" if others else f"{files[folder]:4}  {folder}")
    print(f"{sum(files.values()):4}  files in {len(files)} folders, at most {max(files.values())} in one")
    groups = circles(arrows)
    if arguments.rev is not None:
        for group in groups:
            print("in a circle: " + ", ".join(group))
        return 0
    faults = ["in a circle: " + ", ".join(group) for group in groups]
    faults += [f"{folder} has {count} files, more than {MOST_FILES}" for folder, count in sorted(files.items())
               if count > MOST_FILES]
    with open(os.path.join(ROOT, "CONTRIBUTING.md"), encoding="utf-8") as page:
        faults += forbidden(arrows, allowed_arrows(page.read()))
    for fault in faults:
        print(f"folders.py: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
