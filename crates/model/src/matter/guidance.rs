//! 指导、督促: a note of an overseer to a party, answered by a day, reminded of, closed.
//! It takes no right; what must be put right is a rectification.

use super::Guard::NotTheSubject;
use super::{Machine, Running, SubjectKind, end, go, open, row};

/// CC25 7, 13; XN25 四(二).
pub(super) const MACHINE: Machine = Machine {
    title: "指导督促",
    subjects: &[SubjectKind::Organisation, SubjectKind::Agreement, SubjectKind::Scenario, SubjectKind::Matter],
    counterparty: None,
    running: Running::Many,
    opening: &[NotTheSubject],
    states: &[
        open("given", "已提出", "the guided, who answers"),
        open("reminded", "已督促", "the guided, who answers"),
        open("answered", "已反馈", "who gave it"),
        end("closed", "办结"),
        end("withdrawn", "撤回"),
    ],
    moves: &[
        row("remind", "督促", &[]),
        row("answer", "反馈", &[]),
        row("follow_up", "补充意见", &[NotTheSubject]),
        row("close", "办结", &[NotTheSubject]),
        row("withdraw", "撤回", &[NotTheSubject]),
    ],
    transitions: &[
        go("given", "remind", "reminded"),
        go("given", "answer", "answered"),
        go("reminded", "answer", "answered"),
        go("answered", "follow_up", "given"),
        go("answered", "close", "closed"),
        go("given", "withdraw", "withdrawn"),
        go("reminded", "withdraw", "withdrawn"),
    ],
};
