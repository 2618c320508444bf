"""Clients that three generators make of /openapi.json: their calls have types, and one of them works."""
import json
import os
import shutil
import subprocess
import tempfile

import harness
from harness import patent

HERE = os.path.join(harness.ROOT, "tests", "clients")
GENERATORS = (
    ("openapi-typescript", "openapi.json", "-o", "openapi_typescript.ts"),
    ("swagger-typescript-api", "-p", "./openapi.json", "-o", ".", "-n", "swagger_typescript_api.ts"),
    ("openapi-ts", "-i", "./openapi.json", "-o", "hey_api", "-p", "@hey-api/typescript", "@hey-api/sdk",
     "@hey-api/client-fetch"),
)


def installed():
    """The packages of the lock file; nothing to do when they are there."""
    have = os.path.join(HERE, "node_modules", ".package-lock.json")
    lock = os.path.join(HERE, "package-lock.json")
    if not os.path.exists(have) or os.path.getmtime(have) < os.path.getmtime(lock):
        subprocess.run(["npm", "ci", "--prefer-offline", "--no-audit", "--no-fund", "--silent"], cwd=HERE, check=True, timeout=600)
        os.utime(have)


class Clients(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        installed()
        cls.folder = tempfile.mkdtemp(prefix="pledged-clients-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        for name in os.listdir(HERE):
            if name.endswith((".ts", "tsconfig.json")):
                shutil.copy(os.path.join(HERE, name), cls.folder)
        os.symlink(os.path.join(HERE, "node_modules"), os.path.join(cls.folder, "node_modules"))
        with open(os.path.join(cls.folder, "openapi.json"), "wb") as f:
            f.write(cls.d.call("GET", "/openapi.json").body)
        for command in GENERATORS:
            cls.tool(*command)

    @classmethod
    def tool(cls, name, *args):
        out = subprocess.run([os.path.join(cls.folder, "node_modules", ".bin", name), *args], cwd=cls.folder,
                             check=False, capture_output=True, text=True, timeout=900)
        if out.returncode != 0:
            raise AssertionError("%s: %s" % (name, out.stdout + out.stderr))

    def test_calls_have_types_and_one_client_works(self):
        """told.ts and types_*.ts do not compile where a call has an unknown type, or any, in it."""
        self.tool("tsc", "--strict", "-p", ".")
        contract = "T-client-%d" % next(harness.numbers)
        out = subprocess.run(
            ["node", "out/run.js", "http://127.0.0.1:%d" % self.d.port, self.d.token("bank"), contract,
             patent(4200001)], cwd=self.folder, check=False, capture_output=True, text=True, timeout=120)
        self.assertEqual(out.returncode, 0, out.stderr)
        self.assertEqual(json.loads(out.stdout), {
            "status": 201, "version": 1, "rehearsed": "created", "listed": 1, "same": True, "amount": "5000000.00",
            "section": "by_bank", "cell": "5000000.00", "refused": [["/product", "E_CHOICE"]]})
