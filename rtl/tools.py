"""What simulate.py and synthesise.py share: the Verilog files, and the programs of Debian that read them."""

import pathlib
import shutil
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
BENCH = FOLDER / "bench.v"


def design_files():
    return [str(path) for path in sorted(FOLDER.glob("*.v")) if path != BENCH]


def require(package, *programs):
    """Stops where a program is missing, and says which Debian package has it."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        sys.exit(f"{pathlib.Path(sys.argv[0]).name}: error: no {' and no '.join(missing)}: apt-get install {package}")


def run(command):
    """Standard output of a command; stops with its errors where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout
