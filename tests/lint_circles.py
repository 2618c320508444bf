"""No circles of files: what a file uses of others stands in files that use nothing of it, directly or through others.

Read from the objects in the rooms' archives: which names each defines for others and which it lacks.
Run by tests/run.sh after the build; by hand with the build's folder, or without for build/dev.
"""
import os
import re
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
ROOMS = ("ledger", "reports", "base", "http", "db", "api", "cli")  # as in CMakeLists.txt
AUTOMATON = {"http/conn.c", "http/message.c", "http/reply.c"}  # one, in three files
SYMBOL = re.compile(r".*\[([^]]+)\.o\]: (\S+) (\w)")  # nm -A -P: archive[object]: name type …


def symbols(room, archive):
    """[(file, name, is it defined there?)] of the names that objects know of each other."""
    lines = subprocess.run(["nm", "-A", "-P", archive], check=True, stdout=subprocess.PIPE, text=True).stdout
    found = []
    for line in lines.splitlines():
        if match := SYMBOL.match(line):
            member, name, kind = match.groups()
            if kind in "Uwv" or kind.isupper():  # other small letters: static
                found.append((room + "/" + member, name, kind not in "Uwv"))
    if not found:
        raise ValueError("no symbols in " + archive)
    return found


def arrows(found):
    """{file: {file that it uses: names}}"""
    home = {name: file for file, name, defined in found if defined}
    uses = {file: {} for file, _, _ in found}
    for file, name, defined in found:
        if not defined and home.get(name, file) != file:
            uses[file].setdefault(home[name], set()).add(name)
    return uses


def reached(uses, start):
    seen, ahead = set(), [start]
    while ahead:
        for file in uses[ahead.pop()]:
            if file not in seen:
                seen.add(file)
                ahead.append(file)
    return seen


def circles(uses):
    """Sets of files each of which reaches all of its set; largest sets, in the order of names."""
    reach = {file: reached(uses, file) for file in uses}
    found = {frozenset(f for f in reach[file] if file in reach[f]) for file in uses if file in reach[file]}
    return sorted(found, key=sorted)


def faults(uses):
    """A line for each arrow of a circle that is not allowed."""
    return ["%s uses %s: %s" % (file, other, ", ".join(sorted(uses[file][other])))
            for circle in circles(uses) if not circle <= AUTOMATON
            for file in sorted(circle) for other in sorted(circle & uses[file].keys())]


def main(build):
    found = [s for room in ROOMS for s in symbols(room, os.path.join(build, "lib%s.a" % room))]
    wrong = faults(arrows(found))
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:] or [os.path.join(ROOT, "build", "dev")]))
