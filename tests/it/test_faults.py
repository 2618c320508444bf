"""Nothing acknowledged is lost and nothing is doubled, whatever dies in between."""
import http.client
import json
import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from harness import Case, Daemon, loan

ALONE = "answers within deadlines while processes die"


class Faults(Case):
    safe = True  # fsync on: this is what the product promises

    def post_until_answered(self, record, token, deadline):
        """As a bank's client does: the same record again on silence or 5xx."""
        while time.time() < deadline:
            try:
                r = self.d.call("POST", "/v1/loans", record, token, timeout=10)
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
                continue
            if r.status in (200, 201):
                return json.loads(r.body)["id"]
            assert r.status == 503, (r.status, r.body)
            time.sleep(0.05)
        return None

    def test_kill_9_of_daemon_and_postmaster_under_load_loses_and_doubles_nothing(self):
        token = self.d.token("bank")
        end = time.time() + 12
        acknowledged, lock = {}, threading.Lock()

        def client():
            while time.time() < end:
                record = loan()
                identity = self.post_until_answered(record, token, end + 60)
                with lock:
                    acknowledged[record["contract_no"]] = identity

        clients = [threading.Thread(target=client) for _ in range(64)]
        for c in clients:
            c.start()
        dice = random.Random(17)
        while time.time() < end:
            time.sleep(dice.uniform(1.0, 2.5))
            if dice.random() < 0.6:
                self.d.kill9()
                self.d.start()
            else:
                self.d.kill_postmaster()
        for c in clients:
            c.join()
        rows = dict(x.split("|") for x in self.d.sql(
            "select key || '|' || id from submission where version = 1").splitlines())
        self.assertGreater(len(acknowledged), 200)
        self.assertNotIn(None, acknowledged.values())
        self.assertEqual({k: rows.get(k) for k in acknowledged}, acknowledged)
        self.assertEqual(self.d.sql("select count(*) - count(distinct key) from submission"), "0")
        out = self.d.verify()
        self.assertEqual(out.stdout.strip(), "no defects")
        print("\n%d acknowledged, each present once" % len(acknowledged))

    def test_a_record_that_the_database_refuses_does_not_harm_its_neighbours(self):
        token = self.d.token("bank")
        self.d.sql("alter table loan add constraint poison check (borrower_name <> '毒')")
        try:
            records = [loan(borrower_name="毒" if n % 16 == 7 else "好") for n in range(64)]
            with ThreadPoolExecutor(64) as pool:
                answers = list(pool.map(
                    lambda r: self.d.call("POST", "/v1/loans", r, token).status, records))
        finally:
            self.d.sql("alter table loan drop constraint poison")
        self.assertEqual(answers, [500 if n % 16 == 7 else 201 for n in range(64)])
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    def test_while_the_database_is_away_503_says_when_to_come_again(self):
        token = self.d.token("bank")
        self.assertEqual(self.d.call("GET", "/v1/loans?limit=1", token=token).status, 200)
        self.d.kill_postmaster()
        statuses = set()
        deadline = time.time() + 40
        while time.time() < deadline:
            r = self.d.call("GET", "/readyz")
            statuses.add(r.status)
            if r.status == 503:
                self.assertGreaterEqual(int(r.headers["retry-after"]), 1)
            elif 503 in statuses:
                break
            time.sleep(0.02)
        self.assertEqual(statuses, {200, 503})
        self.assertEqual(self.d.call("POST", "/v1/loans", loan(), token).status, 201)

    def test_sigterm_answers_what_was_accepted_and_exits_0(self):
        d = Daemon(safe=False)
        try:
            token = d.token("bank")
            answers = []
            senders = [threading.Thread(target=lambda: answers.append(
                d.call("POST", "/v1/loans", loan(), token).status)) for _ in range(8)]
            for s in senders:
                s.start()
            for s in senders:
                s.join()
            self.assertEqual(d.stop(), 0)
            self.assertEqual(answers, [201] * 8)
        finally:
            d.close()


class Frozen(Case):
    conf = {"db_deadline_ms": "1500"}

    def test_a_frozen_database_is_answered_503_and_nothing_is_lost_or_doubled(self):
        token = self.d.token("bank")
        where = self.d.call("POST", "/v1/loans", loan(), token).headers["location"]
        cluster = self.d.postmaster()
        backends = [int(x) for x in self.d.sql(
            "select pid from pg_stat_activity where usename like 'pledged\\_%' and usename <> 'pledged_owner'").split()]
        for pid in backends + [cluster]:
            os.kill(pid, signal.SIGSTOP)
        try:
            record = loan()
            with ThreadPoolExecutor(2) as pool:
                reads = pool.submit(self.d.call, "GET", where, None, token)
                writes = pool.submit(self.d.call, "POST", "/v1/loans", record, token)
                for r in (reads.result(), writes.result()):
                    self.assertEqual((r.status, r.headers["retry-after"] != ""), (503, True), r.body)
            self.assertEqual(self.d.call("GET", "/healthz").status, 200)
            self.assertEqual(self.d.call("GET", "/readyz").status, 503)
        finally:
            for pid in backends + [cluster]:
                os.kill(pid, signal.SIGCONT)
        deadline = time.time() + 30
        while self.d.call("GET", "/readyz").status != 200 and time.time() < deadline:
            time.sleep(0.1)
        answers = [self.d.call("POST", "/v1/loans", record, token).status for _ in range(2)]
        self.assertIn(answers, ([201, 200], [200, 200]))
        self.assertEqual(self.d.sql("select count(*) from submission where key = '%s'"
                                    % record["contract_no"]), "1")


