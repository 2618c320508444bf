"""Does the model bite? Takes rules out of the running database one at a time and expects it to find what follows.

    python3 tests/model/bites.py [--each 3] [--seed 1] [rule …]

A rule goes by replacing its function, in the test's own database only, by one that says nothing stands in the way. Beside the
histories that aim at it some honest ones run. A rule whose loss nobody notices is one that no test of the model keeps.
"""
import argparse
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import play  # noqa: E402
import stories  # noqa: E402
from town import harness  # noqa: E402

FUNCTIONS = os.path.join(harness.ROOT, "migrations", "functions")


def function(name):
    """The statement that makes a function, as it is shipped."""
    for file in sorted(os.listdir(FUNCTIONS)):
        with open(os.path.join(FUNCTIONS, file), encoding="utf-8") as f:
            found = re.search(r"^create or replace function %s\(.*?(?:^end \$\$;|^\$\$;|\$\$;$)" % name, f.read(), re.M | re.S)
        if found:
            return found.group(0)
    raise LookupError(name)


def without(name, *cuts):
    """A function with pieces of its text replaced; a piece that is not there any more is an error, never a silent success."""
    text = function(name)
    for old, new in cuts:
        if old not in text:
            raise LookupError("%s: %s" % (name, old))
        text = text.replace(old, new)
    return text


def silent(name):
    """The same function, saying that nothing stands in the way."""
    head = function(name).split("$$")[0]
    return re.sub(r"language \w+", "language sql", head, count=1) + "$$ select '{}'::json[] $$;"


def returning(name, value):
    """The same function, whose answer is always this."""
    head = function(name).split("$$")[0]
    return re.sub(r"language \w+", "language sql", head, count=1) + "$$ select %s $$;" % value


def untold():
    """Nothing is ever owed back."""
    return returning("claim_untold_fen", "0::bigint")


def afresh():
    """What was claimed and paid before is forgotten."""
    return returning("claim_past_of", "null::claim_past") + without(
        "claim_judge_split", ("j.advance_fen := claims_paid_fen((c.now).id, (c.scheme).code, c.claimant, null, c.known_at);",
                              "j.advance_fen := 0;"))


def unflagged(*names):
    """Rules of red flags that find nothing."""
    return "".join(function(name).split("$$")[0].replace("plpgsql", "sql") + "$$ select (null::flag_found).* where false $$;"
                   for name in names)


NO_RF08 = unflagged("flag_rf08_aid_beyond_cost")
ONCE = "alter table subsidy_unit drop constraint subsidy_unit_taken_once;"


