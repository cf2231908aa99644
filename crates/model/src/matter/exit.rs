//! 退出与移交: triggered, confirmed, access ended at once, handed over, data
//! deleted and proved, logs sealed. Deletion never touches the logs (CS26 六). An
//! operator that hands nothing over does not hold the exit up: the agency records
//! that it refused, and goes on; whether a refusal to delete closes one, or the proof
//! is asked for all the same, the rules say. One that the platform opened waits for
//! the agency like any other.

use super::Effect::EndAccess;
use super::Guard::{Concluded, KnownGround, NotTheSubject};
use super::{Machine, Running, SubjectKind, act, end, go, open, row};

/// CS26 六; XN25 四(五); LH25 六(六); CS23 26.
pub(super) const MACHINE: Machine = Machine {
    title: "退出与移交",
    subjects: &[SubjectKind::Agreement],
    counterparty: None,
    running: Running::One,
    opening: &[Concluded],
    states: &[
        open("triggered", "情形发生", "who confirms the ground"),
        open("negotiation", "协商", "both parties"),
        open("confirmed", "已认定", "who ends access"),
        open("access_ended", "权限已终止", "the operator, who hands over"),
        open("transition", "平稳过渡", "the operator, who hands over"),
        open("handed_over", "已移交", "who orders the deletion"),
        open("handover_refused", "未移交", "who orders the deletion"),
        open("deletion_ordered", "已责令删除", "the operator, who deletes"),
        open("deletion_proved", "已证明删除", "who seals the logs"),
        open("deletion_refused", "未删除", "the operator, or who seals the logs"),
        open("logs_sealed", "日志已封存", "who closes it"),
        end("closed", "办结"),
        end("cancelled", "撤销"),
    ],
    moves: &[
        row("negotiate", "协商", &[]),
        row("confirm", "认定退出情形", &[NotTheSubject, KnownGround]),
        row("end_access", "终止使用权限", &[NotTheSubject, KnownGround]),
        row("begin_transition", "平稳过渡", &[]),
        row("hand_over", "移交业务和数据", &[]),
        row("record_refusal", "记录拒不履行", &[NotTheSubject]),
        row("order_deletion", "责令限期删除", &[NotTheSubject]),
        row("prove_deletion", "证明已删除", &[]),
        row("seal_logs", "封存网络日志", &[]),
        row("close", "办结", &[NotTheSubject]),
        row("cancel", "撤销", &[NotTheSubject]),
    ],
    transitions: &[
        go("triggered", "negotiate", "negotiation"),
        go("triggered", "confirm", "confirmed"),
        go("negotiation", "confirm", "confirmed"),
        act("confirmed", "end_access", "access_ended", &[EndAccess]),
        go("access_ended", "begin_transition", "transition"),
        go("access_ended", "hand_over", "handed_over"),
        go("transition", "hand_over", "handed_over"),
        go("access_ended", "order_deletion", "deletion_ordered"),
        go("transition", "order_deletion", "deletion_ordered"),
        go("handed_over", "order_deletion", "deletion_ordered"),
        go("access_ended", "record_refusal", "handover_refused"),
        go("transition", "record_refusal", "handover_refused"),
        go("handover_refused", "hand_over", "handed_over"),
        go("handover_refused", "order_deletion", "deletion_ordered"),
        go("deletion_ordered", "prove_deletion", "deletion_proved"),
        go("deletion_ordered", "record_refusal", "deletion_refused"),
        go("deletion_refused", "prove_deletion", "deletion_proved"),
        go("deletion_refused", "seal_logs", "logs_sealed"),
        go("access_ended", "seal_logs", "logs_sealed"),
        go("deletion_proved", "seal_logs", "logs_sealed"),
        go("access_ended", "close", "closed"),
        go("logs_sealed", "close", "closed"),
        go("triggered", "cancel", "cancelled"),
        go("negotiation", "cancel", "cancelled"),
    ],
};
