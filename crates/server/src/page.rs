//! The public page: what is authorised to whom, for what, until when (公开,
//! changsha-2026 二(三)), which products there are at which price (明码标价, N27 19,
//! P65 五), and where the log stands.
//! Chinese with English beside it; no script, nothing from elsewhere.
//!
//! Not here: anything that only some may see.

mod lists;
pub(crate) mod registrations;
pub(crate) mod voices;

use maud::{DOCTYPE, Markup, html};
use shuyu_model::id::{OrganisationId, ProductId};
use shuyu_model::regime::words::Status;
use shuyu_model::{Money, Regime, UseKind};
use shuyu_registry::{AgreementKind, Authorised, KeptFile, Page, Registration};
use shuyu_settlement::{PriceMark, Unit};

use crate::app::App;
use crate::error::Problem;

/// What a browser may load for this page: its style, from us.
pub(crate) const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// The most rows of a table on the page; the API lists all.
const ROWS_MAX: usize = 200;

/// The style.
pub(crate) const STYLE: &str = include_str!("page.css");

/// One product, for everybody.
struct Offered {
    title: String,
    sources: Vec<String>,
    kind: &'static str,
    needs_consent: bool,
    since: String,
    registration: Option<Registration>,
    prices: Vec<PriceMark>,
    /// Where everybody has its file, where it is open.
    open: Option<ProductId>,
}

/// The page as it is now.
pub(crate) async fn render(app: &App) -> Result<String, Problem> {
    let registry = app.registry();
    let first = Page { after: None, items_max: ROWS_MAX };
    let authorised = registry.authorised(&first).await?;
    let catalog = registry.catalog(&first).await?;
    let products = offered(app).await?;
    let notices = app.casework().notices(&first).await?;
    let planned = crate::planned::products(app).await?;
    let versions = registry.catalogues(true).await?;
    let scenarios = registry.approved_scenarios(&first).await?;
    let calls = named(app, app.casework().public_calls().await?, |call| call.caller.as_ref()).await?;
    let made = named(app, app.casework().entity_products().await?, |made| made.entity.as_ref()).await?;
    let files = registry.published_files(&first).await?;
    let text = registry.rules_text().await?;
    let domain = registry.holders_of_the_domain().await?;
    let checkpoint = app.ledger().log().checkpoint();
    let regime = registry.regime();
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "公共数据授权运营公示 · Public data: what is authorised to whom" }
                link rel="stylesheet" href="/style.css";
            }
            body {
                (header(app, regime, text.as_ref(), &domain))
                main {
                    (section("已授权事项", "What is authorised", authorised.total, authorised_table(&authorised.items)))
                    (section("登记目录", "What is registered", catalog.total, html! {
                        table {
                            thead { tr { th { "资源 Resource" } th { "数源单位 Held by" } th { "更新周期 Updated every" } th { "字段数 Columns" } th { "登记 Registration" } } }
                            tbody {
                                @for entry in &catalog.items {
                                    tr { td { (entry.title) } td { (entry.source) } td { (entry.update_every_days) " 天 days" } td { (entry.columns.len()) }
                                        td { (until(entry.registration_code.as_ref().map(|code| code.as_str()), entry.registered_until)) } }
                                }
                            }
                        }
                    }))
                    (lists::section_of_versions(regime, &versions))
                    (section("应用场景及数据需求", "Scenarios and the data they need", scenarios.total, lists::scenarios_table(&scenarios.items)))
                    (section("登记公示", "On public notice", notices.total, registrations::notices_table(&notices.items)))
                    (section("产品", "Products", products.len(), products_table(&products)))
                    (lists::section_of_planned(&planned))
                    (section("经营主体产品", "Products of entities", made.len(), voices::entity_products_table(&made)))
                    (section("征集", "Calls", calls.len(), voices::calls_table(&calls)))
                    (section("规划、制度与文件", "Plans, rules and papers", files.total, files_table(&files.items)))
                    (log_section(&checkpoint.origin, checkpoint.size, &hex::encode(checkpoint.root)))
                }
                footer { p { "数据截至 As of " (app.ledger().now()) " · " a href="/registrations" { "登记结果查询 Verify a registration" } } }
            }
        }
    };
    Ok(page.into_string())
}

/// Each with the name of the organisation whose it is.
async fn named<T>(
    app: &App,
    items: Vec<T>,
    whose: impl Fn(&T) -> Option<&OrganisationId>,
) -> Result<Vec<(T, String)>, Problem> {
    let mut all = Vec::new();
    for item in items {
        let known = match whose(&item) {
            Some(id) => app.registry().organisation(id).await?,
            None => None,
        };
        all.push((item, known.map(|known| known.name.clone()).unwrap_or_default()));
    }
    Ok(all)
}

