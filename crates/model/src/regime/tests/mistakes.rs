//! Every kind of mistake in a regime file, the line that it is told on and a piece
//! of the sentence that helps.

use super::*;

const SHIPPED: &str = include_str!("../../../../../regimes/changsha-2026/regime.toml");
const HUNAN: &str = include_str!("../../../../../regimes/changsha-2023/regime.toml");
const XIANNING: &str = include_str!("../../../../../regimes/xianning-2025/regime.toml");
const LUOHU: &str = include_str!("../../../../../regimes/luohu-2025/regime.toml");

/// One mistake: in which file, what is put in place of what, a text on the line that
/// must be named, and a piece of what must be said.
struct Mistake {
    text: &'static str,
    from: &'static str,
    to: &'static str,
    at: &'static str,
    said: &'static str,
}

const fn mistake(from: &'static str, to: &'static str, at: &'static str, said: &'static str) -> Mistake {
    Mistake { text: SHIPPED, from, to, at, said }
}

const fn of(text: &'static str, from: &'static str, to: &'static str, at: &'static str, said: &'static str) -> Mistake {
    Mistake { text, from, to, at, said }
}

/// Where it does not read at all: one is told, the first.
const UNREADABLE: &[Mistake] = &[
    mistake(
        "years_max                        =",
        "year_max                        =",
        "year_max                        =",
        "did you mean `years_max`?",
    ),
    mistake("renewal_years_max ", "renewal_year_max ", "renewal_year_max ", "did you mean `renewal_years_max`?"),
    mistake("[procedure.release]", "[procedure.relaese]", "[procedure.relaese]", "did you mean `release`?"),
    mistake("[procedure.scenario]", "[procedure.scenario_x]", "[procedure.scenario_x]", "did you mean `scenario`?"),
    mistake("evidence = \"minutes\"", "evidnce = \"minutes\"", "evidnce", "did you mean `evidence`?"),
    mistake("redevelopment ", "redevelopmnt ", "redevelopmnt ", "did you mean `redevelopment`?"),
    mistake("complaints_about =", "complaint_about =", "complaint_about =", "did you mean `complaints_about`?"),
    of(LUOHU, "suit_months  ", "suit_month  ", "suit_month  ", "did you mean `suit_months`?"),
    mistake("[workroom]", "[workrom]", "[workrom]", "did you mean `workroom`?"),
    mistake("by = \"operator\", source = \"五(二)\"", "by = \"operater\"", "operater", "did you mean `operator`?"),
    mistake(
        "grades_barred                 = { value = [\"core\"]",
        "grades_barred = { value = [\"cor\"]",
        "[\"cor\"]",
        "did you mean `core`?",
    ),
    mistake("[\"catalog_entry\", ", "[\"catalog_entri\", ", "catalog_entri", "did you mean `catalog_entry`?"),
    of(LUOHU, "{ value = [\"standard\"]", "{ value = [\"standart\"]", "standart", "did you mean `standard`?"),
    of(HUNAN, "\"masking\"", "\"maskng\"", "maskng", "did you mean `masking`?"),
    mistake("[\"industry\"]", "[\"industri\"]", "industri\"", "did you mean `industry`?"),
    mistake(
        "processor                   = { value = \"absent\"",
        "processor = { value = \"absnt\"",
        "absnt",
        "did you mean `absent`?",
    ),
    mistake("{ value = 5, source = \"三(三)\" }", "{ value = \"5\", source = \"三(三)\" }", "\"5\"", "without quotes"),
    mistake("{ value = 5, source = \"三(三)\" }", "{ value = 5.5, source = \"三(三)\" }", "5.5", "a whole number"),
    mistake(
        "{ value = 5, source = \"三(三)\" }",
        "{ value = -1, source = \"三(三)\" }",
        "-1",
        "too small or too large",
    ),
    mistake(
        "{ value = 5, source = \"三(三)\" }",
        "{ value = 300, source = \"三(三)\" }",
        "300",
        "too small or too large",
    ),
    mistake("{ value = 5, source = \"三(三)\" }", "5", "years_max                        = 5", "is written `{ value"),
    mistake(
        "{ value = 5, source = \"三(三)\" }",
        "{ source = \"三(三)\" }",
        "{ source = \"三(三)\" }",
        "is written `{ value",
    ),
    mistake(
        "must_be_graded                = { value = true",
        "must_be_graded = { value = \"yes\"",
        "\"yes\"",
        "true or false",
    ),
    mistake(
        "methods      = { value = [\"open_tender\", \"invited_tender\", \"negotiation\"]",
        "methods = { value = \"open_tender\"",
        "methods = ",
        "write a list",
    ),
    mistake("from = \"2026-03-05\"", "from = \"2026-02-30\"", "2026-02-30", "a day of the calendar"),
    mistake("from = \"2026-03-05\"", "from = \"soon\"", "\"soon\"", "a day of the calendar"),
    mistake(", years = 5, source = \"十一\" }", ", years = 5 }", "in_force  = {", "name the clause of the document"),
    mistake("version   = 1", "", "# 长沙市公共数据", "missing field `version`"),
    mistake(
        "term_is_in_principle             = { value = false, source = \"三(三)\" }\n",
        "",
        "[agreement]",
        "missing field `term_is_in_principle`",
    ),
    mistake("version   = 1", "version   = 1\nversion   = 2", "version   = 2", "keep one of the two"),
    mistake("version   = 1", "version   = ", "version   = ", "string"),
    mistake("status    = \"in_force\"", "status    = \"law\"", "\"law\"", "take one of these"),
    mistake(
        "[dossier.security_policy]",
        "[dossier.security_polcy]",
        "security_polcy",
        "did you mean `security_policy`?",
    ),
    mistake(
        "{ value = [\"gives_rights_away\"]",
        "{ value = [\"gives_rights\"]",
        "gives_rights\"",
        "`gives_rights_away`?",
    ),
    of(LUOHU, "one_a_scenario = ", "one_per_scenario = ", "one_per_scenario", "did you mean `one_a_scenario`?"),
    mistake("[\"organisation_structure\", ", "[\"组织架构\", ", "district_scheme_contents", "is no key"),
    mistake(
        "[procedure.district_scheme]\nsource",
        "[procedure.scheme_change]\nsource",
        "districts           = {",
        "a district's scheme is decided by it",
    ),
    of(
        LUOHU,
        "linked_to = { value",
        "district_scheme_contents = { value = [\"x\"], setting = true }\nlinked_to = { value",
        "district_scheme_contents",
        "`hierarchy.districts` is missing",
    ),
    of(
        LUOHU,
        "sends_up  = { value = [\"catalog_entry\"]",
        "sends_up = { value = []",
        "sends_up = {",
        "leave it out where nothing goes up",
    ),
    of(LUOHU, "look_back_years = 3", "look_back_years = -3", "look_back_years = -3", "too small or too large"),
    of(
        LUOHU,
        "higher_rules_prevail = { value = true, source = \"十二\" }",
        "higher_rules_prevail = { value = true, setting = 1 }",
        "higher_rules_prevail",
        "true or false",
    ),
    mistake("\"entities_contracted\"", "\"entities_contractd\"", "contractd", "did you mean `entities_contracted`?"),
];

