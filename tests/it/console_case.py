"""What tests of the console's pages share: the packages that drive Debian's Chromium."""
import fcntl
import os
import subprocess
import time

from harness import ROOT

FOLDER = os.path.join(ROOT, "tests", "console")
OUT = os.path.join(ROOT, "build", "console")


def installed():
    """The packages of the lock file, once: test files run side by side, and nobody takes them from under another."""
    have, lock = os.path.join(FOLDER, "node_modules", ".package-lock.json"), os.path.join(FOLDER, "package-lock.json")
    with open(lock, encoding="utf-8") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        if not os.path.exists(have) or os.path.getmtime(have) < os.path.getmtime(lock):
            subprocess.run(["npm", "ci", "--prefer-offline", "--no-audit", "--no-fund", "--silent"], cwd=FOLDER, check=True, timeout=900)
            os.utime(have)


def told_seconds(what, began):
    print("figure: %s in the browser: %d s" % (what, time.monotonic() - began))  # parts.py tells the sum, which has the bar