fn files_table(files: &[KeptFile]) -> Markup {
    html! {
        table {
            thead { tr { th { "文件 Paper" } th { "类别 Kind" } th { "文号 Number" } th { "日期 Dated" } th { "摘要 Digest" } } }
            tbody {
                @for file in files {
                    tr {
                        td { a href={ "/public/files/" (file.digest) } { (file.title) } }
                        td { (file.kind.zh()) }
                        td { (file.number) }
                        td { span.day { (file.dated) } }
                        td { code { (file.digest) } }
                    }
                }
            }
        }
    }
}

/// The document itself: number, issuer, days, and where its text is kept, that.
fn document(regime: &Regime, text: Option<&KeptFile>, domain: &[String]) -> Markup {
    html! {
        dl {
            @if let Some(number) = &regime.number { dt { "文号 Number" } dd { (number) } }
            dt { "发布机关 Issued by" } dd { (regime.issued_by) }
            @if let Some(day) = regime.issued_on { dt { "印发日期 Issued on" } dd { span.day { (day) } } }
            @if let Some(day) = regime.published_on { dt { "公布日期 Published on" } dd { span.day { (day) } } }
            @if let Some(rules) = &regime.public {
                @if let (Some(from), Some(until)) = (&rules.comments_from, &rules.comments_until) {
                    dt { "征求意见 Comments" } dd { span.day { (from.value) } " – " span.day { (until.value) } }
                }
            }
            @if !domain.is_empty() { dt { "授权运营域建设单位 The domain is of" } dd { (domain.join("、")) } }
            @if let Some(text) = text { dt { "全文 Full text" } dd { a href={ "/public/files/" (text.digest) } { (text.title) } } }
        }
    }
}

fn header(app: &App, regime: &Regime, text: Option<&KeptFile>, domain: &[String]) -> Markup {
    html! {
        header {
            h1 { "公共数据资源授权运营公示" span lang="en" { "Authorised operation of public data" } }
            p { "依据《" (regime.title) "》（" (regime.issued_by) "）（" a href="/conformance" { "逐条对照 Clause by clause" } "）。原始数据不出域，可用不可见。" }
            p { a href="/public/documents" { "信息公开文件 Public documents" } " · " a href="/public/voices" { "社会监督与公众参与 The public's voice" } }
            (document(regime, text, domain))
            p lang="en" { "Under " (regime.stamp()) ". Raw data never leaves and is seen by nobody who computes with it." }
            @if regime.status == Status::Draft {
                p class="note" { "本文件为征求意见稿，尚未施行；此处所有事项均为试行演练，不具法律效力。" span lang="en" { "A draft for comment, not in force: everything here is a trial and binds nobody." } }
            }
            @if app.settings().is_demo {
                p class="note" { "这是示范：江城市及其中的人与机构均为虚构。" span lang="en" { "A demonstration: the city and everybody in it are made up." } }
            }
        }
    }
}

fn section(title: &str, english: &str, total: usize, table: Markup) -> Markup {
    html! {
        section {
            h2 { (title) small { (total) } span lang="en" { (english) } }
            @if total == 0 { p class="none" { "暂无 None yet." } } @else { (table) }
            @if total > ROWS_MAX { p { "仅列出前 " (ROWS_MAX) " 项 Only the first " (ROWS_MAX) " are listed." } }
        }
    }
}

fn authorised_table(items: &[Authorised]) -> Markup {
    html! {
        table {
            thead {
                tr { th { "授权方 Grantor" } th { "被授权方 Grantee" } th { "协议 Agreement" } th { "内容与范围 What, for what" } th { "区划 Division" } th { "期限 Term" } }
            }
            tbody {
                @for one in items {
                    tr {
                        td { (one.grantor) }
                        td { (one.grantee) }
                        td { (kind(one.kind)) }
                        td {
                            @if let Some(scenario) = &one.scenario { p { "场景 Scenario: " (scenario) } }
                            @if !one.resources.is_empty() { p { (one.resources.join("、")) } }
                        }
                        td { (one.division) }
                        td { span.day { (one.from) } " – " span.day { (one.until) } }
                    }
                }
            }
        }
    }
}

fn kind(kind: AgreementKind) -> &'static str {
    match kind {
        AgreementKind::Operator => "授权运营 operation",
        AgreementKind::Development => "再开发 development",
        AgreementKind::Processing => "数据加工 processing",
    }
}

