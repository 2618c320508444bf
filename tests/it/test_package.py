"""The Debian package, the unit that is locked in, the manual pages."""
import glob
import json
import os
import re
import subprocess
import tempfile
import unittest

from harness import PLEDGED_BIN, RELEASE_BIN, ROOT

OPERATE = os.path.join(ROOT, "server", "operate")
UNITS = sorted(os.path.basename(p) for p in glob.glob(os.path.join(OPERATE, "*.service")))


def run(*args, **more):
    return subprocess.run(args, capture_output=True, text=True, check=False, timeout=300, **more)


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        build = os.path.dirname(RELEASE_BIN)
        out = run("cmake", "--build", build, "--target", "pledged", "packed")
        assert out.returncode == 0, out.stdout + out.stderr
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        out = run("cpack", "-B", folder.name, cwd=build)
        assert out.returncode == 0, out.stdout + out.stderr
        (cls.deb,) = glob.glob(os.path.join(folder.name, "*.deb"))

    def test_lintian_finds_nothing(self):
        # it leaves files in the folder for temporary ones: beside the package they go with it
        out = run("lintian", "--allow-root", "--fail-on", "error,warning,info", self.deb,
                  env=dict(os.environ, TMPDIR=os.path.dirname(self.deb)))
        self.assertEqual((out.returncode, out.stdout), (0, ""))

    def test_it_brings_program_units_user_and_manual(self):
        listed = {line.split()[-1].lstrip(".") for line in run("dpkg-deb", "-c", self.deb).stdout.splitlines()}
        for path in ("/usr/bin/pledged", "/lib/systemd/system/pledged.service", "/lib/systemd/system/pledged-verify.timer",
                     "/usr/lib/sysusers.d/pledged.conf", "/usr/lib/tmpfiles.d/pledged.conf", "/etc/pledged/pledged.conf",
                     "/usr/share/man/man1/pledged.1.gz", "/usr/share/man/man5/pledged.conf.5.gz"):
            self.assertIn(path, listed)
        self.assertEqual([p for p in listed if p.startswith(("/root", "/home", "/tmp"))], [])
        self.assertEqual(run("dpkg-deb", "-f", self.deb, "Package").stdout, "pledged\n")
        self.assertIn("libpq5", run("dpkg-deb", "-f", self.deb, "Depends").stdout)

    def test_its_bill_of_materials_names_what_it_is_linked_with(self):
        with tempfile.TemporaryDirectory() as to:
            run("dpkg-deb", "-x", self.deb, to)
            with open(os.path.join(to, "usr/share/doc/pledged/bom.cdx.json"), encoding="utf-8") as f:
                bom = json.load(f)
            self.assertEqual((bom["bomFormat"], bom["metadata"]["component"]["name"]), ("CycloneDX", "pledged"))
            listed = {c["name"]: c["version"] for c in bom["components"]}
            asked = re.findall(r"([a-z][a-z0-9.+-]+) \(>= [^)]+\)", run("dpkg-deb", "-f", self.deb, "Depends").stdout)
            for name in [n for n in asked if n.startswith("lib")] + ["node-llhttp"]:
                self.assertEqual(listed.get(name), run("dpkg-query", "-W", "-f", "${Version}", name).stdout, name)

    def test_its_settings_are_taken(self):
        with tempfile.TemporaryDirectory() as to:
            run("dpkg-deb", "-x", self.deb, to)
            out = run(os.path.join(to, "usr/bin/pledged"), "show-config", "--config", os.path.join(to, "etc/pledged/pledged.conf"))
            self.assertIn("data = /var/lib/pledged\n", out.stdout)


class Units(unittest.TestCase):
    def test_the_units_are_exposed_by_no_more_than_two(self):
        self.assertIn("pledged.service", UNITS)
        for unit in UNITS:
            out = run("systemd-analyze", "security", "--offline=true", "--threshold=20", os.path.join(OPERATE, unit))
            self.assertEqual(out.returncode, 0, out.stdout[-300:])

    def test_the_commands_of_the_units_are_ours(self):
        for unit in UNITS:
            with open(os.path.join(OPERATE, unit), encoding="utf-8") as f:
                command = re.search("^ExecStart=/usr/bin/pledged (.*) --config /etc/pledged/pledged.conf$", f.read(), re.M)
            self.assertEqual(run(PLEDGED_BIN, *command.group(1).split(), "--help").returncode, 0, unit)

    def test_user_and_folders_can_be_made_of_the_files(self):
        with tempfile.TemporaryDirectory() as root:
            os.mkdir(os.path.join(root, "etc"))
            out = run("systemd-sysusers", "--root", root, os.path.join(OPERATE, "pledged.sysusers"))
            self.assertEqual(out.returncode, 0, out.stderr)
            with open(os.path.join(root, "etc", "passwd"), encoding="ascii") as f:
                self.assertRegex(f.read(), r"(?m)^pledged:x:\d+:\d+:.*:/var/lib/pledged:/usr/sbin/nologin$")
            if os.geteuid() == 0:
                out = run("systemd-tmpfiles", "--root", root, "--create", os.path.join(OPERATE, "pledged.tmpfiles"))
                self.assertEqual(out.returncode, 0, out.stderr)
                self.assertEqual(os.stat(os.path.join(root, "var/lib/pledged")).st_mode & 0o777, 0o700)


class Manual(unittest.TestCase):
    def test_the_pages_are_sound_and_name_every_command_and_setting(self):
        for args, words in (((), re.findall(r"^  pledged (\S+(?: [a-z]+)?)  ", run(PLEDGED_BIN, "help").stdout, re.M)),
                            (("conf",), re.findall(r"^(?:# )?([a-z_]+) =", run(PLEDGED_BIN, "show-config").stdout, re.M))):
            page = run(PLEDGED_BIN, "man", *args).stdout
            out = run("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", "-", input=page,
                      env=dict(os.environ, LC_ALL="C.UTF-8", MANROFFSEQ="", MANWIDTH="80"))
            self.assertEqual((out.returncode, out.stderr), (0, ""))
            text = run("man", "-l", "-", input=page, env=dict(os.environ, LC_ALL="C.UTF-8", MANWIDTH="80", MANPAGER="cat")).stdout
            self.assertGreater(len(words), 10)
            for word in words:
                self.assertIn(word, text)


if __name__ == "__main__":
    unittest.main()
