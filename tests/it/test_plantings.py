"""Whoever owns the database rewrites it, triggers off: `pledged verify` names table, key and column of every planting.

The plantings are made from the catalogue: of every table a row more, a row less, and each column of a row. What the
life below leaves empty is filled as an operator's command would, so that no table is passed over.
"""
import subsidy_case
from fund_case import FundCase
from harness import Case, loan

# A value of each type that is not the one that stands.
OTHER = {
    "text": "coalesce(%s, '') || '~'", "name": "'~'", "bigint": "coalesce(%s, 0) + 1", "integer": "coalesce(%s, 0) + 1",
    "smallint": "coalesce(%s, 0) + 1", "numeric": "coalesce(%s, 0) + 1", "boolean": "not coalesce(%s, false)",
    "date": "case when isfinite(%s) then %s + 1 else '2001-01-01' end", "uuid": "gen_random_uuid()",
    "timestamp with time zone": "case when isfinite(%s) then %s + interval '1 second' else '2001-01-01' end",
    "bytea": "sha256(coalesce(%s, ''))", "text[]": "coalesce(%s, '{}') || '~'::text",
    "bigint[]": "coalesce(%s, '{}') || 1::bigint", "integer[]": "coalesce(%s, '{}') || 1", "uuid[]": "array[gen_random_uuid()]",
    "json": "json_build_array(%s::text)", "jsonb": "jsonb_build_array(%s::text)", "daterange": "daterange('2001-01-01', '2001-01-03')",
    "tsvector": "to_tsvector('simple', '~')", "smallint[]": "coalesce(%s, '{}') || 1::smallint", "date[]": "array['2001-01-01'::date]",
}
FIRST = {"text": "'~%d'", "date": "'2001-01-0%d'", "timestamp with time zone": "'2001-01-0%d'", "boolean": "true", "json": "'{}'",
         "jsonb": "'{}'", "uuid": "gen_random_uuid()", "daterange": "daterange('2001-01-01', '2001-01-1%d')", "bytea": "sha256('%d')",
         "bigint": "%d", "integer": "%d", "smallint": "%d", "numeric": "%d"}
LOANS = "coverage", "coverage_step", "sealed_change"  # what the flight of a loan may write
ALONE = "intake", "access_batch", "flag", "flag_record", "installation"  # the daemon writes them without a record; one row only
OFF = "set session_replication_role = replica;"
# {r0} … are the numbers of leaves of records, {h0} … the sizes of the heads over them, {rows} a leaf of kept rows.
LOG = [[
    ("a leaf's hash", "update log_leaf set hash = sha256(hash) where no = {r0}", "log_leaf {r0} hash: "),
    ("the subtrees that it ends", "update log_leaf set nodes = sha256(nodes) where no = {r1}", "log_leaf {r1} nodes: "),
    ("whose leaf it is", "update log_leaf set record_id = gen_random_uuid() where no = {r2}", "leaf without a record: {r2}"),
    ("of which version", "update log_leaf set version = 7 where no = {r3}", "leaf without a record: {r3}"),
    ("its form", "update log_leaf set form = 1, token = null where no = {r4}", "log leaf of an older form than those before it: {r4}"),
    ("its head", "update log_leaf set head = head + 1 where no = {r5}", "log leaf is not under the head behind it: "),
    ("a frontier", "update log_head set frontier = sha256(frontier) where size = {h1}", "log_head {h1} frontier: "),
    ("a signature", "update log_head set signature = sha256(signature) || sha256(signature) where size = {h2}",
     "log head is not signed by this installation: {h2}"),
    ("when it was signed", "update log_head set signed_at = signed_at + interval '1 us' where size = {h3}",
     "log head is not signed by this installation: {h3}"),
    ("a root", "update log_head set root = sha256(root) where size = {h4}", "log head does not match its leaves: {h4}"),
    ("the token of whoever made it", "update log_leaf set token = null where no = {r6}", "log_leaf {r6} token: "),
    ("a row that was kept", "update log_row set content = json_build_object('code', 'X') where no = (select min(no) from log_row"
     " where tab = 'org')", "log leaf does not match the rows of its flight: 0"),
    ("of another flight", "update log_row set flight = gen_random_uuid() where no = {row}", "rows that were written past the log"),
], [
    ("a leaf less", "delete from log_leaf where no = {r0}", "log leaf is missing before "),
    ("a leaf more", "insert into log_leaf select no + 1, hash, nodes, gen_random_uuid(), 1, head, 2 from log_leaf where no ="
     " (select max(no) from log_leaf)", "leaf without a record"),
    ("of another table", "update log_row set tab = 'token' where no = (select min(no) from log_row where tab = 'org')",
     "log leaf does not match the rows of its flight: 0"),
    ("a kept row less", "delete from log_row where no = {row}", "log leaf does not match the rows of its flight: {rows}"),
    ("a kept row more", "insert into log_row overriding system value select no + 1000, gen_random_uuid(), tab, op, content"
     " from log_row where tab = 'department' limit 1", "rows that were written past the log"),
], [
    ("what was done", "update log_row set op = 'D' where no = {row}", "log leaf does not match the rows of its flight: {rows}"),
    ("a head less", "delete from log_head where size = (select max(size) from log_head)",
     "log leaf is not under the head behind it: the last"),
]]


