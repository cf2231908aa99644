//! 风险报告: what was found while a request is reviewed or data is worked on. While it
//! is open, no case on what it is about is approved; who supervises can let the rights
//! under it rest, too.

use super::Effect::{Resume, Suspend, SuspendIfHigh};
use super::Guard::NotTheSubject;
use super::{Machine, Running, SubjectKind, act, end, go, open, row};

/// CC25 23, 24; XN25 五; CS26 十.
pub(super) const MACHINE: Machine = Machine {
    title: "风险报告",
    subjects: &[
        SubjectKind::Case,
        SubjectKind::Scenario,
        SubjectKind::Agreement,
        SubjectKind::Resource,
        SubjectKind::Organisation,
        SubjectKind::Product,
    ],
    counterparty: None,
    running: Running::Many,
    opening: &[],
    states: &[
        open("reported", "已报告", "who assesses it"),
        open("suspended", "权限已暂停", "who assesses it"),
        open("assessed", "已评估", "who treats it"),
        open("treated", "已处置", "who accepts the treatment"),
        end("resolved", "风险解除"),
        end("dismissed", "不成立"),
    ],
    moves: &[
        row("suspend", "暂停相关权限", &[NotTheSubject]),
        row("assess", "会同评估", &[NotTheSubject]),
        row("treat", "处置", &[]),
        row("reopen", "处置不足,退回", &[NotTheSubject]),
        row("resolve", "解除", &[NotTheSubject]),
        row("dismiss", "认定不成立", &[NotTheSubject]),
    ],
    transitions: &[
        act("reported", "suspend", "suspended", &[Suspend]),
        act("assessed", "suspend", "assessed", &[Suspend]),
        act("reported", "assess", "assessed", &[SuspendIfHigh]),
        go("suspended", "assess", "assessed"),
        go("assessed", "treat", "treated"),
        go("treated", "reopen", "assessed"),
        act("treated", "resolve", "resolved", &[Resume]),
        act("reported", "dismiss", "dismissed", &[Resume]),
        act("suspended", "dismiss", "dismissed", &[Resume]),
        act("assessed", "dismiss", "dismissed", &[Resume]),
    ],
};
