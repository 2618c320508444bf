"""What the rules that stop money find around a loan is what a scan of the whole book finds of it, over a book with cases of
all of them; and what is first looked for leaves none of them out."""
import test_coverage
import test_crooked
import test_flag_recall
import test_standing
import test_subsidy_facts
from flag_book import Book
from harness import loan

SEED = 20211207
STORIES = (  # deals, what is bad again, what was paid on facts that changed: told as elsewhere
    (test_standing.Standing, "test_4_abnormal_deals_raise_flags_that_stop_the_firm"),
    (test_crooked.Crooked, "test_a_circle_is_one_though_a_code_is_left_out_of_it"),
    (test_crooked.Crooked, "test_who_controls_a_firm_is_known_from_any_deal"),
    (test_crooked.Crooked, "test_what_is_gone_is_not_sold_again"),
    (test_coverage.Coverage, "test_what_is_bad_again_after_another_claim_was_approved_is_flagged"),
    (test_coverage.Coverage, "test_a_word_that_made_a_loan_good_while_another_was_claimed_is_flagged"),
    (test_subsidy_facts.Facts, "test_what_was_paid_on_facts_that_were_corrected_since_is_flagged"),
)
ASKED = "(u.severity = 'high' or u.code = any (flag_rules_must())) and u.judge is not null"
ROW = "(code, case_key, severity, figures::text, record_id, version, pointer, facts)"


class Around(test_flag_recall.Recall):
    conf = {"readers": "3"}

    def tell(self):
        for of, name in STORIES:
            of.conf, of.binary = self.conf, self.binary
            of.setUpClass()
            case = of(name)
            case.setUp()
            getattr(case, name)()
        firms = self.d.sql("select distinct acquirer, acquirer_name from ip_deal where acquirer is not null"
                           " union select provider, provider_name from ip_deal where provider is not null")
        for code, name in (x.split("|") for x in firms.splitlines()):
            r = self.d.call("POST", "/v1/loans", loan(borrower_uscc=code, borrower_name=name), self.d.token("bank"))
            self.assertEqual(r.status, 201, r.body)

    def test_it(self):
        self.tell()
        book = Book(0, SEED)
        self.load(book)
        self.plant_claims(book)
        self.plant_subsidies(book)
        self.d.sql("""
            create schema t;
            create table t.whole as
                select f.* from flag_rule u, flag_find(u.code, null) f where %s;
            create table t.near as
                select l.id as loan, x.rules, f.*
                  from (select distinct id from loan) l
                 cross join lateral (select coalesce(flag_rules_near(array[l.id]), '{}') as rules offset 0) x
                 cross join unnest(flags_around(array[l.id], null)) f;
            create index on t.whole (record_id);
            create table t.cause as
                select id, loan_id as loan from claim union select id, loan_id from application union select id, id from loan""" % ASKED)
        try:
            codes = self.d.sql("select string_agg(distinct u.code, ' ') from flag_rule u where %s"
                               " and not exists (select from t.whole w where w.code = u.code)" % ASKED)
            self.assertEqual(codes, "")  # there is a case of each
            of_whole = "select distinct c.loan, %s::text as found from t.whole w join t.cause c on c.id = w.record_id where c.loan is not null" % ROW
            of_near = "select distinct n.loan, %s::text from t.near n" % ROW
            self.assertEqual(self.d.sql(of_whole + " except " + of_near), "")  # all that is found of a loan is found around it
            made_up = "select %s::text from t.near except select %s::text from t.whole" % (ROW, ROW)
            self.assertEqual(self.d.sql(made_up), "")
            self.assertEqual(self.d.sql("select distinct loan, code from t.near where code <> all (rules)"), "")
            silent = self.d.sql("select count(*) from (select distinct id from loan) l where flag_rules_near(array[l.id]) is null")
            self.assertGreater(int(silent), 100)  # and the first look does say no
        finally:
            self.d.sql("drop schema t cascade")

    test_no_planted_case_is_missed_and_none_is_made_up = None


def load_tests(loader, standard, pattern):
    """The inherited tests run in their own files."""
    return loader.suiteClass([Around("test_it")])
