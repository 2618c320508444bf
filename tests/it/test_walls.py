"""What the two roles of the database may do by themselves, in psql: all that the daemon does with them, and more."""
import os
import subprocess

from fund_case import FundCase
from harness import Daemon, loan, numbers, socket_folder

NOBODY = "00000000-0000-7000-8000-000000000000"


class Walls(FundCase):
    def psql(self, sql, role, stop=True):
        return subprocess.run(["psql", "-qAtX"] + (["-v", "ON_ERROR_STOP=1"] if stop else []) + [
            "-h", socket_folder(self.d.data), "-U", role, "pledged", "-c", sql], capture_output=True, text=True, check=False)

    def said(self, sql, role="pledged_app"):
        out = self.psql(sql, role)
        self.assertEqual(out.returncode, 0, out.stderr)
        return out.stdout.strip().split("\n")[-1]

    def refused(self, sql, role, word="permission denied"):
        self.assertIn(word, self.psql(sql, role).stderr, sql)

    def counts(self):
        """Every table of the ledger, how many rows it has and what they add up to; less the sums by day, which the daemon keeps
        when nobody asks."""
        return self.d.sql("select string_agg(t || ' ' || (xpath('/row/c/text()', query_to_xml(format('select count(*)"
                          " || '' '' || coalesce(sum(hashtext(x::text)), 0) as c from %I x', t), false, true, '')))[1]::text, ';')"
                          " from (select relname as t from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
                          " and relname not in ('city_days', 'days_mark') order by 1) x")

    # ---- who is believed (F5) --------------------------------------------------------------------------

    def test_saying_who_one_is_opens_nothing(self):
        self.post("/v1/loans", loan(), self.bank, 201)
        org = self.d.sql("select id from org where code = 'FINANCE'")
        for role in ("pledged_app", "pledged_lane"):
            for secret in ("", "x", self.d.sql("select encode(wall_digest(), 'hex')")):
                claim = ("set pledged.secret = '%s'; set pledged.kind = 'finance'; set pledged.org = '%s';"
                         " set pledged.code = 'FINANCE'; set pledged.person = '王敏'; " % (secret, org))
                for table in ("submission", "loan", "claim", "transfer", "flag"):
                    self.assertEqual(self.said(claim + "select count(*) from " + table, role), "0")
                self.assertEqual(self.said(claim + "select my_kind() || my_signature() || coalesce(my_org(), 0)", role), "@0")
        known = "begin; %s select count(*) > 0 from loan" % self.d.identity("FINANCE", "finance")
        self.assertEqual(self.said(known), "t")  # the daemon's own way in

    def test_the_secret_is_nowhere_to_be_read(self):
        secret = self.d.sql("select wall_secret()")
        for role in ("pledged_app", "pledged_lane"):
            for sql in ("select wall_secret()", "select secret from installation", "select wall_password('pledged_lane')",
                        "call wall_let_in('pledged_owner', 'x')", "select person_id_hash('1')",
                        "update installation set secret = ''"):
                self.refused(sql, role)
            self.assertNotIn(secret, self.psql("select query from pg_stat_activity; select prosrc from pg_proc", role).stdout)
        self.assertNotIn(secret, self.d.stderr())

    def test_neither_role_becomes_another(self):
        for role in ("pledged_app", "pledged_lane"):
            for sql in ("set role pledged_owner", "set session authorization pledged_owner",
                        "alter role %s superuser" % role, "create role x", "grant pledged_owner to %s" % role):
                said = self.psql(sql, role).stderr
                self.assertTrue("permission denied" in said or "must be superuser" in said, (sql, said))
        self.refused("set role pledged_lane", "pledged_app")
        self.refused("create table x (a int)", "pledged_lane")
        self.refused("create function f() returns int language sql as 'select 1'", "pledged_lane")

    # ---- what each may do ------------------------------------------------------------------------------

    def test_the_role_that_reads_writes_to_no_table(self):
        self.assertEqual(self.d.sql(
            "select string_agg(c.relname || ' ' || a.privilege_type, ', ') from pg_class c cross join lateral"
            " aclexplode(c.relacl) a join pg_roles r on r.oid = a.grantee where c.relnamespace = 'public'::regnamespace"
            " and r.rolname in ('pledged_app', 'public') and a.privilege_type <> 'SELECT'"), "")
        who = "begin; set transaction read write; " + self.d.identity("FINANCE", "finance")
        for table in self.d.sql("select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'").split():
            self.refused(who + "insert into %s select from %s" % (table, table), "pledged_app")
            self.refused(who + "delete from %s" % table, "pledged_app")

    def test_the_role_that_reads_calls_nothing_that_writes(self):
        """Every function that runs as the owner and may write is the lane's."""
        self.assertEqual(self.d.sql(
            "select string_agg(p.oid::regprocedure::text, ', ') from pg_proc p where pronamespace = 'public'::regnamespace and"
            " prosecdef and provolatile = 'v' and prorettype <> 'trigger'::regtype and"
            " has_function_privilege('pledged_app', p.oid, 'execute')"), "")

    def open_to(self, role, what):
        """The calls, with nothing, of functions that run as the owner and that a role may make."""
        return self.d.sql(
            "select 'select ' || p.oid::regproc || '(' || coalesce((select string_agg('null::' || format_type(t, null), ', ')"
            " from unnest(p.proargtypes) t), '') || ')' from pg_proc p where pronamespace = 'public'::regnamespace and prokind = 'f'"
            " and prorettype <> 'trigger'::regtype and has_function_privilege('%s', p.oid, 'execute') and %s" % (role, what))

    def test_a_function_is_open_to_nobody_that_it_was_not_given_to(self):
        """By the catalogue: none to all; what runs as the owner to the roles that serve alone, and behind a guard."""
        mine = " from pg_proc p where pronamespace = 'public'::regnamespace and "
        self.assertEqual(self.d.sql("select p.oid::regprocedure" + mine + "(proacl is null or exists (select from aclexplode(proacl) a"
                                    " where a.grantee = 0))"), "")
        for role, least in (("pledged_app", 90), ("pledged_lane", 120)):
            open_ones = mine + "prosecdef and has_function_privilege('%s', p.oid, 'execute')" % role
            self.assertGreater(int(self.d.sql("select count(*)" + open_ones)), least)
            self.assertEqual(self.d.sql("select p.oid::regprocedure" + open_ones + " and prosrc !~ 'wall_known'"), "")
        self.d.sql("create function newcomer() returns bigint language sql security definer as 'select count(*) from loan'")
        self.addCleanup(self.d.sql, "drop function newcomer()")
        self.assertEqual(self.said("select newcomer() >= 0"), "t")  # as PostgreSQL would have it
        self.d.sql("call wall_build()")
        for role in ("pledged_app", "pledged_lane"):
            self.refused("select newcomer()", role)

    def test_what_runs_as_the_owner_tells_nobody_anything(self):
        """Each with nothing; and with what there is to be found, for whoever knows the secret beside whoever does not."""
        code = self.scheme()
        claim = self.claimed(self.lent(code)).split("/")[-1]
        for role in ("pledged_app", "pledged_lane"):
            calls = self.open_to(role, "prosecdef and provolatile <> 'v'").splitlines()
            self.assertGreater(len(calls), 80)
            out = subprocess.run(["psql", "-qAtX", "-v", "VERBOSITY=sqlstate", "-h", socket_folder(self.d.data), "-U", role, "pledged"],
                                 input=";\n".join(calls) + ";", capture_output=True, text=True, check=False)
            self.assertEqual(out.stdout.strip(), "")
            self.assertEqual(set(out.stderr.strip().splitlines()), {"ERROR:  42501"})
        loan = "(select loan_id from claim where id = '%s')" % claim
        for sql, found in (("account_balance_fen('fund:%s', null, null)" % code, "4000000000"), ("claim_state('%s')" % claim, "submitted"),
                           ("length(record_seen('%s'))" % claim, "64"), ("count(*) from tasks_open(true)", None),
                           ("count(*) from approval_tiers()", None), ("count(*) from operator_figures()", None)):
            said = self.psql("select " + sql, "pledged_app")
            self.assertIn(said.stdout.strip(), ("", "0"), sql)
            known = self.said("begin; %s select %s" % (self.d.identity("FINANCE", "finance"), sql))
            self.assertEqual(known, found or known, sql)
            self.assertTrue(known, sql)
        for sql in ("claim_judge(1, '{}')", "coverage_pool(1, '%s', null, today())" % code, "proposal_record(null)", "claim_counts(%s)" % loan):
            self.refused("begin; %s select %s" % (self.d.identity("FINANCE", "finance"), sql), "pledged_app")  # nobody's to call

    def test_the_lane_as_nobody_moves_nothing_by_any_function(self):
        """Each with nothing, and those that move money with what would."""
        code = self.scheme()
        where = self.claimed(self.lent(code))
        self.step(where, "accept", self.finance)
        claim = where.split("/")[-1]
        calls = self.open_to("pledged_lane", "provolatile = 'v'")
        self.assertGreater(len(calls.splitlines()), 30)
        seen = self.get(where)["seen"]
        self.d.restart()  # what the daemon still writes by itself, that this was read, is there now
        while self.d.sql("select rollup_days_keep(100000, 100000)") != "0":  # and what it keeps beside, some seconds later
            pass
        before = self.counts()
        posting = "row(gen_random_uuid(), 'x', 'fund:%s', 'appropriation:%s', 100, '2022-01-05', 'appropriation', null, null, null)"
        doc = '{"claim":"%s","step":"approve","seen":"%s","reason":"x","on":"%s"}' % (
            claim, seen, self.d.sql("select today()"))
        budget = '{"policy":"JS-2023","year":2023,"kind":"appropriation","amount":"1.00","on":"2023-01-01","reference":"r"}'
        calls += "\n" + "\n".join((
            "select transfer_post(array[%s::posting])" % (posting % (code, code)),
            "select hold_open(gen_random_uuid(), 'fund:%s', 1, gen_random_uuid(), '2199-01-01')" % code,
            "select account_open('pool:X', 'asset', 'x', true, null, null, '2022-01-01')",
            "select claim_step_decide(gen_random_uuid(), '%s', null, false)" % doc,
            "select budget_decide(gen_random_uuid(), '%s', null, false)" % budget,
            "select * from record_decide('account', '[{\"id\":\"%s\",\"key\":\"k\",\"subject\":\"s\",\"sha256\":\"%s\",\"body\":{\"code\":"
            "\"a:b\",\"kind\":\"asset\",\"title\":\"t\",\"no_overdraft\":true,\"opened_on\":\"2022-01-01\"}}]', false)" % (
                NOBODY, "ab" * 32)))
        for sql in calls.splitlines():
            self.psql(sql, "pledged_lane")
        self.assertEqual(self.counts(), before)
        self.step(where, "approve", self.second)  # and who may, does

    def test_the_lane_posts_for_somebody_who_is_known(self):
        code = self.scheme(money="5.00")
        post = ("select transfer_post(array[row(gen_random_uuid(), 'x', 'fund:%s', 'appropriation:%s', 100, '2022-01-05',"
                " 'appropriation', null, null, null)::posting]) is null" % (code, code))
        self.refused(post, "pledged_lane", "does not know the secret")
        self.refused("set pledged.secret = '%s'; %s" % (self.d.sql("select wall_secret()"), post), "pledged_lane", "nobody acts")
        self.assertEqual(self.said("begin; %s %s; rollback" % (self.d.identity("FINANCE", "finance"), post), "pledged_lane"), "t")

    def test_a_wall_keeps_no_index_from_being_searched(self):
        """A key is looked for among the bank's own, not through every key of the ledger: plans as the lane makes them."""
        looks = ("select * from loan_keyed(my_org(), 'T-1')",
                 "select from submission r where r.org_id = my_org() and r.type = 'loan' and r.key_form = text_form('T-1')")
        for role in ("pledged_lane", "pledged_app"):
            for look in looks:
                out = self.psql("begin; set enable_seqscan = off; %s explain %s" % (self.d.identity("BANK-A", "bank"), look), role)
                self.assertRegex(out.stdout, r"record_key_unique.*\n *Index Cond: .*org_id = .*key_form = ", out.stderr)

    # ---- a database of somebody else's -----------------------------------------------------------------

    def test_a_database_of_others_is_served_by_roles_that_cannot_become_its_owner(self):
        self.d.sql("create database walls")
        self.addCleanup(self.d.sql, "drop database walls with (force)")
        data = os.path.join(self.d.folder, "walls%d" % next(numbers))
        os.mkdir(data)
        served = Daemon({"database": "host=%s dbname=walls user=pledged_owner" % socket_folder(self.d.data), "data": data})
        self.addCleanup(served.close)
        used = self.d.sql("select string_agg(distinct usename, ' ' order by usename) from pg_stat_activity where datname = 'walls'")
        self.assertEqual(used, "pledged_app pledged_lane")
        self.assertEqual(self.d.sql("select count(*) from pg_authid where rolname in ('pledged_app', 'pledged_lane')"
                                    " and rolpassword like 'SCRAM-SHA-256$%'"), "2")
        self.assertEqual(served.call("POST", "/v1/loans", loan(), served.token("bank")).status, 201)
