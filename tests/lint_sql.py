"""How SQL is laid out: lower case, no tabs, no space at a line's end, 120 columns, a header that says why.

Migrations up to 0025 are frozen byte for byte and are not looked at. Run by tests/run.sh; by hand
with the files to look at, or without any for all.
"""
import glob
import os
import re
import sys
import unicodedata

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
FROZEN, COLUMNS = 25, 120
# What is not code, in the order in which one begins; bodies between dollars are code.
NO_CODE = re.compile(r"""--[^\n]*|/\*.*?\*/|[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*\"""", re.S)


def is_frozen(path):
    number = re.match(r"migrations/(\d{4})_", path)
    return number is not None and int(number.group(1)) <= FROZEN


def files():
    """Paths from the root of the tree."""
    found = [p for room in ("ledger/sql", "ledger/sql/part", "reports/sql", "migrations", "migrations/functions")
             for p in glob.glob(room + "/*.sql", root_dir=ROOT)]
    return sorted(p for p in found if not is_frozen(p))


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def code_only(text):
    return NO_CODE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def header_fault(path, text):
    """A statement names itself and its purpose; other files begin with a comment."""
    name = os.path.basename(path)[:-len(".sql")]
    wanted = "-- " if path.startswith("migrations/") else "-- %s: " % name
    return None if re.match(re.escape(wanted) + r"\S", text) else "the first line is not `%s…`" % wanted


def faults(path, text):
    """[(line number, what is wrong)]"""
    found = []
    if wrong := header_fault(path, text):
        found.append((1, wrong))
    if not text.endswith("\n") or text.endswith("\n\n"):
        found.append((text.count("\n"), "not exactly one line end at the end"))
    for number, (line, code) in enumerate(zip(text.split("\n"), code_only(text).split("\n")), 1):
        if "\t" in line:
            found.append((number, "a tab"))
        if line != line.rstrip():
            found.append((number, "space at the end"))
        if width(line) > COLUMNS:
            found.append((number, "%d columns" % width(line)))
        if upper := re.search(r"\w*[A-Z]\w*", code):
            found.append((number, "upper case: " + upper.group()))
    return found


def main(paths):
    count = 0
    for path in paths or files():
        with open(os.path.join(ROOT, path), encoding="utf-8", newline="") as f:
            for number, what in faults(path, f.read()):
                print("%s:%d: %s" % (path, number, what))
                count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