/// Where it reads and cannot hold: all are told.
const IMPOSSIBLE: &[Mistake] = &[
    of(
        HUNAN,
        "value = \"2023-08-13\"",
        "value = \"2023-06-13\"",
        "comments_until",
        "lies before `public.comments_from`",
    ),
    of(LUOHU, "value = \"440303\"", "value = \"44030\"", "division  ", "a division code of six digits"),
    of(
        XIANNING,
        "consent_by = { value = \"regulator\", source = \"四(三)\" }",
        "consent_by = { value = \"operator\", source = \"四(三)\" }",
        "consent_by = { value = \"operator\"",
        "whose own paper it is",
    ),
    of(
        XIANNING,
        "consent_by = { value = \"regulator\", source = \"四(三)\" }",
        "consent_by = { value = \"regulator\", source = \"四(三)\" }\nfiled_with = { value = \"agency\", setting = true }",
        "filed_with = { value = \"agency\"",
        "has both `consent_by` and `filed_with`",
    ),
    of(
        XIANNING,
        "must_hold = { value = [\"gives_rights_away\"]",
        "must_hold = { value = [\"officer\"]",
        "must_hold = { value = [\"officer\"]",
        "which this paper cannot hold",
    ),
    of(
        LUOHU,
        "before         = { value = [\"run\"]",
        "before = { value = [\"admission\"]",
        "before = { value = [\"admission\"]",
        "before which no scenario is approved",
    ),
    mistake(
        "before    = { value = [\"delivery\"], setting = true }",
        "before = { value = [\"run\"], setting = true }",
        "before = { value = [\"run\"], setting",
        "in which no entity takes part",
    ),
    mistake(
        "before    = { value = [\"operator_agreement\"], setting = true }",
        "before = { value = [\"release_review\"], setting = true }",
        "before = { value = [\"release_review\"]",
        "the operator alone takes part",
    ),
    mistake(
        "[dossier.operation_rules]\nof     = [\"operator\"]",
        "[dossier.operation_rules]\nof     = [\"audit_admin\"]",
        "of     = [\"audit_admin\"]",
        "who has no dossier",
    ),
    mistake(
        "{ value = 10, source = \"六\" }",
        "{ value = 10 }",
        "network_log_years_min = ",
        "`logs.network_log_years_min` needs its clause",
    ),
    mistake(
        "{ value = 10, source = \"六\" }",
        "{ value = 10, source = \" \" }",
        "network_log_years_min = ",
        "`logs.network_log_years_min` needs its clause",
    ),
    mistake(
        "{ value = 180, setting = true }",
        "{ value = 180, setting = true, source = \"八\" }",
        "consent_days_max",
        "and not both",
    ),
    mistake(
        "{ value = 10, source = \"六\" }",
        "{ value = 10, source = \"setting\" }",
        "network_log_years_min = ",
        "write `setting = true`",
    ),
    mistake(
        "working_days_max = 3, source = \"N26 10\"",
        "working_days_max = 3",
        "\"acceptance\"",
        "`working_days_max` needs a clause",
    ),
    mistake(
        "settings = [\"signatures\", \"working_days_max\"]",
        "settings = [\"signatres\"]",
        "signatres",
        "did you mean `signatures`?",
    ),
    mistake(
        "settings = [\"working_days_max\"], source",
        "settings = [\"working_days_min\"], source",
        "working_days_min\"]",
        "but does not set it",
    ),
    mistake(
        "charged_uses   = { value = [\"industry\"]",
        "charged_uses   = { value = [\"industry\", \"public_welfare\"]",
        "charged_uses ",
        "both free and charged",
    ),
    of(XIANNING, "{ value = [25, 25, 25, 25]", "{ value = [25, 25, 25, 20]", "contribution_weights ", "sum to 95"),
    of(XIANNING, "{ value = [25, 25, 25, 25]", "{ value = [50, 50]", "contribution_weights ", "2 weights for 4 items"),
    of(XIANNING, "name = \"市财政局\"", "name = \"市政数局\" # again", "# again", "`市政数局` twice"),
    mistake(
        "by   = { value = \"finance\", setting = true }",
        "by   = { value = \"audit_admin\", setting = true }",
        "audit_admin\", setting",
        "decides nothing about money",
    ),
    of(
        LUOHU,
        "parties_consent        = { value = true",
        "parties_consent = { value = false",
        "[money]",
        "names nobody who consents",
    ),
    mistake("signatures = 2,", "signatures = 0,", "signatures = 0,", "asks for no signature"),
    mistake("signatures = 2,", "signatures = 21,", "signatures = 21,", "more than 20 signatures"),
    mistake("step = \"formal_review\"", "step = \"acceptance\"", "title = \"形式审核\"", "is there twice"),
    mistake("step = \"formal_review\"", "step = \"Formal Review\"", "title = \"形式审核\"", "a-z and `_` only"),
    mistake(
        "working_days_min = 10,",
        "working_days_min = 10, working_days_max = 10,",
        "working_days_min = 10,",
        "before it is overdue",
    ),
    mistake(
        "working_days_max = 20, source = \"N26 11\"",
        "working_days_max = 2000, source = \"N26 11\"",
        "= 2000",
        "name 1 to 1000",
    ),
    mistake("evidence = \"minutes\"", "evidence = \"minuets\"", "minuets", "did you mean `minutes`?"),
    mistake(
        "by = \"regulator\", working_days_min",
        "by = \"audit_admin\", working_days_min",
        "audit_admin\", working",
        "decides nothing",
    ),
    mistake("version   = 1", "version   = 0", "version   = 0", "counts from 1"),
    mistake("code      = \"changsha-2026\"", "code      = \"Chang sha\"", "Chang sha", "a-z, 0-9 and `-`"),
    mistake("years = 5, source = \"十一\"", "years = 0, source = \"十一\"", "years = 0", "leave it out where"),
    mistake("from = \"2026-03-05\", ", "", "in_force  = {", "has a first day"),
    mistake("from = \"2026-03-05\"", "from = \"1026-03-05\"", "1026", "from 2000 to 2100"),
    mistake("status    = \"in_force\"", "status    = \"draft\"", "in_force  = {", "the document is a draft"),
    mistake(
        "operator       = \"运营机构\"",
        "operator       = \"\"",
        "operator       = \"\"",
        "`words.operator` is empty",
    ),
    mistake("operator       = \"运营机构\"\n", "", "[words]", "`words.operator` is missing"),
    mistake("audit_admin    = \"GB/T 22239 8.1.5.2\"\n", "", "[duties]", "`duties.audit_admin` is missing"),
    mistake("{ value = [\"legal_person\"]", "{ value = []", "entity_kinds ", "is an empty list"),
    mistake(
        "{ value = [\"legal_person\"]",
        "{ value = [\"legal_persn\"]",
        "legal_persn",
        "did you mean `legal_person`?",
    ),
    mistake(
        "{ value = [\"renew\", \"reselect\"]",
        "{ value = [\"renew\", \"renew\"]",
        "at_expiry ",
        "names \"renew\" twice",
    ),
    mistake("\"operator_request\", \"breach\"", "\"operator_request\", \"braech\"", "braech", "did you mean `breach`?"),
    mistake("{ value = \"surplus\", source", "{ value = \"surplu\", source", "surplu\"", "did you mean `surplus`?"),
    mistake(
        "{ value = 5, source = \"三(三)\" }",
        "{ value = 0, source = \"三(三)\" }",
        "years_max                        = { value = 0",
        "is 0",
    ),
    mistake(
        "cell_count_min         = { value = 10",
        "cell_count_min         = { value = 1",
        "cell_count_min ",
        "hides nobody",
    ),
    mistake(
        "operator_may_not_redevelop       = { value = true",
        "operator_may_not_redevelop = { value = false",
        "redevelopment          =",
        "is in force, but",
    ),
    mistake(
        "redevelopment          = \"七(二)2\"\n",
        "",
        "operator_may_not_redevelop ",
        "`bans.redevelopment` is absent",
    ),
    mistake("{ value = \"absent\"", "{ value = \"apart\"", "\"apart\"", "there is no `[processor]`"),
    mistake(
        "allowed            = { value = [\"whole\", \"sector\"]",
        "allowed            = { value = [\"sector\"]",
        "default            =",
        "`mode.allowed` does not name",
    ),
    mistake(
        "approved_by            = { value = [\"agency\"]",
        "approved_by = { value = [\"regulator\"]",
        "approved_by = { value = [\"regulator\"]",
        "signs no step",
    ),
    mistake(
        "of           = \"operator\"\nby           = \"agency\"",
        "of           = \"operator\"\nby           = \"operator\"",
        "by           = \"operator\"",
        "assesses itself",
    ),
    mistake(
        "of           = \"source\"\nby           = \"regulator\"",
        "of   = \"operator\"\nby           = \"agency\"",
        "of   = \"operator\"",
        "assessed twice",
    ),
    mistake("due          = { value = \"03-31\"", "due          = { value = \"02-30\"", "02-30", "no day of the year"),
    of(LUOHU, "{ value = [25, 25, 25, 25], setting", "{ value = [25, 25, 25, 20], setting", "weights ", "sum to 95"),
    of(
        LUOHU,
        "{ value = [25, 25, 25, 25], setting",
        "{ value = [50, 50], setting",
        "weights ",
        "2 weights for 4 items",
    ),
    of(LUOHU, "look_back_years = 3", "look_back_years = 99", "look_back_years = 99", "50 at most"),
    of(
        LUOHU,
        "linked_to = { value",
        "districts = { value = \"city_approval\", source = \"七\" }\nlinked_to = { value",
        "districts = {",
        "a district has no districts",
    ),
    of(
        LUOHU,
        "to           = \"agency\"\nevery_months = { value = 6",
        "to           = \"operator\"\nevery_months = { value = 6",
        "to           = \"operator\"",
        "goes to whoever writes it",
    ),
    of(
        LUOHU,
        "every_months = { value = 6, source = \"九(一)\"",
        "every_months = { value = 5, source = \"九(一)\"",
        "every_months = { value = 5",
        "5 months divide no year",
    ),
    of(
        LUOHU,
        "[[disclosure]]\nby           = \"operator\"\nevery_months = { value = 12",
        "[[disclosure]]\nby           = \"operator\"\nevery_months = { value = 24",
        "every_months = { value = 24",
        "24 months divide no year",
    ),
    of(LUOHU, "name         = \"operation\"", "name = \"security\" # again", "# again", "is there twice"),
    of(
        LUOHU,
        "every_months = { value = 3, source",
        "every_months = { value = 0, source",
        "every_months = { value = 0",
        "is 0",
    ),
    of(
        HUNAN,
        "renewal_months_before            = { value = 3",
        "renewal_months_before = { value = 36",
        "renewal_months_before",
        "as long as the term",
    ),
    of(
        HUNAN,
        "provider_reviews       = { value = true",
        "one_more = { value = true",
        "one_more",
        "unknown field `one_more`",
    ),
    of(
        HUNAN,
        "processor                   = { value = \"apart\"",
        "processor = { value = \"absent\"",
        "[processor]",
        "say one of both",
    ),
    mistake(
        "code = \"encryption\"",
        "code = \"access_control\"",
        "拥有成熟的访问控制能力",
        "names the code `access_control` twice",
    ),
    mistake("code = \"encryption\"", "code = \"Encryption\"", "\"Encryption\"", "is no code"),
    of(LUOHU, "look_back_years = 3", "look_back_years = 51", "look_back_years = 51", "50 at most"),
    of(LUOHU, "counts = { value = [\"incident\"]", "counts = { value = []", "counts = { value = []", "empty list"),
    of(
        HUNAN,
        "third_party_experts = { value = true",
        "third_party_experts = { value = false",
        "experts_min ",
        "does not ask for",
    ),
    of(HUNAN, "processor      = \"15\"\n", "", "[duties]", "`duties.processor` is missing"),
    of(HUNAN, "processor      = \"数据加工主体\"\n", "", "[words]", "`words.processor` is missing"),
    of(
        HUNAN,
        "on_orders_only    = { value = true",
        "on_orders_only    = { value = false",
        "on_orders_only ",
        "computes on orders only",
    ),
    of(
        SHIPPED,
        "operator       = \"运营机构\"",
        "operator       = \"运营机构\"\nprocessor = \"加工主体\"",
        "processor = ",
        "`words.processor` is there, but `roles.processor` is `absent`",
    ),
    of(
        SHIPPED,
        "by = \"operator\", source = \"五(二)\"",
        "by = \"processor\", source = \"五(二)\"",
        "by = \"processor\"",
        "is signed by a `processor`, whom nobody is here",
    ),
    of(
        LUOHU,
        "{ move = \"report_done\",",
        "{ move = \"talk\", by = \"processor\" },\n  { move = \"report_done\",",
        "[matter.rectification]",
        "names a `processor`, whom nobody is here",
    ),
    of(HUNAN, "in_force  = { source", "in_force  = { from = \"2023-07-13\", source", "in_force  =", "leave it out"),
    mistake("name    = \"market_thrives\"", "name = \"system_established\"", "name = \"system_est", "is there twice"),
    mistake("due     = \"2026-12-31\"\n", "", "[[milestone]]", "either its day (`due`) or its phase"),
    of(
        LUOHU,
        "met_by  = \"schemes_in_force\"",
        "met_by  = \"schemes_in_force\"\ncites = \"operators_selected\"",
        "cites = \"operators_selected\"",
        "leave `cites` out",
    ),
    of(
        HUNAN,
        "[bans]",
        "[[milestone]]\nname = \"x\"\ntitle = \"x\"\ndue = \"2026-12-31\"\nmet_by = \"entities_admitted\"\nsource = \"x\"\n\n[bans]",
        "[[milestone]]",
        "nothing here makes one",
    ),
];

