//! 数据质量异议: raised on a resource, assigned to its department with a day, fixed or
//! disputed, confirmed by others than who fixed it.

use super::Guard::NotTheSubject;
use super::{Machine, Running, SubjectKind, end, go, open, row};

/// CS26 二(二); CC25 7, 23; XN25 五; LH25 五(三), 十(一)4.
pub(super) const MACHINE: Machine = Machine {
    title: "数据质量异议",
    subjects: &[SubjectKind::Resource],
    counterparty: None,
    running: Running::Many,
    opening: &[],
    states: &[
        open("raised", "已提出", "who assigns it to the department"),
        open("assigned", "已交数源单位", "the department"),
        open("disputed", "数源单位有异议", "who assigned it"),
        open("fixed", "已整治", "who confirms it"),
        end("confirmed", "确认解决"),
        end("dismissed", "不成立"),
        end("withdrawn", "撤回"),
    ],
    moves: &[
        row("assign", "交数源单位整治", &[NotTheSubject]),
        row("fix", "整治完成", &[]),
        row("dispute", "提出异议", &[]),
        row("confirm", "确认解决", &[NotTheSubject]),
        row("reopen", "未解决,退回", &[NotTheSubject]),
        row("dismiss", "认定不成立", &[NotTheSubject]),
        row("withdraw", "撤回", &[]),
    ],
    transitions: &[
        go("raised", "assign", "assigned"),
        go("disputed", "assign", "assigned"),
        go("assigned", "fix", "fixed"),
        go("assigned", "dispute", "disputed"),
        go("fixed", "confirm", "confirmed"),
        go("fixed", "reopen", "assigned"),
        go("raised", "dismiss", "dismissed"),
        go("disputed", "dismiss", "dismissed"),
        go("raised", "withdraw", "withdrawn"),
    ],
};
