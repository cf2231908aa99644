//! The page on which anybody looks a registration up by its code, and the parts of the
//! public page that tell of registration.

use maud::{DOCTYPE, Markup, html};
use shuyu_casework::Notice;

use crate::api::registrations::RegistrationShown;

/// As the public page's; its form leads back to itself.
pub(crate) const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// The longest code that is repeated on the page, in characters.
const GIVEN_CHARS_MAX: usize = 40;

/// 登记结果查询: what a code stands for, and nothing else.
pub(crate) fn verify(given: &str, found: Option<&RegistrationShown>) -> String {
    let given: String = given.chars().filter(|c| !c.is_control()).take(GIVEN_CHARS_MAX).collect();
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "登记结果查询 · Verify a registration" }
                link rel="stylesheet" href="/style.css";
            }
            body {
                header { h1 { "登记结果查询" span lang="en" { "Verify a registration" } } }
                main {
                    form method="get" action="/registrations" {
                        label { "查询码 Code " input name="code" value=(given) maxlength="40" required; }
                        " " button { "查询 Verify" }
                    }
                    @match found {
                        Some(shown) => (result(shown)),
                        None if given.is_empty() => {},
                        None => p class="note" { "查无此码，请核对 No such registration: check the code." },
                    }
                }
                footer { p { a href="/" { "公示首页 The public page" } } }
            }
        }
    };
    page.into_string()
}

fn result(shown: &RegistrationShown) -> Markup {
    let state = match shown.state {
        "valid" => "有效 valid",
        "not_yet" => "尚未生效 not yet valid",
        "expired" => "已到期 expired",
        "replaced" => "已被变更、更正或续展替代 replaced",
        "cancelled" => "已注销 cancelled",
        _ => "已撤销 revoked",
    };
    let of = if shown.of == "product" { "数据产品和服务 product" } else { "数据资源 resource" };
    html! {
        dl {
            dt { "查询码 Code" } dd { code { (shown.code) } }
            dt { "状态 State" } dd { (state) }
            dt { "登记对象 Registered" } dd { (shown.title) " · " (of) }
            dt { "登记主体 Held by" } dd { (shown.holder) }
            dt { "有效期 Valid" } dd { (shown.valid_from) " – " (shown.valid_until) }
        }
    }
}

/// What is on public notice, and until when somebody can object.
pub(crate) fn notices_table(notices: &[Notice]) -> Markup {
    html! {
        table {
            thead {
                tr { th { "名称 Name" } th { "类型 Kind" } th { "登记主体 Applicant" } th { "内容 Content" } th { "公示期 Notice" } }
            }
            tbody {
                @for notice in notices {
                    tr {
                        td { (notice.title) }
                        td { (notice.kind_title) }
                        td { (notice.applicant) }
                        td { (notice.summary) }
                        td { span.day { (notice.from) } " – " span.day { (notice.until) } }
                    }
                }
            }
        }
    }
}