RULES = {  # name: (what goes, SQL, the histories that should notice)
    "cover": ("a claim needs cover that began before the default", lambda: without(
        "claim_judge_cover", ("if default_day < cover.on_day then", "if false then")) + without(
        "coverage_life_problems", ("if default_day <= filed then", "if false then")),
              ["crook_no_cover", "crook_default_first"]),
    "term": ("a loan that is owed after its term is in default", lambda: without(
        "loan_default_day", ("(f).outstanding_fen > 0", "false")), ["crook_after_term"]),
    "registration": ("registered before the default", lambda: without(
        "claim_judge_terms", ("if l.registered_on is null or", "if false and")) + without(
        "coverage_life_problems", ("if l.registered_on is null or", "if false and"),
        ("if default_day <= filed then", "if false then")) + without(
        "claim_judge_cover", ("if default_day < cover.on_day then", "if false then")), ["crook_registered_late"]),
    "one_credit": ("a double of a credit is neither covered nor paid", lambda: silent("credit_problems") + unflagged(
        "flag_rf29_one_credit", "flag_rf01_pledged_twice"), ["crook_twin"]),
    "freeze": ("terms are frozen: a correction after the default counts not", lambda: without(
        "coverage_take_over", ("        return;\n", "        null;\n")) + without(
        "coverage_before", ("if found then", "if false then")), ["crook_raise"]),
    "freeze_later": ("… also when the default is told after finance has confirmed it", lambda: without(
        "coverage_before", ("if found then", "if false then")), ["crook_raise"]),
    "suspend": ("a correction that decides suspends the cover, and the claim follows the frozen record", lambda: without(
        "claim_case_of", ("v.version = coalesce((c.cover).loan_version, l.version)", "v.version = l.version")) + without(
        "coverage_corrected", ("elsif coverage_is_decisive(old, l)\n", "elsif false\n")),
                ["crook_raise"]),
    "rejudge": ("conditions are judged again when what they read is corrected", lambda: without(
        "coverage_corrected", ("set rejudge = true", "set rejudge = false")), ["crook_staff"]),
    "redraw": ("what is drawn again of a covered term loan is lent outside its cover", lambda: without(
        "claim_fold", ("case when l.revolving then 0 else cardinality(told) end", "0")), ["crook_redraw"]),
    "trigger": ("the trigger of the scheme", lambda: silent("claim_judge_trigger"), ["crook_cured", "too_early"]),
    "window": ("the term to claim", lambda: without(
        "claim_judge_trigger", ("case when c.received > last_day then", "case when false then")),
               ["late_claim", "crook_backdates"]),
    "back_dated": ("a paper that came earlier has evidence and is confirmed by two", lambda: without(
        "claim_judge_terms", ("if c.received > c.day or c.received < c.day - 30 then", "if false then")) + without(
        "claim_step_refusal", ("if c.step = 'accept' and (c.claim).received_on < (c.claim).on_day and c.maker is null then",
                               "if false then")), ["crook_backdates"]),
    "ledgers_loss": ("the loss is the ledger's, not what the bank says; nor is it asked back", lambda: untold() + without(
        "claim_judge_loss", ("least(coalesce(yuan_fen(told.loss_principal), most.principal_fen), most.principal_fen)",
                             "coalesce(yuan_fen(told.loss_principal), most.principal_fen)"),
        ("if c.claim_id is null and yuan_fen(told.loss_principal) > most.principal_fen then", "if false then")),
                     ["crook_undrawn"]),
    "elsewhere": ("no second claim of the same loan", lambda: silent("claim_judge_elsewhere") + afresh(), ["crook_twice"]),
    "again": ("a further claim is for what was not claimed", afresh, ["crook_again"]),
    "off": ("what came back counts, also where no event tells of it", lambda: without(
        "claim_past_of", ("p.off_fen := greatest(p.told_fen - (claim_shown_since(l.id, terms, p.first_at, known_at)).paid_fen, 0);",
                          "p.off_fen := 0;")), ["crook_again"]),
    "untold": ("what came back and was not remitted is owed", untold,
               ["crook_hidden_payment", "crook_kept_back", "crook_settled"]),
    "never_due": ("a claim that was never due gives all back", lambda: without(
        "claim_untold_fen", ("if f.state in ('active', 'matured') and f.bad_since is null\n", "if false\n"),
        ("cardinality((claim_trigger_problems(then_, (c).received_on, terms.trigger)).p) > 0", "false")),
                  ["crook_cured", "crook_settled"]),
    "costs": ("costs count when finance has accepted them", lambda: without(
        "claim_step_back", ("coalesce(c.amount_fen, 0) - coalesce(c.accepted_fen, 0)",
                            "greatest(coalesce(c.amount_fen, 0) - coalesce(c.costs_fen, 0), 0)")), ["crook_costs"]),
    "caps": ("limits of loan, firm, bank, year and pool", lambda: without(
        "claim_rooms", ("where cap.cap is not null", "where false")), ["crook_split", "limits"]),
    "breaker": ("the bank's bad-loan breaker", lambda: silent("claim_judge_pool"), ["crook_breaker"]),
    "breaker_day": ("the breaker counts what was covered before the default", lambda: without(
        "coverage_pool_over",
        ("if pool.bad * 1000000 > pool.owed * percent_ppm(terms.npl_breaker) then", "if false then")) + without(
        "claim_judge_pool", ("coalesce(claim_default_day(c), 'infinity')", "'infinity'")),
                    ["crook_breaker"]),
    "void": ("a void leaves a default in its pool", lambda: without(
        "coverage_life", ("if f.state <> 'voided' then", "if true then")), ["crook_void"]),
    "conditions": ("what the scheme does not take", lambda: silent("coverage_terms_problems") + without(
        "coverage_life_problems", ("if filed > f.drawn_on + terms.file_within_days then", "if false then")) + unflagged(
        "flag_rf26_ip_share_small", "flag_rf07_double_support"), ["crook_conditions"]),
    "release": ("a pledge that was released covers nothing", lambda: without(
        "claim_judge_terms", (
            "if (c.life).released_on <= coalesce(default_day, c.received)\n"
            "       or c.claimant <> 'guarantor' and (c.life).released_on is not null then", "if false then")) + without(
        "coverage_follow", ("or f.released_on is not null and f.overdue_since is null and f.bad_since is null", "")),
                ["crook_released"]),
    "two_schemes": ("what another scheme pays is no loss", lambda: without(
        "claim_judge_loss", ("if elsewhere > 0 then", "if false then")) + silent("claim_judge_elsewhere") + without(
        "coverage_life_problems", ("if default_day <= filed then", "if false then")) + without(
        "claim_judge_cover", ("if default_day < cover.on_day then", "if false then")), ["crook_two_schemes"]),
    "split": ("the fund's share to the fen (here: of the next fen)", lambda: without(
        "claim_split_loss", ("order by rest desc, n", "order by rest, n desc")), ["honest"]),
    "guarantor_window": ("of what a guarantor paid only that of the window counts", lambda: without(
        "claim_guaranteed_fen", ("c.received - (c.terms).claim_window_days", "null")), ["crook_guarantor"]),
    "guarantor_twice": ("a guarantor claims a payment once", lambda: silent("claim_judge_elsewhere") + afresh(),
                        ["crook_guarantor"]),
    "guarantor_back": ("what a guarantor did not pay after all is owed back", untold, ["crook_guarantor"]),
    "deductible": ("a deductible goes off before the share", lambda: without(
        "claim_layers", ("elsif y.deductible is not null then", "elsif false then")), ["honest_layers"]),
    "floor": ("below its floor a layer bears nothing", lambda: without(
        "claim_layers", ("if yuan_fen(y.floor) > net_loss then", "if false then")), ["floor_of_a_layer"]),
    "layer_cap": ("the cap of a layer", lambda: without(
        "claim_layers", ("if yuan_fen(y.cap) < due then", "if false then")), ["honest_layers"]),
    "two_funds": ("each fund pays from its own account", lambda: without(
        "claim_judge_split", ("filter (where x.fen > 0), '[]'),", "filter (where false), '[]'),")), ["honest_two_funds"]),
    "pause": ("a bank whose loans are bad is not covered", lambda: without(
        "coverage_pool_over", ("if pool.bad * 1000000 > pool.owed * percent_ppm((terms.pause).npl_ratio) then",
                                   "if false then"),
        ("if pool.bad > yuan_fen((terms.pause).amount) then", "if false then")), ["crook_paused"]),
    "leverage": ("cover within the leverage limit, in the order of recording", lambda: without(
        "coverage_pool_problems", ("if room < 0 then", "if false then")), ["crook_leverage"]),
    "aid_payer": ("interest that another paid is not the borrower's", lambda: without(
        "loan_interest_paid", ("and (e.payer is null or e.payer = 'borrower')", "")) + without(
        "loan_interest_within", ("(y.payer is null or y.payer = 'borrower') and", "true and")) + without(
        "loan_cases", ("and coalesce(v.payer, 'borrower') = 'borrower')::bigint as interest", ")::bigint as interest"))
        + without("subsidy_loan_more", ("and e.interest_fen is not null and coalesce(e.payer, 'borrower') = 'borrower'",
                                        "and e.interest_fen is not null")) + NO_RF08, ["crook_aid_unpaid"]),
    "aid_paid": ("no more than was paid counts, whatever ran", lambda: returning("loan_interest_paid", "99000000000::bigint")
                 + NO_RF08, ["crook_aid_unpaid"]),
    "aid_on_time": ("repaid by its guarantor is not repaid on time", lambda: without(
        "loan_cases", ("case when e.settled_on is null or e.paid_by_other then false end", "case when e.settled_on is null "
                       "then false end")), ["crook_aid_too_soon"]),
    "aid_drawn": ("awards are on what was drawn", lambda: without(
        "loan_cases", ("else least(l.amount_fen, coalesce(e.drawn,", "else greatest(l.amount_fen, coalesce(e.drawn,")),
                  ["crook_aid_undrawn"]),
    "aid_days": ("days of interest are given once", lambda: ONCE + without(
        "subsidy_loan_usage", ("select x.id, coalesce(n.city, false), coalesce(n.district, false), "
                               "coalesce(n.applications, 0), n.policies, u.days,",
                               "select x.id, coalesce(n.city, false), coalesce(n.district, false), "
                               "coalesce(n.applications, 0), n.policies, null::text,")) + unflagged("flag_rf07_double_support"),
                 ["careless_aid_twice", "crook_aid_version"]),
    "aid_credit": ("a credit is one, whatever its contract number", lambda: returning("subsidy_credit", "$1")
                   + silent("credit_problems") + unflagged("flag_rf29_one_credit", "flag_rf01_pledged_twice",
                                                           "flag_rf06_aid_of_two_districts"), ["crook_aid_twin"]),
    "aid_void": ("nothing is paid for a loan that was voided", lambda: without(
        "application_step_take", ("or loan_is_void(a.loan_id, null)", ""), ("application_moved(a)", "false")),
                 ["crook_aid_void"]),
    "aid_anew": ("a loan that was paid upon stays, or what was taken does when it is entered anew", lambda: returning(
        "subsidy_credit", "$1") + returning("loan_paid_upon", "null::text"), ["crook_aid_void"]),
    "aid_moved": ("what was decided on facts that changed is not paid", lambda: returning("application_moved", "false"),
                  ["crook_aid_raise", "crook_aid_premium_raised", "crook_aid_payer"]),
    "aid_audit": ("what came out later is flagged", lambda: unflagged(
        "flag_rf08_aid_beyond_cost", "flag_rf36_paid_on_changed_facts"), ["crook_aid_payer", "crook_aid_found_late"]),
    "aid_invoice": ("an invoice is one, however it is written", lambda: returning(
        "subsidy_invoice_unit", "'invoice ' || ($1 ->> 'seller') || ' ' || ($1 ->> 'invoice_no')"), ["crook_aid_invoice"]),
    "aid_invoice_once": ("an invoice is subsidised once", lambda: ONCE + silent("application_invoice_problems"),
                         ["crook_aid_invoice"]),
    "aid_premium": ("a fee and a premium of one insurance are one", lambda: silent("application_premium_problems") + without(
        "application_invoice_problems", ("and told > free", "and false")), ["crook_aid_premium"]),
    "aid_premium_once": ("a premium is subsidised once", lambda: ONCE + without(
        "subsidy_insurance_usage", ("u.unit = 'premium ' || insurance_unit(insurance)", "false")),
                         ["crook_aid_premium"]),
    "aid_award_once": ("an award is given once", lambda: ONCE + without(
        "subsidy_loan_usage", ("           u.items, coalesce(u.interest, 0)", "           null::text, coalesce(u.interest, 0)"))
                       + silent("credit_problems"), ["crook_aid_award"]),
    "aid_firm": ("limits of a firm count all of its codes", lambda: returning("subsidy_firm_codes", "array[$1]"),
                 ["crook_aid_limit", "crook_aid_insured_limit"]),
    "aid_firm_used": ("limits of a firm hold over its applications", lambda: without(
        "subsidy_firm_usage", ("and application_counts(a.state)", "and false")), ["crook_aid_limit"]),
    "aid_bank": ("limits of a bank hold over its loans", lambda: returning("subsidy_bank_used", "0::bigint"),
                 ["crook_aid_limit"]),
    "aid_loan": ("limits of a loan hold over its applications", lambda: returning("subsidy_loan_items", "null::text"),
                 ["crook_aid_loan_limit"]),
    "aid_papers": ("what the office states has its paper", lambda: silent("application_fact_problems"), ["crook_aid_facts"]),
    "aid_persons": ("who applied does not approve, who approved does not pay", lambda: without(
        "application_step_take", ("if person_is_me(maker) then", "if false then"))
                    + "alter table application_step drop constraint application_step_two_persons;", ["crook_aid_clerk"]),
    "aid_city": ("a rule that excludes the city's aid", lambda: without(
        "subsidy_loan_usage", ("select x.id, coalesce(n.city, false)", "select x.id, false")) + unflagged(
            "flag_rf06_aid_of_two_districts"), ["crook_aid_city"]),
    "aid_budget": ("no more is held and paid than a budget has", lambda: without(
        "account_open", ("values (code, kind, title, no_overdraft,", "values (code, kind, title, code !~ '^subsidy:',"),
        ("and a.no_overdraft = $4", "")), ["crook_aid_budget"]),
    "aid_queue": ("who waits is served when there is money again", lambda: without(
        "application_release_queue", ("    loop\n", "    loop\n exit;\n")), ["honest_aid_limits"]),
    "aid_rounding": ("to the fen: rounded half up, once", lambda: without(
        "loan_interest_within", ("return div(2 * whole + base, 2 * base)", "return div(whole, base)")),
                     ["honest_aid_two_windows", "honest_aid_later_event"]),
}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--each", type=int, default=6, help="histories of each kind")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--verbose", action="store_true")
    p.add_argument("rules", nargs="*")
    args = p.parse_args()
    dull = []
    print("| rule taken out | what it keeps | histories | fail | of which |\n|---|---|---|---|---|")
    for name in args.rules or RULES:
        what, sql, kinds = RULES[name]
        drawn = [stories.draw(kind, args.seed * 1000 + n) for kind in kinds for n in range(args.each)]
        results = play.play(drawn, harness.RELEASE_BIN, "begin; set check_function_bodies = off; %s commit" % sql())
        bad = [(run, wrong) for run, wrong in results if wrong]
        if args.verbose:
            for run, wrong in bad[:1] or results:
                print(play.tell(run, wrong))
        if not bad:
            dull.append(name)
        found = sorted({re.sub(r"[^a-z_ ].*", "", w) for _, wrong in bad for w in wrong})
        print("| %s | %s | %d | %d | %s |" % (name, what, len(drawn), len(bad), "; ".join(found)), flush=True)
    if dull:
        print("nobody noticed: " + ", ".join(dull))
    return 1 if dull else 0


if __name__ == "__main__":
    sys.exit(main())
