//! The page on which the public reports, answers calls, brings ideas and comments, and
//! follows what became of it. Chinese with English beside it; no script, no cookie.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use shuyu_casework::{CallShown, EntityProductShown, VoiceKind, VoiceView};
use shuyu_model::Reasons;
use shuyu_model::id::OrganisationId;

use crate::api::voices::VoiceTaken;
use crate::app::App;
use crate::error::Problem;

/// As the public page's; its forms lead back to itself.
pub(crate) const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// What the page offers.
pub(crate) struct Desk {
    ways: Vec<VoiceKind>,
    bodies: Vec<(OrganisationId, String)>,
    calls: Vec<CallShown>,
    title: String,
}

impl Desk {
    pub(crate) async fn read(app: &App) -> Result<Self, Problem> {
        let casework = app.casework();
        Ok(Self {
            ways: casework.open_ways(app.ledger().now().day()),
            bodies: casework.reportable().await?,
            calls: casework.public_calls().await?.into_iter().filter(|call| call.is_open).collect(),
            title: app.registry().regime().title.clone(),
        })
    }
}

/// What somebody wrote into the form; empty before they did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Written {
    pub(crate) kind: String,
    pub(crate) about: String,
    pub(crate) title: String,
    pub(crate) text: String,
}

/// What the page has to say.
pub(crate) enum Said<'a> {
    Nothing,
    Taken(&'a VoiceTaken),
    Refused(&'a Reasons),
    Became(&'a VoiceView),
    Unknown,
}

/// The page. What was `written` and not taken stands in the form again: nobody writes twice.
pub(crate) fn desk(desk: &Desk, said: Said<'_>, written: &Written) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "社会监督与公众参与 · The public's voice" }
                link rel="stylesheet" href="/style.css";
            }
            body {
                header {
                    h1 { "社会监督与公众参与" span lang="en" { "The public's voice" } }
                    p { "依据《" (desk.title) "》。无需注册；本平台不收集姓名、电话和网络地址。请勿在来信中填写个人信息。" }
                    p lang="en" { "No account is needed. No name, number or address is kept; please write none." }
                }
                main {
                    (answer(said))
                    @if desk.ways.is_empty() {
                        p class="none" { "现行文件未开放公众来信渠道 The document in force opens no way." }
                    } @else { (form(desk, written)) }
                    section {
                        h2 { "查询办理情况" span lang="en" { "Follow" } }
                        form method="post" action="/public/voices/followed" {
                            p { label { "编号 Number " input name="number" maxlength="24" required; } }
                            p { label { "查询码 Secret word " input name="secret" maxlength="64" autocomplete="off" required; } }
                            p { button { "查询 Follow" } }
                        }
                    }
                }
                footer { p { a href="/" { "公示首页 The public page" } } }
            }
        }
    };
    page.into_string()
}

/// A browser drops the line break right after the tag, so that one of ours stands before
/// what was written.
fn form(desk: &Desk, written: &Written) -> Markup {
    html! {
        section {
            h2 { "来信" span lang="en" { "Write" } }
            form method="post" action="/public/voices" {
                p { label { "类别 Kind "
                    select name="kind" { @for way in &desk.ways { option value=(way.word()) selected[way.word() == written.kind] { (way.zh()) } } } } }
                p { label { "对象 About "
                    select name="about" {
                        option value="" { "（无 none）" }
                        @for (id, name) in &desk.bodies { option value=(id) selected[id.as_str() == written.about] { (name) } }
                        @for call in &desk.calls { option value=(call.id) selected[call.id.as_str() == written.about] { "征集：" (call.title) } }
                    } } }
                p { label { "标题 Title " input name="title" maxlength="200" value=[Some(&written.title).filter(|title| !title.is_empty())] required; } }
                p { label { "内容 Text" br; textarea name="text" rows="8" cols="60" minlength="5" maxlength="2000" required { (PreEscaped("\n")) (written.text) } } }
                p { button { "提交 Send" } }
            }
        }
    }
}

fn answer(said: Said<'_>) -> Markup {
    html! {
        @match said {
            Said::Nothing => {},
            Said::Unknown => p class="note" { "编号与查询码不符 Number and secret word do not belong together." },
            Said::Taken(taken) => section {
                h2 { "已收到" span lang="en" { "Received" } }
                p { "请记下编号和查询码，查询码只显示这一次。 Note both; the word is shown once." }
                dl {
                    dt { "编号 Number" } dd { code { (taken.number) } }
                    dt { "查询码 Secret word" } dd { code { (taken.secret) } }
                }
            },
            Said::Refused(reasons) => section {
                h2 { "未能受理" span lang="en" { "Not taken" } }
                ul { @for reason in reasons.iter() {
                    li { code { (reason.code) } " " (reason.what) "（" (reason.clause) "）→ " (reason.instead) }
                } }
            },
            Said::Became(view) => (became(view)),
        }
    }
}

fn became(view: &VoiceView) -> Markup {
    html! {
        section {
            h2 { (view.title) span { (view.kind.zh()) " " (view.number) } }
            dl {
                dt { "状态 State" } dd { (view.state_title) }
                dt { "收到日期 Received" } dd { (view.filed_at.day()) }
                @if let Some(due) = &view.due { dt { "办理期限 Due" } dd { (due.day) } }
            }
            table {
                thead { tr { th { "环节 Step" } th { "日期 Day" } th { "答复 What was said" } } }
                tbody {
                    @for step in &view.steps {
                        tr { td { (step.title) } td { span.day { (step.at.day()) } }
                            td { @for text in &step.texts { p { (text) } } } }
                    }
                }
            }
        }
    }
}

/// 征集: what is asked for, by whom, until when.
pub(crate) fn calls_table(calls: &[(CallShown, String)]) -> Markup {
    html! {
        table {
            thead { tr { th { "征集 Call" } th { "发布单位 By" } th { "应用场景 Scenario" } th { "征集内容 Asked for" } th { "期限 Until" } } }
            tbody {
                @for (call, caller) in calls {
                    tr {
                        td { (call.title) }
                        td { (caller) }
                        td { (call.scenario) }
                        td { (call.asked_for) }
                        td {
                            @if call.is_open {
                                span.day { (call.since.day()) } " – "
                                @if let Some(until) = &call.until { span.day { (until.day) } }
                                p { a href="/public/voices" { "应答 Answer" } }
                            } @else { "已截止 closed" }
                        }
                    }
                }
            }
        }
    }
}

/// 经营主体的产品: only what is registered, with its number.
pub(crate) fn entity_products_table(products: &[(EntityProductShown, String)]) -> Markup {
    html! {
        table {
            thead { tr { th { "产品和服务 Product" } th { "经营主体 Entity" } th { "登记 Registration" } th { "状态 State" } } }
            tbody {
                @for (product, entity) in products {
                    tr {
                        td { (product.title) }
                        td { (entity) }
                        td { (product.exchange) " " code { (product.registration_number) } }
                        td { @if product.is_offered { "已向社会提供 offered" } @else { "已登记 registered" } p { span.day { (product.since.day()) } } }
                    }
                }
            }
        }
    }
}
