//! 日常监管: a party looks at another (its log, its permissions, its conduct), says that
//! all is well or what it found, and can take the other's access away until the managing
//! body has confirmed that or given it back.

use super::Effect::{Assign, Resume, Suspend};
use super::Guard::NotTheSubject;
use super::{Machine, Running, SubjectKind, act, end, go, open, row};

/// CS23 15(一), 24.
pub(super) const MACHINE: Machine = Machine {
    title: "日常监管",
    subjects: &[SubjectKind::Organisation, SubjectKind::Agreement, SubjectKind::Scenario],
    counterparty: None,
    running: Running::Many,
    opening: &[NotTheSubject],
    states: &[
        open("begun", "已启动", "who opened it"),
        open("assigned", "已交办", "the body that was given it"),
        open("found", "发现问题", "who gave or found it"),
        open("suspended", "已暂停权限", "the managing body, which confirms or gives back"),
        open("confirmed", "暂停已确认", "the managing body, which gives back"),
        end("clear", "未见异常"),
        end("settled", "办结"),
        end("cancelled", "撤回"),
    ],
    moves: &[
        row("assign", "交办", &[]),
        row("clear", "未见异常", &[NotTheSubject]),
        row("find", "报告问题", &[NotTheSubject]),
        row("suspend", "收回权限", &[NotTheSubject]),
        row("confirm", "确认收回", &[NotTheSubject]),
        row("lift", "恢复权限", &[NotTheSubject]),
        row("settle", "办结", &[NotTheSubject]),
        row("cancel", "撤回", &[NotTheSubject]),
    ],
    transitions: &[
        act("begun", "assign", "assigned", &[Assign]),
        go("begun", "clear", "clear"),
        go("assigned", "clear", "clear"),
        go("begun", "find", "found"),
        go("assigned", "find", "found"),
        act("found", "suspend", "suspended", &[Suspend]),
        go("suspended", "confirm", "confirmed"),
        act("suspended", "lift", "settled", &[Resume]),
        act("confirmed", "lift", "settled", &[Resume]),
        go("found", "settle", "settled"),
        go("begun", "cancel", "cancelled"),
        go("assigned", "cancel", "cancelled"),
    ],
};
