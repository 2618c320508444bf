"""The parts of tests/run.sh: built and run on all processors, printed in the order of the tables below.

First what all others need, then one cluster, without which nothing further is tried, then JOBS parts
at a time, at last those that measure time, each alone: a test file says so by a line `ALONE = "why"`.
Temporary files are under build/tmp and go with the run, also when it is interrupted.
"""
import contextlib
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
os.environ.setdefault("PLEDGED_RELEASE_BIN", os.path.abspath("build/analyzer/pledged"))  # the code is the same
sys.path.insert(0, os.path.join("tests", "it"))
JOBS = int(os.environ.get("JOBS", len(os.sched_getaffinity(0))))
PART_SECONDS = 1800
FIGURE = r"^[.EFsx]*figure: (.*)"  # what unittest prints of the case before it ends no line
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
INCLUDES = ["-Iinclude", "-Iledger", *("-I" + d for d in sorted(glob.glob("server/") + glob.glob("server/*/")))]


starting, stopped = threading.Lock(), threading.Event()


class Part:
    """A command whose output is kept in build/parts/<name>.log until its turn to be printed."""

    def __init__(self, name, command, after=None):
        self.name, self.command, self.after = name, command, after
        self.log = os.path.join("build", "parts", re.sub(r"\W+", "-", name) + ".log")
        self.process = self.status = None
        self.passed = self.failed = self.seconds = self.in_browser = 0
        self.figures = []

    def run(self):
        began = time.monotonic()
        with open(self.log, "wb") as log:
            if self.after and self.after.failed:
                log.write(("not tried: %s\n" % self.after.name).encode())
                self.status = 1
            elif self.start(log):
                self.status = self.wait(log)
        self.seconds = time.monotonic() - began
        with open(self.log, encoding="utf-8", errors="replace") as f:
            text = f.read()
        self.passed, self.failed = self.count(text)
        self.figures = re.findall(FIGURE, text, re.M)
        self.in_browser = sum(int(n) for f in self.figures for n in re.findall(r" in the browser: (\d+) s\b", f))

    def start(self, log):
        with starting:
            if not stopped.is_set():
                self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log,
                                                stderr=subprocess.STDOUT, start_new_session=True)
        return self.process

    def wait(self, log):
        try:
            return self.process.wait(timeout=PART_SECONDS)
        except subprocess.TimeoutExpired:
            log.write(b"ended: it took more than %d s\n" % PART_SECONDS)
            end([self])
            return 1

    def count(self, _text):
        return (0, 1) if self.status else (1, 0)

    def report(self):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            text = f.read()
        if self.failed:
            print(text if type(self) is not Part else "\n".join(text.splitlines()[-40:]))
        print("-- %s: %d passed, %d failed (%d s)" % (self.name, self.passed, self.failed, self.seconds))
        for line in self.figures:
            print("   " + line)
        sys.stdout.flush()


class Unit(Part):
    def count(self, text):
        bad = len(re.findall(r"^\[  FAILED  \] \w+$", text, re.M))
        return len(re.findall(r"^\[       OK \]", text, re.M)), bad or int(self.status != 0)


def midnight(now):
    """Seconds until Shanghai's new day has begun, where it is near: tests say which day they take for today."""
    of_day = (now + 8 * 3600) % 86400
    return 86405 - of_day if of_day > 86400 - 600 else 0


class Integration(Part):
    def run(self):
        stopped.wait(midnight(time.time()))
        super().run()

    def count(self, text):
        ran = re.findall(r"^Ran (\d+) tests?", text, re.M)
        bad = len(re.findall(r"^(?:FAIL|ERROR): ", text, re.M)) or int(self.status != 0)
        return max(int(ran[-1]) - bad, 0) if ran else 0, bad


# ---- the parts --------------------------------------------------------------------------------

def build(name, preset, target, jobs):
    # Twice: where the compiler is another one than last time, cmake begins anew without the preset.
    command = "cmake --preset $0 -G Ninja && cmake --preset $0 -G Ninja && ninja -j $1 -C build/$0 $2"
    return Part(name, ["sh", "-c", command, preset, str(jobs), target])


