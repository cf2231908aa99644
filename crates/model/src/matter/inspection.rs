//! 检查: an overseer opens it on a party, asks for documents by a day, writes down
//! what it found, and follows that up to a rectification or a penalty. The inspected
//! answers and can neither decline nor end it.

use super::Guard::{NotTheAuthor, NotTheSubject};
use super::{Machine, Running, SubjectKind, end, go, open, row};

/// CS26 二(一), 二(四), 二(五), 十; CC25 7, 23; XN25 五; LH25 九, 十, 十一; CS23 12, 23.
pub(super) const MACHINE: Machine = Machine {
    title: "监督检查",
    subjects: &[SubjectKind::Organisation, SubjectKind::Agreement, SubjectKind::Scenario, SubjectKind::Resource],
    counterparty: None,
    running: Running::Many,
    opening: &[NotTheSubject],
    states: &[
        open("opened", "已启动", "who inspects"),
        open("requested", "已要求提供材料", "the inspected, who answers"),
        open("answered", "已答复", "who inspects"),
        open("found", "已认定问题", "who inspects: a rectification, a penalty or a referral follows"),
        open("followed_up", "已转整改", "who inspects, once it is rectified"),
        end("clear", "未发现问题"),
        end("closed", "办结"),
        end("penalised", "已查处"),
        end("cancelled", "撤销"),
    ],
    moves: &[
        row("request", "要求限期提供材料", &[NotTheSubject]),
        row("answer", "答复", &[]),
        row("find", "认定问题", &[NotTheSubject]),
        row("follow_up", "转入整改", &[NotTheSubject]),
        row("penalise", "依法查处", &[NotTheSubject, NotTheAuthor]),
        row("clear", "未发现问题", &[NotTheSubject]),
        row("close", "办结", &[NotTheSubject]),
        row("cancel", "撤销", &[NotTheSubject]),
    ],
    transitions: &[
        go("opened", "request", "requested"),
        go("answered", "request", "requested"),
        go("requested", "answer", "answered"),
        go("opened", "find", "found"),
        // Who does not answer in time is found so.
        go("requested", "find", "found"),
        go("answered", "find", "found"),
        go("found", "follow_up", "followed_up"),
        go("found", "penalise", "penalised"),
        go("found", "close", "closed"),
        go("followed_up", "close", "closed"),
        go("opened", "clear", "clear"),
        go("answered", "clear", "clear"),
        go("opened", "cancel", "cancelled"),
    ],
};