/// The line of a text, counted from 1.
#[track_caller]
fn line_of_text(text: &str, at: &str) -> usize {
    let Some(line) = text.lines().position(|line| line.contains(at)) else { panic!("{at:?} stands nowhere") };
    line + 1
}

#[track_caller]
fn check(mistake: &Mistake) {
    let Mistake { text, from, to, at, said } = mistake;
    assert!(text.contains(from), "the file no longer says {from:?}");
    let text = text.replacen(from, to, 1);
    let Err(error) = Regime::parse("x.toml", &text) else { panic!("{to:?} was let through") };
    let told = match &error {
        RegimeError::Shape { line, what, hint, .. } => vec![(*line, format!("{what}{hint}"))],
        RegimeError::Faults { faults, .. } => faults.iter().map(|fault| (fault.line, fault.what.clone())).collect(),
    };
    let line = line_of_text(&text, at);
    let is_told = told.iter().any(|(on, what)| *on == line && what.contains(said));
    assert!(is_told, "{to:?}: expected {said:?} on line {line}, was told {told:?}");
    let sentence = error.to_string();
    assert!(sentence.contains("`x.toml`") && sentence.contains(&format!("line {line}: ")), "{sentence}");
}

#[test]
fn what_does_not_read_names_its_line_and_helps() {
    UNREADABLE.iter().for_each(check);
}

