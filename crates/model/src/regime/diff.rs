//! What changes between two rule sets, and for whom, in plain Chinese: two versions
//! of one city's, or two cities'.
//!
//! Not here: the words of each path (`labels`), the command that shows it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::labels::{Label, label};
use super::{
    Choice, CiteRule, Hold, Maker, MatterRules, MoveRule, NoticeRule, Passage, Proposal, Raise, Regime, Reserved,
    ToldForm, words,
};
use crate::actor::Role;
use crate::matter::Machine;

/// One thing on which two rule sets differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// `agreement.years_max`.
    pub path: String,
    /// Whom it concerns.
    pub whom_zh: &'static str,
    /// What the path is called.
    pub title_zh: String,
    /// The whole in one sentence: for whom, what, from what to what.
    pub what_zh: String,
    /// What the first says; `None` where it says nothing.
    pub a: Option<String>,
    /// What the second says; `None` where it says nothing.
    pub b: Option<String>,
    /// The clauses of both, or that a city chose it.
    pub clauses: Vec<String>,
}

/// A value of a rule set, in the words of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// `agreement.years_max`.
    pub path: String,
    /// Whom it concerns.
    pub whom_zh: &'static str,
    /// What it is called.
    pub title_zh: String,
    /// What is said.
    pub text: String,
    /// The clause that it comes from; `None` where the document gives none.
    pub clause: Option<String>,
}

/// Everything that a rule set says, by path.
pub fn stated(regime: &Regime) -> Vec<Stated> {
    let one = |(path, said): (String, Said)| {
        let Label { whom, what } = label(&path);
        let clause = said.clause.filter(|clause| clause != SETTING).map(|clause| regime.cite_clause(&clause));
        Stated { path, whom_zh: whom, title_zh: what, text: said.text, clause }
    };
    flat(regime).into_iter().map(one).collect()
}

/// The word of a value for which the document has no clause.
const SETTING: &str = "setting";

/// What a rule set says at one path.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    text: String,
    clause: Option<String>,
}

/// Everything on which two rule sets differ, by path. That the same value stands in
/// another clause is no difference.
pub fn diff(a: &Regime, b: &Regime) -> Vec<Difference> {
    let (said_a, said_b) = (flat(a), flat(b));
    let mut paths: Vec<&String> = said_a.keys().chain(said_b.keys()).collect();
    paths.sort();
    paths.dedup();
    let differs = |path: &&String| said_a.get(*path).map(|said| &said.text) != said_b.get(*path).map(|said| &said.text);
    paths
        .into_iter()
        .filter(differs)
        .map(|path| difference(path, (a, said_a.get(path)), (b, said_b.get(path))))
        .collect()
}

/// Every path at which a rule set says something.
pub fn paths(regime: &Regime) -> Vec<String> {
    flat(regime).into_keys().collect()
}

fn difference(path: &str, a: (&Regime, Option<&Said>), b: (&Regime, Option<&Said>)) -> Difference {
    let Label { whom, what } = label(path);
    let silent = if path.starts_with("bans.") { "未禁止" } else { "未规定" };
    let text = |said: Option<&Said>| said.map_or_else(|| silent.to_owned(), |said| format!("“{}”", said.text));
    let clause = |(regime, said): (&Regime, Option<&Said>)| {
        let clause = said.and_then(|said| said.clause.as_deref())?;
        Some(regime.cite_clause(clause))
    };
    Difference {
        path: path.to_owned(),
        whom_zh: whom,
        title_zh: what.clone(),
        what_zh: format!("对{whom}:{what}由{}改为{}", text(a.1), text(b.1)),
        a: a.1.map(|said| said.text.clone()),
        b: b.1.map(|said| said.text.clone()),
        clauses: [clause(a), clause(b)].into_iter().flatten().collect(),
    }
}

/// What identifies a rule set is no rule of it.
const IDENTITY: [&str; 5] = ["code", "version", "number", "issued_on", "published_on"];

