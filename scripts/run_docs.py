#!/usr/bin/env python3
"""Runs the commands that the README and the pages show, one after the other in a scratch folder, equal ones once.

A command stands in a block marked sh. A comment in the line before, <!-- long: 5 min --> or <!-- not run: REASON -->, leaves
the block out; --long runs the long ones, too. The project's folders (plots, configs ...) are links in the scratch folder."""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

LEFT_OUT = re.compile(r"<!-- (long|not run): (.+?) -->$")
COMMAND = re.compile(r"\s*(eyeshift [a-z]+ .|\./\w|cmake |(python3 )?plots/\w+\.py |scripts/\w)")
LINKED = ["configs", "energy_tables", "plots", "rtl", "scripts", "traces"]


class Block:
    """A block of commands: where it stands, its lines, and ("long" or "not run", why) where it is left out."""

    def __init__(self, page, line, left_out):
        self.page, self.line, self.left_out, self.lines = page, line, left_out, []

    def commands(self):
        joined = re.sub(r"\\\n\s*", "", "\n".join(self.lines))
        return [command for line in joined.split("\n") if (command := line.split(" #")[0].strip())]


def blocks_of(page):
    """The page's blocks marked sh; a command that stands in another kind of block is a mistake."""
    blocks, block, language, before = [], None, None, ""
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        fence = line.lstrip().startswith("```")
        if fence and language is None:
            language = line.strip()[3:]
            if language == "sh":
                match = LEFT_OUT.match(before)
                block = Block(page, number, match.groups() if match else None)
                blocks.append(block)
        elif fence:
            language = None
        elif language == "sh":
            block.lines.append(line)
        elif COMMAND.match(line) and (language is not None or line.startswith("    ")):
            raise ValueError(f"{page}:{number}: a command in a block that is not marked sh: {line.strip()}")
        before = line
    return blocks


def pages(project):
    return [project / "README.md", *sorted((project / "docs").rglob("*.md"))]


def python_with_matplotlib():
    """The first one on PATH may lack it."""
    for python in ("python3", "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import matplotlib"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return shutil.which(python)
    raise ValueError("no python3 with matplotlib: apt-get install python3-matplotlib")


def furnish(scratch, project, eyeshift):
    (scratch / "bin").mkdir()
    (scratch / "bin" / "eyeshift").symlink_to(eyeshift)
    (scratch / "bin" / "python3").symlink_to(python_with_matplotlib())
    for name in LINKED:
        if (project / name).is_dir():
            (scratch / name).symlink_to(project / name)


def run(command, scratch):
    """Whether it succeeds; says so."""
    environment = dict(os.environ, PATH=f"{scratch / 'bin'}:{os.environ['PATH']}", MPLBACKEND="Agg")
    started = time.monotonic()
    done = subprocess.run(["bash", "-c", command], cwd=scratch, env=environment, text=True, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(f"{'failed' if done.returncode else 'ran'}, {time.monotonic() - started:.1f} s: {command}", flush=True)
    if done.returncode:
        print(f"exit status {done.returncode}\n{done.stdout}")
    return done.returncode == 0


def run_all(blocks, scratch, long):
    """How many commands fail."""
    failed, already = 0, set()
    for block in blocks:
        runs = not block.left_out or (long and block.left_out[0] == "long")
        for command in block.commands():
            if not runs:
                print(f"left out, {': '.join(block.left_out)}: {command}")
            elif command not in already:
                already.add(command)
                if not run(command, scratch):
                    print(f"that is in {block.page}:{block.line}")
                    failed += 1
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = pathlib.Path(__file__).resolve().parent.parent
    parser.add_argument("--project", type=pathlib.Path, default=here, help="the folder of README.md and docs")
    parser.add_argument("--eyeshift", type=pathlib.Path, default=here / "build/release/eyeshift", help="the program")
    parser.add_argument("--long", action="store_true", help="run what is marked long, too")
    options = parser.parse_args()
    options.project, options.eyeshift = options.project.resolve(), options.eyeshift.resolve()
    try:
        if not options.eyeshift.is_file():
            raise ValueError(f"{options.eyeshift}: there is no such program; build it or name it with --eyeshift")
        blocks = [block for page in pages(options.project) for block in blocks_of(page)]
        with tempfile.TemporaryDirectory() as folder:
            furnish(pathlib.Path(folder), options.project, options.eyeshift)
            failed = run_all(blocks, pathlib.Path(folder), options.long)
    except (OSError, ValueError) as error:
        print(f"run_docs.py: error: {error}", file=sys.stderr)
        sys.exit(2)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