#[test]
fn what_cannot_hold_names_its_line_and_helps() {
    IMPOSSIBLE.iter().for_each(check);
    assert!(UNREADABLE.len() + IMPOSSIBLE.len() >= 50);
}

#[test]
fn every_fault_is_told_at_once_in_the_order_of_lines() {
    let text = SHIPPED.replacen("{ value = 10, source = \"六\" }", "{ value = 10 }", 1);
    let text = text.replacen("version   = 1", "version   = 0", 1).replacen("signatures = 2,", "signatures = 0,", 1);
    let Err(RegimeError::Faults { faults, .. }) = Regime::parse("x.toml", &text) else { panic!("three faults") };
    let lines: Vec<usize> = faults.iter().map(|fault| fault.line).collect();
    let expected = ["version   = 0", "network_log_years_min", "signatures = 0,"].map(|at| line_of_text(&text, at));
    assert_eq!(lines, expected, "{faults:?}");
}

#[test]
fn the_national_file_is_told_the_same_way() {
    let rows = [
        ("{ value = 60, source = \"N26 15\" }", "{ value = 60 }", "renewal_days_before", "needs its clause"),
        (
            "report_due                    = { value = \"03-31\"",
            "report_due = { value = \"31-03\"",
            "31-03",
            "no day of the year",
        ),
        (
            "evaluation_years_max ",
            "evaluation_year_max ",
            "evaluation_year_max",
            "did you mean `evaluation_years_max`?",
        ),
        ("short    = \"N26\"", "short    = \"N27\"", "short    = \"N27\"", "is there twice"),
        ("version = 1", "version = 0", "version = 0", "counts from 1"),
    ];
    for (from, to, at, said) in rows {
        let text = NATIONAL.replacen(from, to, 1);
        let Err(error) = National::parse("national.toml", &text) else { panic!("{to:?} was let through") };
        let error = error.to_string();
        assert!(error.contains(said), "{error}");
        // The second of two short names is the one that is told.
        let line =
            text.lines().enumerate().filter(|(_, line)| line.contains(at)).last().map_or(0, |(line, _)| line + 1);
        assert!(error.contains(&format!("line {line}: ")), "{to:?}: line {line}: {error}");
    }
}