fn flat(regime: &Regime) -> BTreeMap<String, Said> {
    let mut said = BTreeMap::new();
    let Ok(Value::Object(root)) = serde_json::to_value(regime) else { return said };
    for (section, value) in &root {
        match section.as_str() {
            known if IDENTITY.contains(&known) => {}
            "bans" => {
                for (ban, clause) in value.as_object().into_iter().flatten() {
                    let clause = clause.as_str().map(str::to_owned);
                    said.insert(format!("bans.{ban}"), Said { text: "禁止".to_owned(), clause });
                }
            }
            "procedure" => procedures(regime, &mut said),
            "matter" => matters(regime, &mut said),
            "duties" => {
                // A role's duties differ by where they stand, which is no difference.
            }
            _ => walk(section, value, None, &mut said),
        }
    }
    said
}

fn walk(path: &str, value: &Value, clause: Option<&str>, said: &mut BTreeMap<String, Said>) {
    match value {
        Value::Null => {}
        Value::Object(table) if table.contains_key("value") => {
            let clause = table.get("source").and_then(Value::as_str).unwrap_or(SETTING);
            let text = table.get("value").map(|value| shown(path, value)).unwrap_or_default();
            said.insert(path.to_owned(), Said { text, clause: Some(clause.to_owned()) });
        }
        Value::Object(table) => {
            let clause = table.get("source").and_then(Value::as_str).or(clause);
            for (key, inner) in table.iter().filter(|(key, _)| key.as_str() != "source") {
                walk(&format!("{path}.{key}"), inner, clause, said);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => tables(path, items, said),
        Value::Array(items) if items.is_empty() => {}
        plain => {
            said.insert(path.to_owned(), Said { text: shown(path, plain), clause: clause.map(str::to_owned) });
        }
    }
}

/// Lists of tables: conditions are told in one text, duties each under their own name.
fn tables(path: &str, items: &[Value], said: &mut BTreeMap<String, Said>) {
    let items: Vec<&Map<String, Value>> = items.iter().filter_map(Value::as_object).collect();
    if ["conditions", "disqualifications", "repeals"].iter().any(|of| path.ends_with(of)) {
        let text = |item: &&Map<String, Value>, key: &str| item.get(key).and_then(Value::as_str).map(str::to_owned);
        let one = |item: &&Map<String, Value>| {
            let what = ["what", "ground", "number"].into_iter().find_map(|key| text(item, key)).unwrap_or_default();
            let fine = item.get("fine_fen_min").and_then(|fine| fine.get("value")?.as_i64());
            let what = fine.map_or_else(|| what.clone(), |fen| format!("{what}({}元以上)", fen / 100));
            let years = item.get("look_back_years").and_then(Value::as_u64);
            let what = years.map_or_else(|| what.clone(), |years| format!("{what}(近{years}年)"));
            let counts = item.get("counts").and_then(|counts| counts.get("value"));
            counts.map_or_else(|| what.clone(), |counts| format!("{what}(计入{})", shown("", counts)))
        };
        let mut clauses: Vec<String> = items.iter().filter_map(|item| text(item, "source")).collect();
        clauses.dedup();
        let texts: Vec<String> = items.iter().map(one).collect();
        said.insert(path.to_owned(), Said { text: texts.join("；"), clause: Some(clauses.join(",")) });
        return;
    }
    if path == "money.consent" {
        let by =
            |item: &&Map<String, Value>| item.get("by").and_then(|by| by.get("source")?.as_str()).map(str::to_owned);
        let names: Vec<&str> = items.iter().filter_map(|item| item.get("name")?.as_str()).collect();
        let clause = items.iter().find_map(by).unwrap_or_else(|| SETTING.to_owned());
        said.insert(path.to_owned(), Said { text: names.join("、"), clause: Some(clause) });
        return;
    }
    let named = |item: &Map<String, Value>, key: &str| item.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut seen: Vec<String> = Vec::new();
    for item in items {
        let mut item = item.clone();
        // A goal has no other Chinese name than what it says.
        if let (true, Some(title)) = (path == "milestone", named(&item, "title")) {
            item.insert("name".to_owned(), Value::String(title));
        }
        let own = ["name", "of", "by"].into_iter().find_map(|key| named(&item, key)).unwrap_or_default();
        let full = format!("{own}/{}", ["by", "to"].into_iter().find_map(|key| named(&item, key)).unwrap_or_default());
        let name = if seen.contains(&own) { full } else { own };
        walk(&format!("{path}.{name}"), &Value::Object(item), None, said);
        seen.push(name);
    }
}

fn procedures(regime: &Regime, said: &mut BTreeMap<String, Said>) {
    for (kind, procedure) in &regime.procedure {
        let step = |step: &super::Step| {
            let mut more = vec![regime.word(step.by).to_owned()];
            if step.signatures > 1 {
                more.push(format!("{}人签署", step.signatures));
            }
            more.extend(step.working_days_max.map(|days| format!("{days}个工作日内")));
            more.extend(step.working_days_min.map(|days| format!("至少{days}个工作日")));
            more.extend(step.receipt.then(|| "备案回执".to_owned()));
            more.extend(step.evidence.as_deref().map(|paper| format!("凭{}", words::zh(paper))));
            more.extend(step.findings.iter().map(|key| words::zh(key).to_owned()));
            format!("{}({})", step.title, more.join(","))
        };
        let steps: Vec<String> = procedure.steps.iter().map(step).collect();
        let clause = Some(procedure.source.clone());
        let path = format!("procedure.{}", kind.word());
        said.insert(format!("{path}.steps"), Said { text: steps.join(" → "), clause });
        let copy = |filing: &super::Filing| {
            let to = filing.recipients().map(|body| match Role::parse(body.word()) {
                Some(role) => regime.word(role),
                None => body.zh(),
            });
            format!("报{}备案({}个工作日内)", to.collect::<Vec<_>>().join("、"), filing.working_days_max.value)
        };
        if let Some(first) = procedure.file.first() {
            let copies: Vec<String> = procedure.file.iter().map(copy).collect();
            said.insert(format!("{path}.file"), Said { text: copies.join("；"), clause: Some(first.source.clone()) });
        }
    }
}

/// A matter is told by its moves, in the order of the file: what, by whom, by when.
fn matters(regime: &Regime, said: &mut BTreeMap<String, Said>) {
    let maker = |maker: &Maker| match maker {
        Maker::Role(role) => regime.word(*role).to_owned(),
        Maker::Opener => "发起单位".to_owned(),
        Maker::Counterparty => "对方".to_owned(),
        Maker::Concerned => "所涉单位".to_owned(),
        Maker::Platform => "平台".to_owned(),
    };
    for (kind, rules) in &regime.matter {
        let machine = kind.machine();
        let told = |rule: &MoveRule| {
            let mut more = vec![rule.by.0.iter().map(maker).collect::<Vec<_>>().join("或")];
            more.extend(rule.working_days_max.map(|days| format!("{days}个工作日内")));
            more.extend(rule.working_days_min.map(|days| format!("至少{days}个工作日")));
            let to: Vec<&str> = rule.to.iter().map(|role| regime.word(*role)).collect();
            more.extend(to.first().map(|_| format!("交{}", to.join("或"))));
            format!("{}({})", rule.title(machine), more.join(","))
        };
        let mut say = |key: &str, text: String, clause: Option<&str>| {
            let clause = Some(clause.unwrap_or("setting").to_owned());
            said.insert(format!("matter.{}.{key}", kind.word()), Said { text, clause });
        };
        let moves: Vec<String> = rules.moves.iter().map(told).collect();
        say("moves", moves.join("；"), Some(&rules.source));
        let openers: Vec<&str> = rules.open_by.iter().map(|role| regime.word(*role)).collect();
        say("open_by", openers.join("、"), Some(&rules.source));
        for contents in &rules.contents_required {
            let at = machine.row(&contents.at).map_or("发起", |row| row.title);
            say("contents_required", format!("{at}时须有{}项", contents.keys.len()), Some(&contents.source));
        }
        asked_of(regime, rules, &mut say);
        ending_of(regime, machine, rules, &mut say);
        let flags = [
            ("required_for_use", &rules.required_for_use),
            ("counterparty_decides", &rules.counterparty_decides),
            ("opened_at_expiry", &rules.opened_at_expiry),
        ];
        for (key, flag) in flags.into_iter().filter_map(|(key, flag)| Some((key, flag.as_ref()?))) {
            say(key, shown(key, &Value::Bool(flag.value)), flag.source.as_deref());
        }
        if let Some(rule) = &rules.opinions {
            let at = machine.row(&rule.at).map_or("", |row| row.title);
            say("opinions", format!("{at}前须听取相关单位意见"), Some(&rule.source));
        }
        if let Some(months) = &rules.every_months {
            say("every_months", format!("{}个月", months.value), months.source.as_deref());
        }
        if let Some(parts) = &rules.parts {
            let areas: Vec<&str> = parts.value.iter().map(|part| words::zh(part)).collect();
            say("parts", areas.join("、"), parts.source.as_deref());
        }
    }
}

/// What a matter asks for beside its moves, in words.
fn asked_of(regime: &Regime, rules: &MatterRules, say: &mut impl FnMut(&str, String, Option<&str>)) {
    let words = |roles: &[Role]| roles.iter().map(|role| regime.word(*role)).collect::<Vec<_>>().join("、");
    let on: Vec<String> =
        rules.open_on.iter().map(|(role, on)| format!("{}对{}", regime.word(*role), words(on))).collect();
    if !on.is_empty() {
        say("open_on", on.join("；"), Some(&rules.source));
    }
    let choice = |choice: &Choice| {
        let values: Vec<&str> = choice.values.iter().map(|value| words::zh(value)).collect();
        format!("{}:{}", words::zh(&choice.key), values.join("、"))
    };
    if let Some(first) = rules.choices.first() {
        let told: Vec<String> = rules.choices.iter().map(choice).collect();
        say("choices", told.join("；"), Some(&first.source));
    }
    let form = |told: &ToldForm| format!("{}:{}", words::zh(&told.key), words::zh(told.form.word()));
    if let Some(first) = rules.forms.first() {
        let told: Vec<String> = rules.forms.iter().map(form).collect();
        say("forms", told.join("；"), Some(&first.source));
    }
    let cite = |rule: &CiteRule| {
        let of: Vec<&str> = rule.of.iter().map(|of| of.zh()).collect();
        let grounds: Vec<&str> = rule.grounds.iter().map(|ground| words::zh(ground)).collect();
        let when = grounds.first().map(|_| format!("({})", grounds.join("、"))).unwrap_or_default();
        format!("{}{when}", of.join("或"))
    };
    if let Some(first) = rules.cites_required.first() {
        let told: Vec<String> = rules.cites_required.iter().map(cite).collect();
        say("cites_required", told.join("；"), Some(&first.source));
    }
    followed_of(regime, rules, say);
}

/// What is followed in a matter, in words.
fn followed_of(regime: &Regime, rules: &MatterRules, say: &mut impl FnMut(&str, String, Option<&str>)) {
    let notice = |rule: &NoticeRule| {
        let mut to: Vec<&str> = rule.to.iter().map(|role| regime.word(*role)).collect();
        to.extend(rule.concerned.then_some("所涉单位"));
        format!("{}({}个工作日内签收)", to.join("、"), rule.working_days_max.value)
    };
    if let Some(first) = rules.notices.first() {
        let told: Vec<String> = rules.notices.iter().map(notice).collect();
        say("notices", told.join("；"), Some(&first.source));
    }
    if let Some(first) = rules.times.first() {
        let told: Vec<&str> = rules.times.iter().map(|told| words::zh(&told.key)).collect();
        say("times", told.join("、"), Some(&first.source));
    }
    if let Some(plan) = &rules.plan {
        say("plan", "按备案预案逐步处置".to_owned(), Some(&plan.source));
    }
    if let Some(at_once) = &rules.at_once {
        say("at_once", shown("at_once", &Value::Bool(at_once.value)), at_once.source.as_deref());
    }
}

/// How an agreement ends, in words.
fn ending_of(
    regime: &Regime,
    machine: &Machine,
    rules: &MatterRules,
    say: &mut impl FnMut(&str, String, Option<&str>),
) {
    let title = |word: &str| machine.row(word).map_or("发起", |row| row.title);
    if let Some(first) = rules.passages_required.first() {
        let told = |one: &Passage| format!("{}先于{}", title(&one.after), title(&one.at));
        let told: Vec<String> = rules.passages_required.iter().map(told).collect();
        say("passages_required", told.join("；"), Some(&first.source));
    }
    if let Some(first) = rules.reserved.first() {
        let told = |one: &Reserved| {
            let on: Vec<&str> = one.on.iter().map(|role| regime.word(*role)).collect();
            let by: Vec<&str> = one.by.0.iter().map(|maker| words::zh(maker.word())).collect();
            format!("对{}的{}由{}", on.join("、"), title(&one.at), by.join("、"))
        };
        let told: Vec<String> = rules.reserved.iter().map(told).collect();
        say("reserved", told.join("；"), Some(&first.source));
    }
    if let Some(first) = rules.holds.first() {
        let told = |hold: &Hold| {
            let states: Vec<&str> =
                hold.states.iter().map(|state| machine.state(state).map_or(state.as_str(), |one| one.title)).collect();
            let held: Vec<&str> = hold.procedures.iter().map(|kind| kind.zh()).collect();
            format!("{}时停办{}", states.join("、"), held.join("、"))
        };
        let told: Vec<String> = rules.holds.iter().map(told).collect();
        say("holds", told.join("；"), Some(&first.source));
    }
    if let Some(first) = rules.raises.first() {
        let told = |raise: &Raise| {
            let when: Vec<&str> = raise.told.values().map(|told| words::zh(told)).collect();
            format!("{}的,由{}启动{}", when.join("、"), regime.word(raise.by), raise.opens.machine().title)
        };
        let told: Vec<String> = rules.raises.iter().map(told).collect();
        say("raises", told.join("；"), Some(&first.source));
    }
    if let Some(roles) = &rules.under_agreement {
        let told: Vec<&str> = roles.value.iter().map(|role| regime.word(*role)).collect();
        say("under_agreement", told.join("、"), roles.source.as_deref());
    }
    if let Some(first) = rules.proposed_on.first() {
        let told = |one: &Proposal| format!("{}({})", one.of.zh(), words::zh(&one.ground));
        let told: Vec<String> = rules.proposed_on.iter().map(told).collect();
        say("proposed_on", told.join("；"), Some(&first.source));
    }
    if let Some(hands) = &rules.hands_over {
        let told: Vec<&str> = hands.value.iter().map(|handing| handing.zh()).collect();
        say("hands_over", told.join("、"), hands.source.as_deref());
    }
    if let Some(days) = &rules.deliveries_go_on_days {
        say("deliveries_go_on_days", format!("{}天", days.value), days.source.as_deref());
    }
}

fn shown(path: &str, value: &Value) -> String {
    match value {
        Value::Bool(true) => "是".to_owned(),
        Value::Bool(false) => "否".to_owned(),
        Value::Number(number) => format!("{number}{}", unit(path)),
        Value::String(text) => words::zh(text).to_owned(),
        Value::Array(items) => items.iter().map(|item| shown(path, item)).collect::<Vec<_>>().join("、"),
        Value::Object(_) | Value::Null => String::new(),
    }
}

/// The unit that the last word of a path names.
fn unit(path: &str) -> &'static str {
    const UNITS: [(&str, &str); 12] = [
        ("working_days", "个工作日"),
        ("years", "年"),
        ("months", "个月"),
        ("hours", "小时"),
        ("days", "天"),
        ("seconds", "秒"),
        ("mebibytes", "兆字节"),
        ("bytes", "字节"),
        ("rows", "行"),
        ("row_matches", "行"),
        ("chars", "字"),
        ("weights", "%"),
    ];
    let last = path.rsplit('.').next().unwrap_or_default();
    UNITS.iter().find(|(word, _)| last.contains(word)).map_or("", |(_, unit)| unit)
}
