//! 产品登记、定价与挂牌: what happens to a product outside the platform, at the
//! registry, the price authority and the exchange, with the papers that prove it.
//!
//! Not here: publishing and withdrawing the product itself (`delivery`), the tariff
//! that is charged (`settlement`).

use super::Effect::Delist;
use super::Guard::NotTheAuthor;
use super::{Machine, Running, SubjectKind, act, end, go, open, row};

/// CS23 20; CS26 二(五), 三(二)1, 四(一); CC25 17, 19; LH25 七, 八; XN25 五.
pub(super) const MACHINE: Machine = Machine {
    title: "产品登记、定价与挂牌",
    subjects: &[SubjectKind::Scenario],
    counterparty: None,
    running: Running::Many,
    opening: &[],
    states: &[
        open("draft", "待登记", "the operator, who registers it"),
        open("registered", "已登记", "the operator, who prices and lists it"),
        open("priced", "已定价", "the operator, who lists it"),
        open("listed", "已挂牌", "nobody yet; it can be priced anew or delisted"),
        end("delisted", "已下架"),
        end("withdrawn", "撤回"),
    ],
    moves: &[
        row("register", "登记", &[]),
        row("set_price", "定价", &[]),
        row("list", "挂牌", &[]),
        row("delist", "下架", &[]),
        row("order_delisting", "责令下架", &[NotTheAuthor]),
        row("withdraw", "撤回", &[]),
    ],
    transitions: &[
        go("draft", "register", "registered"),
        go("registered", "set_price", "priced"),
        go("registered", "list", "listed"),
        go("priced", "list", "listed"),
        go("priced", "set_price", "priced"),
        go("listed", "set_price", "listed"),
        act("registered", "delist", "delisted", &[Delist]),
        act("priced", "delist", "delisted", &[Delist]),
        act("listed", "delist", "delisted", &[Delist]),
        act("registered", "order_delisting", "delisted", &[Delist]),
        act("priced", "order_delisting", "delisted", &[Delist]),
        act("listed", "order_delisting", "delisted", &[Delist]),
        go("draft", "withdraw", "withdrawn"),
    ],
};
