//! 负面清单: submitted by who holds the data, decided by others, in force at once,
//! and lifted when its ground has gone.

use super::Effect::{Bar, Unbar};
use super::Guard::{NotTheAuthor, NotTheSubject};
use super::{Machine, Running, SubjectKind, act, end, go, open, row};

/// CS23 13; CS26 三(二)1; XN25 二.
pub(super) const MACHINE: Machine = Machine {
    title: "负面清单",
    subjects: &[SubjectKind::Resource],
    counterparty: None,
    running: Running::One,
    opening: &[],
    states: &[
        open("submitted", "已报送", "who reviews"),
        open("reviewed", "已审核", "who decides"),
        open("decided", "已审定", "who puts it into force"),
        open("in_force", "生效", "nobody yet; it can be lifted"),
        end("lifted", "移出"),
        end("rejected", "不予列入"),
        end("withdrawn", "撤回"),
    ],
    moves: &[
        row("review", "审核", &[NotTheSubject]),
        row("decide", "审定", &[NotTheSubject, NotTheAuthor]),
        row("enter_into_force", "列入生效", &[NotTheSubject]),
        row("reject", "不予列入", &[NotTheSubject]),
        row("withdraw", "撤回", &[]),
        row("lift", "移出", &[NotTheSubject, NotTheAuthor]),
    ],
    transitions: &[
        go("submitted", "review", "reviewed"),
        go("submitted", "decide", "decided"),
        go("reviewed", "decide", "decided"),
        act("decided", "enter_into_force", "in_force", &[Bar]),
        go("submitted", "reject", "rejected"),
        go("reviewed", "reject", "rejected"),
        go("submitted", "withdraw", "withdrawn"),
        act("in_force", "lift", "lifted", &[Unbar]),
    ],
};
