//! 监测预警: what the platform's monitor, or somebody, noticed. It waits in the queue of
//! the body that the rules name until that body has taken it and said what came of it;
//! meanwhile the security officer of whom it is about says what it was.

use super::Guard::TheOfficer;
use super::{Machine, Running, SubjectKind, end, go, open, row};

/// CC25 23; CS26 十; LH25 九(一); CS23 14.
pub(super) const MACHINE: Machine = Machine {
    title: "监测预警",
    subjects: &[SubjectKind::Organisation, SubjectKind::Agreement, SubjectKind::Scenario, SubjectKind::Resource],
    counterparty: None,
    running: Running::Many,
    opening: &[],
    states: &[
        open("raised", "已预警", "who takes it"),
        open("acknowledged", "已签收", "who says what came of it"),
        end("escalated", "已转为事件、风险或整改"),
        end("warned", "已发出警示"),
        end("closed", "已关闭"),
    ],
    moves: &[
        row("explain", "安全负责人说明", &[TheOfficer]),
        row("acknowledge", "签收", &[]),
        row("escalate", "转为事件、风险或整改", &[]),
        row("warn", "发出警示", &[]),
        row("close", "关闭", &[]),
    ],
    transitions: &[
        go("raised", "explain", "raised"),
        go("acknowledged", "explain", "acknowledged"),
        go("raised", "acknowledge", "acknowledged"),
        go("acknowledged", "escalate", "escalated"),
        go("acknowledged", "warn", "warned"),
        go("acknowledged", "close", "closed"),
    ],
};