FIRST = [
    build("build with gcc, sanitizers", "dev", "all", JOBS),
    build("build with gcc, release; -fanalyzer finds nothing", "analyzer", "pledged", JOBS),
]


def checks():
    yield Part("cppcheck finds nothing", [
        "cppcheck", "--enable=warning,performance", "--inline-suppr", "--quiet", "--std=c11",
        "--error-exitcode=1", *INCLUDES, "ledger", "reports", "server"])
    yield Part("C is laid out by .clang-format", ["sh", "-c", """
        find include ledger reports server tests -name node_modules -prune -o -name '*.[ch]' -print |
        xargs clang-format --dry-run -Werror"""])
    yield Part("SQL is laid out as tests/lint_sql.py asks", [sys.executable, "tests/lint_sql.py"])
    yield Part("no circles of files but the one automaton", [sys.executable, "tests/lint_circles.py"])
    yield Part("OpenAPI is lint-clean", ["sh", "-c", """
        build/dev/pledged openapi >build/openapi.json && cd tests/openapi &&
        { [ node_modules/.package-lock.json -nt package-lock.json ] ||
          npm ci --prefer-offline --no-audit --no-fund --silent && touch node_modules/.package-lock.json; } &&
        npx --no-install redocly lint --config redocly.yaml ../../build/openapi.json"""])


def fuzzers():
    built = build("build with clang: the program, and the fuzzers", "fuzz", "pledged fuzzers", 1)
    yield built
    for path in sorted(glob.glob("tests/fuzz/fuzz_*.c")):
        name = os.path.basename(path)[:-len(".c")]
        corpus = os.path.join("build", "corpus", name)
        os.makedirs(corpus, exist_ok=True)
        seeds = glob.glob("tests/fuzz/%s/*" % name[len("fuzz_"):])
        for seed in seeds or glob.glob("tests/data/policies/*.json") + glob.glob("tests/data/schemes/*.json"):
            shutil.copy(seed, corpus)
        yield Part(name, [
            "build/fuzz/" + name, "-max_total_time=" + os.environ.get("FUZZ_SECONDS", "4"), "-max_len=4096",
            "-artifact_prefix=build/", "-dict=tests/fuzz/json.dict", corpus], after=built)


def units():
    for path in sorted(glob.glob("build/dev/test_*") + glob.glob("build/dev/*/test_*")):
        if os.path.isfile(path) and os.access(path, os.X_OK):
            yield Unit(os.path.basename(path), [path])


def integrations(alone):
    for path in sorted(glob.glob("tests/it/test_*.py")):
        with open(path, encoding="utf-8") as f:
            is_alone = re.search("^ALONE = ", f.read(), re.M) is not None
        if is_alone == alone:
            name = os.path.basename(path)
            yield Integration(name, [sys.executable, "-m", "unittest", "discover", "-s", "tests/it", "-p", name])


# ---- running ----------------------------------------------------------------------------------

class Queue:
    """Runs parts, `jobs` at a time, and reports each when all before it have been."""

    def __init__(self, parts, jobs):
        self.parts, self.jobs = list(parts), jobs
        self.waiting = list(self.parts)
        self.done, self.change = set(), threading.Condition()

    def take(self):
        with self.change:
            while self.waiting and not stopped.is_set():
                for part in self.waiting:
                    if part.after is None or part.after in self.done:
                        self.waiting.remove(part)
                        return part
                self.change.wait()
            return None

    def work(self):
        while part := self.take():
            try:
                part.run()
            except Exception as e:  # what cannot be run has failed; the others go on
                part.failed = 1
                with open(part.log, "a", encoding="utf-8") as log:
                    log.write("%s\n" % e)
            with self.change:
                self.done.add(part)
                self.change.notify_all()

    def run(self):
        running.extend(self.parts)
        for _ in range(self.jobs):
            threading.Thread(target=self.work, daemon=True).start()
        for part in self.parts:
            with self.change:
                while part not in self.done:
                    self.change.wait(1)  # awake for signals
            part.report()
        return self.parts


running = []  # parts that may have a process