def first(kind, n):
    return FIRST.get(kind, "'{}'").replace("%d", str(n))


class Plantings(Case):
    conf = {"readers": "8"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.live()
        out = cls.d.cli("verify", check=False)
        assert out.stdout == "no defects\n", out.stdout[:4000]
        cls.tables = {}
        for line in cls.d.sql(
                "select t.tab, t.proof, a.attname, format_type(a.atttypid, null), coalesce(a.attname = any (log_key(t.tab)), false),"
                " a.attgenerated <> ''"
                " from log_table() t join pg_attribute a on a.attrelid = t.tab where a.attnum > 0 and not a.attisdropped"
                " order by t.tab::text, a.attnum").splitlines():
            tab, proof, column, kind, is_key, is_made = line.split("|")
            cls.tables.setdefault(tab, (proof, [], []))[1 if is_made == "f" else 2].append((column, kind, is_key == "t"))
        cls.fill()
        cls.d.sql("create schema kept; create table kept.transfer as table transfer")  # one more is what plant() says of a balance
        cls.moments = cls.for_a_moment("loan", lambda tab: tab not in LOANS) + cls.for_a_moment("account", lambda tab: tab in LOANS)
        said = cls.said = cls.d.cli("verify", check=False).stdout
        cls.d.sql(OFF + "delete from transfer;" + cls.d.refill("transfer", "kept.transfer") + "drop schema kept cascade")
        told = [x for x in said.splitlines() if "past the log" in x
                or " in the log, " in x and cls.tables.get(x.split(" ")[0], "-")[0] == "kept"]
        assert told == [], told[:20]

    # ---- a life that touches most tables -----------------------------------------------------------

    @classmethod
    def live(cls):
        d = cls.d
        case = FundCase("setUp")
        case.d = d
        case.setUp()
        code = case.scheme()
        where = case.paid(case.lent(code))
        case.recover(where, "1000000.03")
        case.lent(code)
        contract = case.lent(code, overdue=None)
        case.correct(contract, purpose="补充流动资金")
        d.agreed(d.call("PUT", "/v1/plans/sh-2021-2023/baselines", {"years": [
            {"year": y, "amount": "4800000000.00", "count": 160, "source": "假定", "assumed": True} for y in (2020, 2021)]},
            d.token("ip_office")))
        subsidy_case.SubsidyCase.conf = cls.conf
        subsidy_case.SubsidyCase.setUpClass()
        sub = subsidy_case.SubsidyCase("setUp")
        policy = sub.policy()
        sub.budget(policy, "100000.00")
        app = sub.apply(policy, sub.lent()).headers["location"]
        sub.step(app, "approve", sub.checker)
        sub.step(app, "pay", sub.payer)
        sub.apply(policy, sub.lent())
        bank = d.token("bank")
        made = d.call("POST", "/v1/loans", loan(disbursed_on="2022-07-05"), bank)
        d.call("POST", made.headers["location"] + "/events", {"reference": "V", "kind": "voided", "on": "2022-08-01",
                                                            "reason": "重复录入"}, bank)
        for _ in range(30):
            d.call("POST", "/v1/loans", loan(disbursed_on="2022-07-05", amount="100000000.00", revenue="1.00"), bank)

    @classmethod
    def fill(cls):
        """Three rows for every table that is kept, the missing ones written as an operator's command writes."""
        rows, tables = [], []
        for tab, (proof, columns, _) in cls.tables.items():
            there = int(cls.d.sql("select count(*) from (select from %s limit 3) x" % tab)) if proof == "kept" else 3
            for n in range(there, 3):
                rows.append("insert into %s (%s) overriding system value values (%s) on conflict do nothing;" % (
                    tab, ", ".join(c for c, _, _ in columns), ", ".join(first(kind, n + 1) for _, kind, _ in columns)))
            tables += [tab] if there < 3 else []
        cls.free()
        cls.d.lawful("".join(rows), tables)

    @classmethod
    def free(cls):
        """The owner may drop what refuses nonsense."""
        drops = cls.d.sql("select format('alter table %s drop constraint %I cascade;', conrelid::regclass, conname) from pg_constraint"
                          " where connamespace = 'public'::regnamespace and contype in ('c', 'f', 'u', 'x') and conrelid <> 0")
        cls.d.sql(drops)
        cls.d.sql(cls.d.sql("select format('alter table %s alter column %I drop identity;', attrelid::regclass, attname) from pg_attribute"
                            " where attidentity <> '' and attrelid in (select tab from log_table()) and attrelid <> 'log_row'::regclass"))
        cls.d.sql(cls.d.sql("select format('drop index %s;', i.indexrelid::regclass) from pg_index i join pg_class c on c.oid = i.indrelid"
                            " where c.relnamespace = 'public'::regnamespace and i.indisunique and not i.indisprimary"))

    @classmethod
    def for_a_moment(cls, flown, wanted):
        """A trigger of the owner's writes a row into each of these tables, in a flight of the daemon that records something else."""
        do, tabs = [], []
        for tab, (proof, columns, _) in sorted(cls.tables.items()):
            if proof == "kept" and wanted(tab) and tab not in ALONE:
                do.append("execute $q$insert into %s (%s) overriding system value select %s from %s limit 1$q$;" % (
                    tab, ", ".join(c for c, _, _ in columns),
                    ", ".join(OTHER[k].replace("%s", c).replace("+ 1", "+ 77").replace("'~'", "'~m'") if key else c for c, k, key in columns), tab))
                tabs.append(tab)
        always = "alter table %s enable %strigger log_kept;"
        cls.d.sql("".join(always % (t, "always ") for t in tabs) +
                  "create function moment() returns trigger language plpgsql security definer as $$ begin"
                  " set local session_replication_role = replica; %s set local session_replication_role = origin; return null; end $$;"
                  "create trigger moment after insert on submission for each row when (new.type = '%s') execute function moment()"
                  % (" ".join(do), flown))
        if flown == "loan":
            made = cls.d.call("POST", "/v1/loans", loan(revenue=None), cls.d.token("bank"))
        else:
            made = cls.d.call("POST", "/v1/accounts", {"code": "pool:M", "kind": "asset", "title": "t", "opened_on": "2020-01-01",
                                                       "no_overdraft": False}, cls.d.token("finance"))
        cls.d.sql("drop function moment() cascade;" + "".join(always % (t, "") for t in tabs))
        assert made.status == 201, made.body
        return tabs

    def verify(self):
        out = self.d.cli("verify", check=False)
        return out.returncode, out.stdout

    # ---- plantings ---------------------------------------------------------------------------------

    def test_every_table_is_proven_in_one_way(self):
        said = self.d.sql("select proof, count(*) from log_table() group by 1 order by 1").splitlines()
        self.assertEqual([x.split("|")[0] for x in said], ["batch", "kept", "leaf", "log", "made", "manifest", "passing", "program", "record"])
        self.assertEqual(self.d.sql("select count(*) from log_table()"),
                         self.d.sql("select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"))
        self.assertEqual(self.d.sql("select x.tab from log_table() x where log_key(x.tab) is null"), "")

    def test_what_was_written_for_a_moment_into_another_flight_is_named(self):
        self.assertGreaterEqual(len(self.moments), 78)
        lines = self.said.splitlines()
        missed = [tab for tab in self.moments
                  if not any(x.startswith("row that no record of its flight writes: %s I " % tab) for x in lines)]
        self.assertEqual(missed, [])
        self.assertTrue(any(x.startswith("rows that no command of the operator writes so: ") for x in lines))  # see fill()

    def test_every_planting_is_named(self):
        """Looks from what is made last to what it is made of: caches, caches that others are made of, records, tables."""
        bases = ("firm_quarter", "firm_balance"), ("loan_balance",)
        count = self.look(self.plant_tables(lambda tab, proof: proof == "made" and tab not in bases[0] + bases[1]))
        count += self.look(self.plant_tables(lambda tab, proof: tab in bases[0]))
        self.d.sql("create schema kept; create table kept.submission as table submission")
        count += self.look(self.plant_tables(lambda tab, proof: tab in bases[1]) + self.plant_records())
        self.d.sql(OFF + "delete from submission;" + self.d.refill("submission", "kept.submission"))
        count += self.look(self.plant_tables(lambda tab, proof: proof in ("kept", "record")))
        self.assertGreaterEqual(count, 600)

    def look(self, planted):
        status, said = self.verify()
        self.assertEqual(status, 1)
        lines = said.splitlines()
        missed = [p for p in planted if not any(x.startswith(p) for x in lines)]
        self.assertEqual(missed, [], "\n".join(missed))
        return len(planted)

    def plant_tables(self, wanted):
        return [line for tab, (proof, columns, _) in sorted(self.tables.items()) if wanted(tab, proof)
                for line in self.plant(tab, columns, proof == "made")]

    def plant(self, tab, columns, cache):
        """What is planted in one table, as the beginnings of the lines that are to name it: of its first row all columns
        beside the key, a row more, and, where there are others, a row less. In a cache nought and no row are one."""
        forms = any(c[2] for c in self.tables[tab][2])  # part of the key is made from the name: another name is another row
        rest = [c for c in columns if not c[2] and not (forms and c[0] == "name")]
        key = "concat_ws(' ', %s)" % self.d.sql("select array_to_string(log_key('%s'), ', ')" % tab)
        names = ", ".join(c for c, _, _ in columns)
        sums = " or ".join("%s <> 0" % c for c, kind, is_key in columns if cache and not is_key and kind == "bigint") or "true"
        rows = [x.rpartition("|")[::2] for x in self.d.sql("select %s, ctid from %s where %s limit 3" % (key, tab, sums)).splitlines()]
        if not rows:
            return []
        planted, do = [], []
        other = ", ".join(self.other(c).replace("+ 1", "+ 999") if c[2] else c[0] for c in columns)
        do.append("insert into %s (%s) overriding system value select %s from %s where ctid = '%s' returning %s"
                  % (tab, names, other, tab, rows[-1][1], key))
        if rest:
            do.append("update %s set %s where ctid = '%s'" % (
                tab, ", ".join("%s = %s" % (c[0], self.other(c)) for c in rest), rows[0][1]))
            planted += ["%s %s %s: " % (tab, rows[0][0], c[0]) for c in rest]
        if len(rows) > 1:
            do.append("delete from %s where ctid = '%s'" % (tab, rows[1][1]))
            planted.append("%s %s *: " % (tab, rows[1][0]))
        made = self.d.sql(OFF + ";".join(do))
        return planted + ["%s %s *: nothing in the log" % (tab, made)]

    def other(self, column):
        name, kind, _ = column
        return OTHER[kind].replace("%s", name)

    def plant_records(self):
        """A record a column: each in the table of its own, named by its leaf."""
        rows = self.d.sql("select r.id, r.version from submission r join log_leaf l on l.record_id = r.id and l.version = r.version"
                          " where r.type = 'loan' and r.version = 1 order by r.id limit 20").splitlines()
        rows = [x.split("|") for x in rows]
        corrected = self.d.sql("select id, version from submission where version > 1 and type = 'loan' limit 1").split("|")
        do, planted = [], []
        for column in self.tables["submission"][1]:
            name = column[0]
            at = corrected if name == "reason" else rows.pop()
            value = {"body": "regexp_replace(body::text, '\"amount\":\"[^\"]*\"', '\"amount\":\"7.00\"')::json"}
            do.append("update submission set %s = %s where id = '%s' and version = %s" % (
                name, value.get(name, self.other(column)), *at))
            planted.append({"id": "leaf without a record: ", "version": "leaf without a record: ",
                            "sha256": "record body does not match its hash: %s v%s" % tuple(at)}.get(
                name, "submission %s v%s %s: " % (*at, name)))
        at = rows.pop()
        do.append("delete from submission where id = '%s'" % at[0])
        self.d.sql(OFF + ";".join(do))
        return planted + ["loan %s %s *: nothing in the log" % tuple(at)]


class LogPlantings(Case):
    """The log's own tables, a planting a verify where one would hide the other."""

    conf = {"readers": "9"}

    def test_what_is_done_to_the_log_itself_is_named(self):
        """A few looks: of each table one planting a row, as far as none hides another."""
        d = self.d
        bank = d.token("bank")
        for _ in range(8):
            d.call("POST", "/v1/loans", loan(), bank)
        d.stop()
        self.assertEqual(d.cli("verify").stdout, "no defects\n")
        d.start()
        leaves = d.sql("select no, head from log_leaf where form = 4 and token is not null order by no desc limit 7").splitlines()
        names = {"%s%d" % (k, i): v for i, x in enumerate(leaves[::-1]) for k, v in zip("rh", x.split("|"))}
        names["row"], names["rows"] = d.sql("select r.no, l.no from log_row r join log_leaf l on l.record_id = r.flight"
                                            " where r.tab = 'org' order by r.no desc limit 1").split("|")
        for looks in LOG:
            with self.subTest(looks[0][0]):
                tabs = "log_leaf log_head log_row log_pending verification".split()
                tabs += "city_days balance_ahead days_mark".split()  # the daemon may bring them up to what is planted
                d.sql("create schema kept;" + "".join("create table kept.%s as table %s;" % (t, t) for t in tabs))
                d.sql(OFF + ";".join(sql.format(**names) for _, sql, _ in looks))
                out = d.cli("verify", check=False)
                d.sql(OFF + "".join("delete from %s;" % t + d.refill(t, "kept." + t) for t in tabs) + "drop schema kept cascade")
                self.assertEqual(out.returncode, 1)
                for what, _, name in looks:
                    self.assertIn(name.format(**names), out.stdout, what)
        self.assertEqual(d.cli("verify", check=False).stdout, "no defects\n")