async fn offered(app: &App) -> Result<Vec<Offered>, Problem> {
    use shuyu_delivery::{ProductKind, ProductState};
    let open: Vec<ProductId> = app.delivery().open_products().into_iter().map(|product| product.id).collect();
    let mut prices = app.settlement().price_list(app.ledger().now().day()).await?;
    let products = app.delivery().products();
    let mut offered = Vec::new();
    for product in products.into_iter().filter(|product| product.state == ProductState::Offered) {
        // What is not registered where it must be is not offered yet.
        if !app.registry().is_product_offered(&product.id).await? {
            continue;
        }
        let registration = app.registry().registration_of(product.id.as_str()).await?;
        let uses = app.registry().uses_of(&product.scenario).await?;
        offered.push(Offered {
            registration,
            sources: uses.into_iter().map(|used| format!("{}（{}）", used.title, used.source)).collect(),
            prices: prices.remove(&product.id).unwrap_or_default(),
            open: open.contains(&product.id).then(|| product.id.clone()),
            title: product.title,
            kind: match product.kind {
                ProductKind::Lookup => "核验查询 lookup",
                ProductKind::Dataset => "数据集 data set",
                ProductKind::Report => "报告 report",
                ProductKind::Model => "模型 model",
            },
            needs_consent: product.needs_consent,
            since: product.published_at.day().to_string(),
        });
    }
    Ok(offered)
}

/// A registration's code, which leads to the page that verifies it, and its last day.
fn until(code: Option<&str>, end: Option<shuyu_model::Time>) -> Markup {
    html! {
        @if let Some(code) = code { a href={ "/registrations?code=" (code) } { code { (code) } } }
        @if let Some(end) = end { p { "至 until " span.day { (end.plus_days(-1).day()) } } }
    }
}

fn registered(registration: &Registration) -> Markup {
    let end = shuyu_model::Time::at_start_of(registration.valid_until).plus_days(1);
    html! {
        (until(Some(registration.code.as_str()), Some(end)))
        @if let Some(entry) = &registration.exchange { p { (entry.exchange) " " code { (entry.number) } } }
    }
}

fn price(mark: &PriceMark) -> Markup {
    let (chinese, english) = match mark.use_kind {
        UseKind::PublicGovernance => ("公共治理", "governance"),
        UseKind::PublicWelfare => ("公益事业", "welfare"),
        UseKind::Industry => ("产业发展", "industry"),
    };
    html! {
        p {
            (chinese) " " span lang="en" { (english) } ": "
            @if mark.price == Money::ZERO { "免费 free" } @else { "¥" (mark.price) (unit(mark.unit)) }
            @if let Some(basis) = &mark.basis { " 依据 on " (basis) }
        }
    }
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Call => " / 次 a call",
        Unit::File => " / 份 a file",
    }
}

fn products_table(products: &[Offered]) -> Markup {
    html! {
        table {
            thead { tr { th { "产品 Product" } th { "数据来源 Made from" } th { "形式 Form" } th { "价格 Price" } th { "本人同意 Consent" } th { "发布 Since" } th { "登记 Registration" } } }
            tbody {
                @for product in products.iter().take(ROWS_MAX) {
                    tr {
                        td { (product.title)
                            @if let Some(id) = &product.open {
                                p { "免费开放 Open to everybody: "
                                    @for format in ["csv", "parquet"] { a href={ "/public/products/" (id) "/files/" (format) } { (format) } " " }
                                }
                            }
                        }
                        td { (product.sources.join("、")) }
                        td { (product.kind) }
                        td {
                            @for mark in &product.prices { (price(mark)) }
                        }
                        td { @if product.needs_consent { "逐人同意 of each person" } @else { "不涉及个人 not about people" } }
                        td { (product.since) }
                        td { @if let Some(registration) = &product.registration { (registered(registration)) } }
                    }
                }
            }
        }
    }
}

fn log_section(origin: &str, size: u64, root: &str) -> Markup {
    html! {
        section {
            h2 { "存证日志" small { (size) } span lang="en" { "The log" } }
            p { "每一步都写入任何人可独立核验的日志。" span lang="en" { "Every step is written to a log that anybody can verify." } }
            dl {
                dt { "名称 Origin" } dd { code { (origin) } }
                dt { "条目 Entries" } dd { (size) }
                dt { "根 Root" } dd { code { (root) } }
                dt { "文件 Files" }
                dd { a href="/log/checkpoint" { "/log/checkpoint" } " · " a href="/log/verifier.key" { "/log/verifier.key" } " · " code { "shuyu verify" } }
            }
        }
    }
}
