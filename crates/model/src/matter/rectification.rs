//! 整改: found, talked over, ordered with a day, done, accepted; or overdue, and
//! then what the document says: the channel closed, the agreement ended, a
//! processor's permissions cancelled, the department under supervision, the police
//! called.
//!
//! Luohu suspends with the order (LH25 十二), Changsha 2023 closes only when
//! overdue (CS23 26): two moves, of which a jurisdiction chooses.

use super::Effect::{EndAccess, Resume, Suspend};
use super::Guard::{AboutAProcessor, NotTheAuthor, NotTheSubject};
use super::{Machine, Running, SubjectKind, act, end, go, open, row};

/// LH25 十(一)3, 十二; CS23 26; CS26 六, 七(一); XN25 四(五).
pub(super) const MACHINE: Machine = Machine {
    title: "整改",
    subjects: &[SubjectKind::Agreement, SubjectKind::Organisation],
    counterparty: None,
    running: Running::Many,
    opening: &[],
    states: &[
        open("found", "发现问题", "who supervises"),
        open("talked", "已约谈", "who supervises"),
        open("ordered", "已责令整改", "the ordered organisation"),
        open("suspended", "整改中,权限已暂停", "the ordered organisation"),
        open("done", "已报告完成", "who ordered it"),
        open("done_suspended", "已报告完成,权限仍暂停", "who ordered it"),
        open("overdue", "逾期", "who ordered it"),
        open("channel_closed", "数据通道已关闭", "both: it can still be done, or be ended"),
        open("supervised", "已纳入督查督办", "the ordered department"),
        end("accepted", "验收通过"),
        end("withdrawn", "撤销"),
        end("terminated", "终止授权"),
        end("permissions_cancelled", "已取消加工权限"),
        end("handed_over", "移送公安、纪检"),
    ],
    moves: &[
        row("talk", "约谈", &[NotTheSubject]),
        row("order", "责令限期整改", &[NotTheSubject]),
        row("order_suspended", "责令限期整改并暂停权限", &[NotTheSubject]),
        row("suspend", "暂停权限", &[NotTheSubject]),
        row("report_done", "报告整改完成", &[]),
        row("accept", "验收", &[NotTheSubject, NotTheAuthor]),
        row("reject", "验收不通过", &[NotTheSubject]),
        row("mark_overdue", "逾期", &[]),
        row("close_channel", "关闭数据通道、下架产品", &[NotTheSubject]),
        row("cancel_permissions", "取消加工权限", &[NotTheSubject, AboutAProcessor]),
        row("supervise", "纳入督查督办", &[NotTheSubject]),
        row("terminate", "终止授权", &[NotTheSubject]),
        row("hand_over", "移送公安、纪检", &[NotTheSubject]),
        row("withdraw", "撤销", &[NotTheSubject]),
    ],
    transitions: &[
        go("found", "talk", "talked"),
        go("found", "order", "ordered"),
        go("talked", "order", "ordered"),
        act("found", "order_suspended", "suspended", &[Suspend]),
        act("talked", "order_suspended", "suspended", &[Suspend]),
        act("ordered", "suspend", "suspended", &[Suspend]),
        go("ordered", "report_done", "done"),
        go("suspended", "report_done", "done_suspended"),
        go("overdue", "report_done", "done_suspended"),
        go("channel_closed", "report_done", "done_suspended"),
        go("supervised", "report_done", "done"),
        act("done", "accept", "accepted", &[Resume]),
        act("done_suspended", "accept", "accepted", &[Resume]),
        go("done", "reject", "ordered"),
        go("done_suspended", "reject", "suspended"),
        go("ordered", "mark_overdue", "overdue"),
        go("suspended", "mark_overdue", "overdue"),
        act("overdue", "close_channel", "channel_closed", &[Suspend]),
        go("overdue", "supervise", "supervised"),
        act("overdue", "cancel_permissions", "permissions_cancelled", &[EndAccess]),
        act("overdue", "terminate", "terminated", &[EndAccess]),
        act("channel_closed", "terminate", "terminated", &[EndAccess]),
        act("ordered", "hand_over", "handed_over", &[EndAccess]),
        act("suspended", "hand_over", "handed_over", &[EndAccess]),
        act("overdue", "hand_over", "handed_over", &[EndAccess]),
        act("channel_closed", "hand_over", "handed_over", &[EndAccess]),
        act("supervised", "hand_over", "handed_over", &[EndAccess]),
        go("found", "withdraw", "withdrawn"),
        go("talked", "withdraw", "withdrawn"),
        act("ordered", "withdraw", "withdrawn", &[Resume]),
        act("suspended", "withdraw", "withdrawn", &[Resume]),
    ],
};
