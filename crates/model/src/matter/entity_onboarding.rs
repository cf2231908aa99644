//! 经营主体准入: an entity applies to an operator, is reviewed, contracted,
//! admitted; later it rests, leaves or is removed. An appeal is a complaint about
//! this matter; where it succeeds, the entity applies again.

use super::Effect::{Admit, RemoveAdmission, SuspendAdmission};
use super::Guard::NotTheSubject;
use super::{Machine, Running, SubjectKind, act, end, go, open, row};

/// XN25 四(三), LH25 六(七), CS26 二(四), 七(二)3, 八.
pub(super) const MACHINE: Machine = Machine {
    title: "经营主体准入",
    subjects: &[SubjectKind::Organisation],
    counterparty: Some("the operator that admits it"),
    running: Running::One,
    opening: &[],
    states: &[
        open("applied", "已申请", "the operator, who reviews"),
        open("reviewed", "审核通过", "both, who sign the agreement"),
        open("agreement_signed", "已签约", "the operator, who admits"),
        open("active", "已入驻", "nobody yet; it can rest or end"),
        open("suspended", "暂停", "who suspended it"),
        end("refused", "不予准入"),
        end("withdrawn", "撤回申请"),
        end("left", "主动退出"),
        end("removed", "清退"),
    ],
    moves: &[
        row("review", "审核通过", &[NotTheSubject]),
        row("refuse", "不予准入", &[NotTheSubject]),
        row("sign", "签订协议", &[]),
        row("admit", "准予入驻", &[NotTheSubject]),
        row("suspend", "暂停", &[]),
        row("reinstate", "恢复", &[NotTheSubject]),
        row("remove", "清退", &[NotTheSubject]),
        row("leave", "退出", &[]),
        row("withdraw", "撤回申请", &[]),
    ],
    transitions: &[
        go("applied", "review", "reviewed"),
        go("applied", "refuse", "refused"),
        go("reviewed", "refuse", "refused"),
        go("reviewed", "sign", "agreement_signed"),
        act("reviewed", "admit", "active", &[Admit]),
        act("agreement_signed", "admit", "active", &[Admit]),
        act("active", "suspend", "suspended", &[SuspendAdmission]),
        act("suspended", "reinstate", "active", &[Admit]),
        act("active", "remove", "removed", &[RemoveAdmission]),
        act("suspended", "remove", "removed", &[RemoveAdmission]),
        act("active", "leave", "left", &[RemoveAdmission]),
        act("suspended", "leave", "left", &[RemoveAdmission]),
        go("applied", "withdraw", "withdrawn"),
        go("reviewed", "withdraw", "withdrawn"),
        go("agreement_signed", "withdraw", "withdrawn"),
    ],
};
