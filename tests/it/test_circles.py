"""tests/lint_circles.py finds circles in archives of objects."""
import os
import subprocess
import sys
import tempfile
import unittest

from harness import ROOT

sys.path.insert(0, os.path.join(ROOT, "tests"))
import lint_circles

# a -> b -> c -> a, c by way of a table; d uses them and nobody d; e and a have a name of their own alike.
MADE_UP = {
    "a": "int b(void); int a(void); static int own(void) { return 1; } int a(void) { return b() + own(); }",
    "b": "extern int (*const table[])(void); int b(void); int b(void) { return table[0](); }",
    "c": "int a(void); extern int (*const table[])(void); int (*const table[])(void) = {a};",
    "d": "int a(void); int d(void); int d(void) { return a(); }",
    "e": "static int own(void) { return 2; } int e(void); int e(void) { return own(); }",
}


def made(folder, room, sources):
    objects = []
    for name, text in sources.items():
        objects.append(os.path.join(folder, name + ".c.o"))
        subprocess.run(["cc", "-O0", "-c", "-x", "c", "-o", objects[-1], "-"], input=text, text=True, check=True)
    archive = os.path.join(folder, "lib%s.a" % room)
    subprocess.run(["ar", "qc", archive, *objects], check=True)
    return archive


def used(**files):
    """arrows() of files of the room http, each with the letters of those that it uses."""
    return {"http/%s.c" % f: {"http/%s.c" % o: {o + "_call"} for o in others} for f, others in files.items()}


class Circles(unittest.TestCase):
    def test_a_circle_through_three_objects_is_named_arrow_by_arrow(self):
        with tempfile.TemporaryDirectory() as folder:
            uses = lint_circles.arrows(lint_circles.symbols("room", made(folder, "room", MADE_UP)))
        self.assertEqual(uses["room/d.c"], {"room/a.c": {"a"}})
        self.assertEqual(uses["room/e.c"], {})
        self.assertEqual(lint_circles.faults(uses), ["room/a.c uses room/b.c: b", "room/b.c uses room/c.c: table",
                                                     "room/c.c uses room/a.c: a"])

    def test_the_script_fails_on_a_circle_between_rooms_and_only_then(self):
        script = os.path.join(ROOT, "tests", "lint_circles.py")
        for back, status, said in (("base", 1, "base/up.c uses ledger/down.c: down\nledger/down.c uses base/up.c: up\n"),
                                   ("none", 0, "")):
            with self.subTest(back), tempfile.TemporaryDirectory() as folder:
                for room in lint_circles.ROOMS:
                    made(folder, room, {room: "int %s_alone; " % room})
                made(folder, "base", {"up": "int down(void); int up(void); int up(void) { return down(); }"})
                made(folder, "ledger", {"down": "int up(void); int down(void); int down(void) { return %s; }"
                                        % ("up()" if back == "base" else "1")})
                ran = subprocess.run([sys.executable, script, folder], capture_output=True, text=True)
                self.assertEqual((ran.returncode, ran.stdout), (status, said), ran.stderr)

    def test_the_automaton_may_and_whoever_joins_it_may_not(self):
        automaton = dict(conn=["message"], message=["reply", "conn"], reply=["message"])
        self.assertEqual(lint_circles.faults(used(**automaton)), [])
        joined = lint_circles.faults(used(**automaton | dict(reply=["message", "tls"], tls=["conn"])))
        self.assertIn("http/tls.c uses http/conn.c: conn_call", joined)
        self.assertEqual(len(joined), 6)

    def test_two_circles_that_do_not_meet_are_two(self):
        found = lint_circles.circles(used(a=["b"], b=["a", "c"], c=["d"], d=["c"]))
        self.assertEqual(found, [{"http/a.c", "http/b.c"}, {"http/c.c", "http/d.c"}])

    def test_a_room_that_is_not_built_is_no_room_without_circles(self):
        with tempfile.TemporaryDirectory() as folder:
            ran = subprocess.run([sys.executable, os.path.join(ROOT, "tests", "lint_circles.py"), folder],
                                 capture_output=True, text=True)
        self.assertEqual(ran.returncode, 1)


if __name__ == "__main__":
    unittest.main()