class Behind(Case):
    """A flight that was sent before the one ahead of it had landed."""
    conf = {"db_deadline_ms": "20000"}  # a ledger of its own

    def locked(self):
        """A session that keeps every writer of loans waiting until it is told to commit."""
        session = self.d.psql()
        session.stdin.write("begin; lock table loan in share mode; select 'held';\n")
        session.stdin.flush()
        self.assertEqual(session.stdout.readline(), "held\n")
        return session

    def until(self, query, answer):
        deadline = time.time() + 20
        while self.d.sql(query) != answer and time.time() < deadline:
            time.sleep(0.05)
        self.assertEqual(self.d.sql(query), answer)

    def lines(self, path, records, token):
        body = "".join(json.dumps(x, ensure_ascii=False) + "\n" for x in records)
        return self.d.call("POST", path, body, token, {"Content-Type": "application/x-ndjson"}).lines()

    def test_a_flight_behind_one_that_is_rolled_back_at_its_end_is_recalled_and_goes_after_it(self):
        token = self.d.token("bank")
        loans = [loan() for _ in range(600)]
        self.lines("/v1/loans", loans[1:], token)
        self.d.sql("create function poison() returns trigger language plpgsql as $$"
                   " begin raise exception 'poison' using errcode = '23514'; end $$;"
                   " create constraint trigger poison after insert on loan deferrable initially deferred"
                   " for each row when (new.borrower_name = '毒') execute function poison()")
        events = [{"contract_no": x["contract_no"], "reference": "E" + x["contract_no"],
                   "kind": "disbursed", "on": "2022-07-01", "principal": "5000000.00"} for x in loans]
        session = self.locked()
        with ThreadPoolExecutor(5) as pool:
            try:
                first = pool.submit(self.d.call, "POST", "/v1/loans", loan(), token)
                self.until("select count(*) from pg_locks where not granted", "1")
                two = [pool.submit(self.d.call, "POST", "/v1/loans", x, token)
                       for x in (loan(borrower_name="毒"), loans[0])]
                time.sleep(0.5)  # both wait in the lane
                told = [pool.submit(self.lines, "/v1/loan-events", part, token)  # what does not board with them flies behind
                        for part in (events[:300], events[300:])]
                time.sleep(1)
            finally:
                session.communicate("commit;\n")
            self.assertEqual([x.result().status for x in [first] + two], [201, 500, 201])
            for part in told:
                self.assertEqual(part.result()[-1]["summary"], {"created": 300, "replay": 0, "conflict": 0, "refused": 0})
        self.assertIn('"lane_recalled"', self.d.stderr())
        self.d.sql("drop function poison cascade")
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    def test_a_connection_lost_with_two_flights_under_way_loses_and_doubles_nothing(self):
        token, loans = self.d.token("bank"), [loan() for _ in range(12000)]
        done = threading.Event()
        kills = []

        def killer():  # each time after some were stored: a work that is lost three times is given up
            dice, seen = random.Random(5), 0
            while not done.is_set():
                time.sleep(dice.uniform(0.1, 0.4))
                stored = int(self.d.sql("select count(*) from log_head"))
                if stored > seen:
                    kills.append(self.d.sql("select pg_terminate_backend(l.pid) from pg_locks l"
                                            " where l.locktype = 'advisory'"))
                    seen = stored

        thread = threading.Thread(target=killer)
        thread.start()
        try:
            with ThreadPoolExecutor(3) as pool:
                answers = list(pool.map(lambda k: self.lines("/v1/loans", loans[k::3], token), range(3)))
        finally:
            done.set()
            thread.join()
        self.assertGreater(kills.count("t"), 2)
        for lines in answers:
            self.assertEqual(len(lines), 4001)
            summary = lines[-1]["summary"]
            self.assertEqual(summary["created"] + summary["replay"], 4000, summary)
        stored = self.d.psql().communicate("select key from submission where type = 'loan' and key = any ('{%s}');"
                                           % ",".join(x["contract_no"] for x in loans))[0].split()
        self.assertEqual(sorted(stored), sorted(x["contract_no"] for x in loans))
        self.assertEqual(self.d.verify().stdout, "no defects\n")


class Prepared(Case):
    conf = {"readers": "1"}

    def test_a_statement_that_cannot_be_prepared_fails_alone_and_is_asked_again(self):
        """Its one reader goes on for the others, without a connection anew."""
        token = self.d.token("finance")
        status = lambda path: self.d.call("GET", path, token=token, timeout=10).status
        session = lambda: self.d.sql("select string_agg(pid || '', ' ' order by pid) from pg_stat_activity"
                                     " where usename like 'pledged%' and pid <> pg_backend_pid()")
        self.assertEqual(status("/v1/loans"), 200)
        before = session()
        self.d.sql("alter function tasks_open(boolean) rename to tasks_gone")
        with ThreadPoolExecutor(8) as pool:
            told = list(pool.map(status, ["/v1/tasks", "/v1/loans"] * 8))
        self.assertEqual((min(told[::2]) >= 500, set(told[1::2])), (True, {200}), told)
        self.d.sql("alter function tasks_gone(boolean) rename to tasks_open")
        self.assertEqual((status("/v1/tasks"), session()), (200, before))
