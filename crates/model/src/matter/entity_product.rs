//! 经营主体的产品和服务: what an entity made of what it got under its development
//! agreement: registered where the document says, offered, taken back.

use super::{Machine, Running, SubjectKind, end, go, open, row};

/// CS26 二(五); LH25 六(八).
pub(super) const MACHINE: Machine = Machine {
    title: "经营主体产品和服务",
    subjects: &[SubjectKind::Agreement],
    counterparty: None,
    running: Running::Many,
    opening: &[super::Guard::Concluded],
    states: &[
        open("drafted", "待登记", "who registers it"),
        open("registered", "已登记", "who offers it"),
        open("offered", "已向社会提供", "who may take it back"),
        end("withdrawn", "已下架"),
    ],
    moves: &[row("register", "登记", &[]), row("offer", "向社会提供", &[]), row("withdraw", "下架", &[])],
    transitions: &[
        go("drafted", "register", "registered"),
        go("registered", "offer", "offered"),
        go("drafted", "withdraw", "withdrawn"),
        go("registered", "withdraw", "withdrawn"),
        go("offered", "withdraw", "withdrawn"),
    ],
};
