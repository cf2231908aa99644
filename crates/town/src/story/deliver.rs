//! Chapter six: products, prices, contracts and consent; then answers and files,
//! each with a receipt; then the end of an agreement, which ends access at once.

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::cases;
use super::client::{Reply, items, number, text};
use super::compute::GOOD;
use super::dossier::ENTITY_SYSTEM;
use super::signing::SigningClient;
use super::world::document_digest;
use super::{World, authorise, truth};
use crate::city::City;

/// Who may have which product, for what use, in which unit, at what price.
struct Offer {
    word: &'static str,
    /// The entity's word, and who signs for it.
    entity: (&'static str, &'static str),
    use_kind: &'static str,
    price: Option<(&'static str, i64)>,
}

const OFFERS: [Offer; 3] = [
    Offer {
        word: "verification",
        entity: ("bank", "qin.yue"),
        use_kind: "industry",
        price: Some(("call", VERIFICATION_PRICE_FEN)),
    },
    Offer {
        word: "parking",
        entity: ("bank", "qin.yue"),
        use_kind: "industry",
        price: Some(("file", PARKING_PRICE_FEN)),
    },
    Offer { word: "districts", entity: ("welfare", "xia.ning"), use_kind: "public_welfare", price: None },
];

/// Half a yuan a call.
pub(super) const VERIFICATION_PRICE_FEN: i64 = 50;
/// Two hundred yuan a file.
pub(super) const PARKING_PRICE_FEN: i64 = 20_000;
/// The agency's cap is so many times the price that the operator asks.
const CAP_TIMES: i64 = 2;
/// How many people are asked about, each with consent.
pub(super) const PEOPLE_ASKED: usize = 12;
/// How often a day each subscription may be used: a large bank, a busy day.
const CALLS_PER_DAY_MAX: i64 = 2_000_000;
/// How long a consent is given for, in days.
const CONSENT_DAYS: i64 = 30;

/// Products, prices, agreements, subscriptions, keys.
pub(super) async fn offer(w: &mut World<'_>) -> anyhow::Result<()> {
    w.stage.chapter("六、交付", "Six: delivery")?;
    for statement in &GOOD {
        w.stage.step(format!("发布产品“{}”", statement.title), format!("the product {}", statement.english));
        let release = World::made(&w.report.releases, statement.word)?.to_owned();
        let product =
            text(&w.person("su.he")?.post("/v1/products", &statement.product(&release)).await?.json()?, "id")?;
        w.stage.done(&product)?;
        w.report.products.insert(statement.word.to_owned(), product);
    }
    prices(w).await?;
    for offer in &OFFERS {
        contract(w, offer).await?;
    }
    w.stage.step("产品未登记就开通", "a subscription to a product that is not registered");
    let body = subscription(w, "verification", "bank", "industry", "verification")?;
    let reply = w.person("su.he")?.post("/v1/subscriptions", &body).await?;
    w.refused("a subscription to a product that is not registered", reply, "REG-064")?;
    register(w).await?;
    w.stage.step("给没有签约的公司开通", "a subscription for an entity without a contract");
    let body = subscription(w, "verification", "lender", "industry", "verification")?;
    let reply = w.person("su.he")?.post("/v1/subscriptions", &body).await?;
    w.refused("a subscription without a contract", reply, "REG-012")?;
    for offer in &OFFERS {
        subscribe(w, offer).await?;
    }
    Ok(())
}

/// 产品登记: as for resources, with the product's own papers.
async fn register(w: &mut World<'_>) -> anyhow::Result<()> {
    w.stage.step("产品登记：受理、形式审核、公示十个工作日", "the products are registered, after ten working days");
    let mut open = Vec::new();
    for statement in &GOOD {
        let product = World::made(&w.report.products, statement.word)?.to_owned();
        let case = cases::apply(w, "su.he", &product, PRODUCT_PAPERS).await?;
        cases::sign(w, "fang.ming", &case, "acceptance", None).await?;
        cases::sign(w, "tan.hui", &case, "formal_review", None).await?;
        open.push(case);
    }
    let day = authorise::after_notice(w, &open).await?;
    for case in &open {
        cases::sign(w, "he.zhiyuan", case, "public_notice", None).await?;
    }
    w.stage.done(format!("{} 项产品 products, {day}", open.len()))
}

/// What the first registration of a product brings (N26 9(1)).
const PRODUCT_PAPERS: &[&str] = &[
    "subject_info",
    "lawful_source",
    "description",
    "preserved_evidence",
    "product_info",
    "scenario_info",
    "risk_assessment",
];

async fn prices(w: &mut World<'_>) -> anyhow::Result<()> {
    let tomorrow = w.today().tomorrow().context("the last day of time")?;
    w.stage.step("产业用途定价的依据", "what the prices for industry use rest on");
    let body = json!({
        "kind": "policy", "title": "关于建立公共数据资源授权运营价格形成机制的通知", "clause": "三",
        "digest": document_digest("价格形成机制"), "from": "2025-03-01",
    });
    let basis = text(&w.person("fang.ming")?.post("/v1/price_bases", &body).await?.json()?, "id")?;
    w.stage.done("所依文件已入档 the document is on file")?;
    w.stage.step("没有上限就定价", "a price that no amount bounds");
    if let Some((offer, price)) = OFFERS.iter().find_map(|offer| Some((offer, offer.price?))) {
        let reply = set_price(w, offer, price, &tomorrow.to_string(), Some(&basis)).await?;
        w.refused("a price that no amount bounds", reply, "STL-050")?;
    }
    w.stage.step("大数据中心核定上限，运营机构在上限内定价", "the agency caps each price, the operator stays below");
    for offer in &OFFERS {
        if let Some((unit, price_fen)) = offer.price {
            let product = World::made(&w.report.products, offer.word)?.to_owned();
            let cap = json!({
                "use_kind": offer.use_kind, "cap_fen": price_fen * CAP_TIMES, "from": tomorrow.to_string(),
            });
            w.person("fang.ming")?.post(&format!("/v1/products/{product}/caps"), &cap).await?.json()?;
            set_price(w, offer, (unit, price_fen), &tomorrow.to_string(), Some(&basis)).await?.json()?;
        }
    }
    w.stage.done(format!("核验 verification {VERIFICATION_PRICE_FEN} 分/次 fen a call; 数据集 data set {PARKING_PRICE_FEN} 分/份 fen a file"))?;
    w.stage.step("没有定价依据就定价", "a price that rests on no document");
    if let Some((offer, (unit, price_fen))) = OFFERS.iter().find_map(|offer| Some((offer, offer.price?))) {
        let later = tomorrow.tomorrow().context("the last day of time")?;
        let reply = set_price(w, offer, (unit, price_fen), &later.to_string(), None).await?;
        w.refused("a price without a basis", reply, "STL-036")?;
    }
    w.stage.step("给公益用途定价", "a price for a public-welfare use");
    if let Some(free) = OFFERS.iter().find(|offer| offer.price.is_none()) {
        let reply = set_price(w, free, ("file", 100), &tomorrow.to_string(), None).await?;
        w.refused("a price for a free use", reply, "STL-003")?;
    }
    Ok(())
}

async fn set_price(
    w: &World<'_>,
    offer: &Offer,
    (unit, price_fen): (&str, i64),
    from: &str,
    basis: Option<&str>,
) -> anyhow::Result<Reply> {
    let product = World::made(&w.report.products, offer.word)?;
    let body =
        json!({ "use_kind": offer.use_kind, "unit": unit, "price_fen": price_fen, "from": from, "basis": basis });
    w.person("su.he")?.post(&format!("/v1/products/{product}/tariffs"), &body).await
}

/// 再开发协议: drafted by the operator, signed by both.
async fn contract(w: &mut World<'_>, offer: &Offer) -> anyhow::Result<()> {
    let (entity, signer) = offer.entity;
    w.stage.step(
        format!("签订再开发协议：{}", w.person(signer)?.name),
        format!("a development agreement with the {entity} about {}", offer.word),
    );
    let body = json!({
        "kind": "development", "grantee": World::made(&w.report.organisations, entity)?,
        "scenario": World::made(&w.report.scenarios, offer.word)?,
        "from": w.today().to_string(), "until": w.today().saturating_add(jiff::Span::new().years(1)).to_string(),
        "document_digest": document_digest("再开发协议"), "contents": { "使用系统": ENTITY_SYSTEM },
    });
    let agreement = text(&w.person("lu.yao")?.post("/v1/agreements", &body).await?.json()?, "id")?;
    let case = authorise::case_about(w, "lu.yao", "development_agreement", "agreements", &agreement).await?;
    cases::sign(w, "su.he", &case, "operator_signature", None).await?;
    cases::sign(w, signer, &case, "entity_signature", None).await?;
    w.stage.done(&agreement)?;
    w.report.agreements.insert(offer.word.to_owned(), agreement);
    Ok(())
}

fn subscription(w: &World<'_>, word: &str, entity: &str, use_kind: &str, agreement: &str) -> anyhow::Result<Value> {
    Ok(json!({
        "product": World::made(&w.report.products, word)?, "entity": World::made(&w.report.organisations, entity)?,
        "scenario": World::made(&w.report.scenarios, word)?, "agreement": World::made(&w.report.agreements, agreement)?,
        "use_kind": use_kind, "calls_per_day_max": CALLS_PER_DAY_MAX,
    }))
}

async fn subscribe(w: &mut World<'_>, offer: &Offer) -> anyhow::Result<()> {
    let (entity, signer) = offer.entity;
    w.stage.step(
        format!("开通 {} 并登记签名公钥", offer.word),
        format!("{entity} subscribes to {} and registers a signing key", offer.word),
    );
    let body = subscription(w, offer.word, entity, offer.use_kind, offer.word)?;
    // Sent twice under one idempotency key, as a program does that lost the answer.
    let key = format!("subscribe-{}-{}", offer.word, World::made(&w.report.products, offer.word)?);
    let su = w.person("su.he")?;
    let first = text(&su.post_once("/v1/subscriptions", &key, &body).await?.json()?, "id")?;
    let again = text(&su.post_once("/v1/subscriptions", &key, &body).await?.json()?, "id")?;
    ensure!(first == again, "a repeated request made a second subscription");
    let mut client = SigningClient::new(&w.http, &w.base)?;
    let body = json!({ "subscription": first, "public_key": client.public_key(), "name": format!("{entity} 前置机") });
    client.key_id = text(&w.person(signer)?.post("/v1/client_keys", &body).await?.json()?, "id")?;
    w.stage.done(format!("{first}, {}", client.key_id))?;
    w.signers.insert(offer.word.to_owned(), client);
    w.subscriptions.insert(offer.word.to_owned(), first);
    Ok(())
}

/// A signed question about somebody.
async fn ask(w: &World<'_>, id_number: &str) -> anyhow::Result<Reply> {
    let body = json!({ "subscription": World::made(&w.subscriptions, "verification")?, "key": id_number });
    let path = format!("/v1/products/{}/answers", World::made(&w.report.products, "verification")?);
    let client = w.signers.get("verification").context("the bank has no key")?;
    client.post(&path, body.to_string().into_bytes(), w.now_seconds()).await
}

/// A signed request for a file.
async fn fetch(w: &World<'_>, word: &str) -> anyhow::Result<Reply> {
    let path = format!("/v1/products/{}/file", World::made(&w.report.products, word)?);
    let query = format!("?subscription={}", World::made(&w.subscriptions, word)?);
    let client = w.signers.get(word).context("nobody has a key for it")?;
    client.get(&path, &query, w.now_seconds()).await
}

/// Identity numbers of people who have an account.
pub(super) fn holders(city: &City) -> anyhow::Result<Vec<&str>> {
    let holders: Vec<_> = city.accounts.iter().filter_map(|a| city.holder(a)).map(|r| r.id_card.as_str()).collect();
    ensure!(holders.len() > PEOPLE_ASKED, "the city is too small: {} account holders", holders.len());
    Ok(holders)
}

/// Calls, with and without consent, and files.
pub(super) async fn answer(w: &mut World<'_>, city: &City) -> anyhow::Result<()> {
    w.stage.step("次日，价格生效", "the next day; prices are in force");
    w.advance_days(1).await?;
    w.stage.done(w.today().to_string())?;

    let holders = holders(city)?;
    let first = holders.first().copied().unwrap_or_default();
    w.stage.step("未经本人同意查询", "a call without the person's consent");
    let reply = ask(w, first).await?;
    w.refused("a call without consent", reply, "DLV-015")?;

    w.stage.step("没有签约的公司自行调用", "a call by an entity without a contract");
    stranger(w, first).await?;

    w.stage.step(
        format!("{PEOPLE_ASKED} 位市民逐一同意，银行逐一核验"),
        format!("{PEOPLE_ASKED} people consent, the bank asks about each"),
    );
    let mut last = Value::Null;
    let mut own_consent = String::new();
    // Every account has a holder, so holders and accounts stand in one order.
    for (place, (id_number, account)) in holders.iter().zip(&city.accounts).take(PEOPLE_ASKED).enumerate() {
        // The first one is 沈安, who consents in person; the bank holds the forms of the others.
        if place == 0 {
            own_consent = consent(w, "shen.an", id_number, None).await?;
        } else {
            consent(w, "qin.yue", id_number, Some("授权书 signed form")).await?;
        }
        let answered = ask(w, id_number).await?.json()?;
        w.report.receipts.push(text(&answered, "receipt")?);
        last = answered.pointer("/answer/values").cloned().unwrap_or_default();
        let expected = truth::verification(account);
        ensure!(last == expected, "the answer is {last}, the city has {expected}");
        ensure!(!answered.to_string().contains(*id_number), "an answer repeats the identity number");
    }
    w.stage.done(format!("{PEOPLE_ASKED} 份回执 receipts; 最后一份 the last: {last}"))?;

    w.stage.step("沈安撤回同意，银行再问", "one of them withdraws the consent, and the bank asks again");
    w.person("shen.an")?.delete(&format!("/v1/consents/{own_consent}")).await?.json()?;
    let reply = ask(w, first).await?;
    w.refused("a call after the consent was withdrawn", reply, "DLV-016")?;

    for (word, chinese, english) in [
        ("parking", "银行取停车数据集", "the bank fetches the parking data set"),
        ("districts", "民政局取分区报告", "civil affairs fetches the district report"),
    ] {
        w.stage.step(chinese, english);
        let reply = fetch(w, word).await?;
        let receipt = reply.header("shuyu-receipt").context("the file came without a receipt")?;
        ensure!(
            reply.status == 200,
            "the file did not come: {} {}",
            reply.status,
            String::from_utf8_lossy(&reply.body)
        );
        let told = if word == "parking" { truth::parking(&reply.body)? } else { truth::districts(&reply.body, city)? };
        w.stage.done(format!("{told}, {receipt}"))?;
        w.report.receipts.push(receipt);
    }
    trace(w).await
}

/// Records somebody's consent; gives its id.
async fn consent(w: &World<'_>, login: &str, id_number: &str, evidence: Option<&str>) -> anyhow::Result<String> {
    let until = w.now().plus_days(CONSENT_DAYS);
    let body = json!({
        "product": World::made(&w.report.products, "verification")?, "entity": World::made(&w.report.organisations, "bank")?,
        "subject_id_number": id_number, "until": until.0, "evidence_digest": evidence.map(document_digest),
    });
    text(&w.person(login)?.post("/v1/consents", &body).await?.json()?, "id")
}

/// Somebody with a key of their own making, whom nobody has contracted.
async fn stranger(w: &mut World<'_>, id_number: &str) -> anyhow::Result<()> {
    let mut client = SigningClient::new(&w.http, &w.base)?;
    let subscription = World::made(&w.subscriptions, "verification")?.to_owned();
    let body = json!({ "subscription": subscription, "public_key": client.public_key(), "name": "自带密钥" });
    let reply = w.person("jia.yi")?.post("/v1/client_keys", &body).await?;
    w.refused("a key for somebody else's subscription", reply, "DLV-010")?;

    w.stage.step("用未登记的密钥调用", "a call signed with a key that nobody registered");
    client.key_id = "CLK-00000000000000000000000000000000".to_owned();
    let path = format!("/v1/products/{}/answers", World::made(&w.report.products, "verification")?);
    let body = json!({ "subscription": subscription, "key": id_number }).to_string().into_bytes();
    let reply = client.post(&path, body, w.now_seconds()).await?;
    w.refused("a call by an entity without a contract", reply, "DLV-001")
}

/// Whoever oversees asks once for the whole path of a product.
async fn trace(w: &mut World<'_>) -> anyhow::Result<()> {
    w.stage.step("一问得知产品的来龙去脉", "one question shows the whole path of each product");
    let (mut delivered, mut acts) = (0, 0);
    for product in w.report.products.values().cloned().collect::<Vec<_>>() {
        let path = w.person("su.he")?.get(&format!("/v1/products/{product}/trace")).await?.json()?;
        ensure!(!items(&path, "inputs")?.is_empty(), "the path of `{product}` names no data");
        ensure!(!items(&path, "signers")?.is_empty(), "the path of `{product}` names no reviewer");
        acts += items(&path, "acts")?.len();
        for recipient in items(&path, "recipients")? {
            delivered += number(recipient, "deliveries")?;
        }
    }
    ensure!(0 < delivered, "the paths of the products tell no delivery");
    w.stage.done(format!("{delivered} 次交付 deliveries, {acts} 条 acts"))
}

/// The operator ends the bank's agreement; access ends in the same second.
pub(super) async fn end(w: &mut World<'_>, city: &City) -> anyhow::Result<()> {
    w.stage.step("运营机构不经退出程序终止自己的授权", "the operator ends its own agreement without an exit");
    let own = World::made(&w.report.agreements, "operator")?.to_owned();
    let path = format!("/v1/agreements/{own}/termination");
    let reply = w.person("su.he")?.post(&path, &json!({ "ground": "operator_request" })).await?;
    w.refused("an operator's agreement ended without its exit", reply, "CAS-112")?;
    w.stage.step("运营机构因违约终止与银行的核验协议", "the operator ends the bank's agreement for a breach");
    let agreement = World::made(&w.report.agreements, "verification")?.to_owned();
    let path = format!("/v1/agreements/{agreement}/termination");
    w.person("su.he")?.post(&path, &json!({ "ground": "breach" })).await?.json()?;
    w.stage.done(&agreement)?;
    w.stage.step("终止之后再次调用（本人同意仍有效）", "a call after the agreement ended (the consent still holds)");
    let second = holders(city)?.get(1).copied().unwrap_or_default().to_owned();
    let reply = ask(w, &second).await?;
    w.refused("a use after the agreement ended", reply, "REG-007")
}