def end(parts):
    """Stop processes as Ctrl-C does, which ends daemons and their clusters; after 40 s with force."""
    live = [p for p in parts if p.process and p.process.returncode is None]
    for number, patience in ((signal.SIGINT, 40), (signal.SIGKILL, 5)):
        for p in live:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(p.process.pid, number)
        until = time.monotonic() + patience
        while live and time.monotonic() < until:
            live = [p for p in live if p.process.poll() is None]
            time.sleep(0.05)


def stop_clusters(folder):
    """Clusters that a killed test has left: each is a session of its own, found by its pid file."""
    for path in glob.glob(os.path.join(folder, "**", "postmaster.pid"), recursive=True):
        with contextlib.suppress(OSError, ValueError), open(path, encoding="ascii") as f:
            pid = int(f.readline())
            with open("/proc/%d/cmdline" % pid, encoding="utf-8") as command:
                if os.path.dirname(path) in command.read():
                    os.kill(pid, signal.SIGQUIT)


@contextlib.contextmanager
def temporary():
    """A folder for temporary files, in /tmp only where the tree's path is too long for sockets."""
    folder = os.path.join(os.environ.get("PARTS_TMP", os.path.abspath("build/tmp")), "run")
    if len(folder.encode()) > 60:
        folder = tempfile.mkdtemp(prefix="pledged-run-", dir="/tmp")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    os.environ["TMPDIR"] = tempfile.tempdir = folder
    try:
        yield folder
    finally:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        with starting:
            stopped.set()
        end(running)
        stop_clusters(folder)
        for _ in range(20):  # a cluster on its way down still writes
            shutil.rmtree(folder, ignore_errors=True)
            if not os.path.exists(folder):
                break
            time.sleep(0.5)


def in_tmp():
    """What a run could leave there in spite of TMPDIR: sockets of daemons, those of LibreOffice."""
    return {n for n in os.listdir("/tmp") if re.fullmatch("pledged-[0-9a-f]{8}|OSL_PIPE_.*", n)}


def first_cluster(folder):
    """The cluster that the daemons' are copies of. Without one, no test of a daemon can pass."""
    import harness
    os.environ["PLEDGED_TEMPLATE"] = os.path.join(folder, "template")
    try:
        harness.make_cluster(harness.PLEDGED_BIN, os.environ["PLEDGED_TEMPLATE"])
    except (OSError, RuntimeError) as e:
        print(e)
        return False
    return True


SAY_LEFT = r"""[ $# -eq 0 ] || { printf 'left: %s\n' "$@"; exit 1; }"""


def leftovers(folder, before):
    until = time.monotonic() + 10  # somebody else's daemon or LibreOffice goes by itself
    while (ours := in_tmp() - before) and time.monotonic() < until:
        time.sleep(0.5)
    return sorted("/tmp/" + n for n in ours) + sorted(
        os.path.join(folder, n) for n in os.listdir(folder) if n != "template")


def run_all(folder):
    before = in_tmp()
    parts = Queue(FIRST, 1).run()
    if any(p.failed for p in parts):
        return parts, "the build failed: nothing else was tried"
    if not first_cluster(folder):
        return parts, "no cluster can be made: nothing else was tried"
    parts += Queue([*checks(), *fuzzers(), *units(), *integrations(alone=False)], JOBS).run()
    parts += Queue(integrations(alone=True), 1).run()
    left = leftovers(folder, before)
    parts += Queue([Part("nothing is left in /tmp", ["sh", "-c", SAY_LEFT, "left", *left])], 1).run()
    return parts, None


def on_signal(number, _frame):
    sys.exit(128 + number)


def main():
    for number in SIGNALS:
        signal.signal(number, on_signal)
    began = time.monotonic()
    os.makedirs("build/parts", exist_ok=True)
    with temporary() as folder:
        parts, stopped = run_all(folder)
    if stopped:
        print(stopped)
    if in_browser := sum(p.in_browser for p in parts):
        print("the whole browser suite: %d s (bar 360), as if one part came after the other" % in_browser)
    print("%d s, %d parts at a time" % (time.monotonic() - began, JOBS))
    print("%d passed, %d failed" % (sum(p.passed for p in parts), sum(p.failed for p in parts)))
    return 1 if stopped or any(p.failed for p in parts) else 0


if __name__ == "__main__":
    sys.exit(main())
