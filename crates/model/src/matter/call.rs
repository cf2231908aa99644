//! 征集: a published call for scenarios or schemes. While it is open, everybody with an
//! account sees it; an answer is a matter of its own that cites the call.

use super::Guard::NotTheAuthor;
use super::{Machine, Running, SubjectKind, end, go, open, row};

/// CC25 27; CS23 17.
pub(super) const MACHINE: Machine = Machine {
    title: "场景与方案征集",
    subjects: &[SubjectKind::Organisation],
    counterparty: None,
    running: Running::Many,
    opening: &[],
    states: &[
        open("drafted", "拟订", "who calls"),
        open("published", "征集中", "who answers, and who closes it"),
        open("closed", "征集截止", "who evaluates the answers"),
        end("evaluated", "评估完毕"),
        end("withdrawn", "撤回"),
    ],
    moves: &[
        row("publish", "发布", &[]),
        row("close", "截止", &[]),
        row("evaluate", "组织评估", &[NotTheAuthor]),
        row("withdraw", "撤回", &[]),
    ],
    transitions: &[
        go("drafted", "publish", "published"),
        go("published", "close", "closed"),
        go("closed", "evaluate", "evaluated"),
        go("drafted", "withdraw", "withdrawn"),
        go("published", "withdraw", "withdrawn"),
    ],
};
