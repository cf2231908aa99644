//! Figures that an assessed operator tells, beside what the log holds; and the result on
//! paper, with marks, total and what was missing.

use shuyu_casework::{MatterMove, NewItem, NewMatter};
use shuyu_model::id::MatterId;
use shuyu_registry::testing::digest;

use super::usage::used;
use super::*;

async fn moves(office: &Office, actor: &Actor, id: &MatterId, name: &str, facts: &[(&str, &str)]) {
    let casework = &office.documents.stations().casework;
    let seen_version = casework.matter(id, actor).await.unwrap().unwrap().item.version;
    let named = MatterMove {
        name: name.to_owned(),
        reason: "looked at all of it".to_owned(),
        evidence: Some(digest(office.town.ledger(), name)),
        facts: facts.iter().map(|(key, told)| ((*key).to_owned(), (*told).to_owned())).collect(),
        due_day: None,
        cites: Vec::new(),
        assignee: None,
        seen_version,
    };
    allowed(casework.make_move(actor, id, named).await.unwrap());
}

#[tokio::test]
async fn figures_that_differ_from_the_log_are_flagged_and_hold_the_result_up() {
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let office = used(&ledger).await;
    let (agency, operator) = (office.town.agency.clone(), office.town.operator[0].clone());
    let casework = office.documents.stations().casework.clone();
    let new = NewMatter {
        kind: MatterKind::Assessment,
        subject: operator.organisation.to_string(),
        counterparty: None,
        title: "年度考核".to_owned(),
        facts: BTreeMap::new(),
        cites: Vec::new(),
    };
    let id = allowed(casework.open_matter(&agency[0], new).await.unwrap());
    // What was used up to now is in the log; the item is given after it.
    office.advance_to(2026, 6, 20);
    let item = |item: &str, figures: &[(&str, i64)]| NewItem {
        item: item.to_owned(),
        document: digest(&ledger, item),
        statement: digest(&ledger, "真实性承诺"),
        figures: figures.iter().map(|(key, count)| ((*key).to_owned(), *count)).collect(),
    };
    let odd = item("市场运营", &[("profit", 1)]);
    assert!(casework.give_item(&operator, &id, odd).await.is_err(), "no figure that the platform counts");
    let given = item("市场运营", &[("calls", 2), ("incidents", 0)]);
    allowed(casework.give_item(&operator, &id, given).await.unwrap());
    let told = office.documents.told_figures(&agency[0], &id).await.unwrap();
    let told: Vec<_> = told.iter().map(|one| (one.figure, one.told, one.counted, one.is_flagged)).collect();
    assert_eq!(told, [("calls", 2, 3, true), ("incidents", 0, 0, false)]);
    assert!(office.documents.told_figures(&office.town.bank[0], &id).await.is_err(), "none of a bank's business");
    moves(&office, &operator, &id, "submit_material", &[]).await;
    let marks = [("value", "90"), ("safety", "80"), ("quality", "70"), ("compliance", "61")];
    moves(&office, &agency[0], &id, "score", &marks).await;
    moves(&office, &agency[1], &id, "confirm", &[("result", "passed")]).await;
    let paper = NewDocument { about: Some(id.to_string()), ..new_result() };
    assert_eq!(office.may_not(&agency[0], &paper).await, ["DOC-010"]);
    let why = [("use_of_result", "改进"), ("figures_explained", "一次调用为测试,已核实")];
    moves(&office, &agency[0], &id, "apply", &why).await;
    let issued = office.issued(&agency[0], &paper).await;
    let shown = office.documents.file(Some(&agency[0]), &issued.id, Shape::Html).await.unwrap().unwrap().1;
    let html = String::from_utf8(shown.to_vec()).unwrap();
    for part in ["75.25", "通过", "不一致", "一次调用为测试", "未提供", "授权存储", "安全性"] {
        assert!(html.contains(part), "{part} in {html}");
    }
}

fn new_result() -> NewDocument {
    new(DocumentKind::AssessmentResult)
}
