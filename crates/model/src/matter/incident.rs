//! 安全事件: found, stopped, handled by plan, reported, assessed, contained, and
//! then resumed or terminated, and looked back on.

use super::Effect::{EndAccess, Resume, Suspend};
use super::Guard::NotTheSubject;
use super::{Machine, Running, SubjectKind, act, end, go, open, row};

/// CS23 14(四), 24-25; LH25 九; CC25 23; XN25 五; CS26 十.
pub(super) const MACHINE: Machine = Machine {
    title: "安全事件",
    subjects: &[SubjectKind::Agreement, SubjectKind::Scenario, SubjectKind::Organisation],
    counterparty: None,
    running: Running::Many,
    opening: &[],
    states: &[
        open("found", "发现", "who found it"),
        open("service_stopped", "服务已停止", "who found it"),
        open("plan_started", "预案已启动", "who carries out the plan"),
        open("reported", "已报告", "who received the report"),
        open("assessed", "已评估", "who carries out the plan"),
        open("contained", "已处置", "who decides on resumption"),
        open("resumed", "已恢复", "who looks back on it"),
        open("terminated", "已终止授权", "who looks back on it"),
        end("reviewed", "复盘完毕"),
        end("dismissed", "误报"),
    ],
    moves: &[
        row("stop_service", "停止服务", &[]),
        row("start_plan", "启动预案", &[]),
        row("report", "报告", &[]),
        row("assess", "会同评估", &[]),
        row("contain", "处置完毕", &[]),
        row("resume", "恢复服务", &[NotTheSubject]),
        row("terminate", "终止授权", &[NotTheSubject]),
        row("review", "复盘", &[]),
        row("dismiss", "排除误报", &[NotTheSubject]),
    ],
    transitions: &[
        act("found", "stop_service", "service_stopped", &[Suspend]),
        act("plan_started", "stop_service", "plan_started", &[Suspend]),
        act("reported", "stop_service", "reported", &[Suspend]),
        act("assessed", "stop_service", "assessed", &[Suspend]),
        go("found", "start_plan", "plan_started"),
        go("service_stopped", "start_plan", "plan_started"),
        go("found", "report", "reported"),
        go("service_stopped", "report", "reported"),
        go("plan_started", "report", "reported"),
        go("reported", "assess", "assessed"),
        go("reported", "contain", "contained"),
        go("assessed", "contain", "contained"),
        act("contained", "resume", "resumed", &[Resume]),
        act("assessed", "terminate", "terminated", &[EndAccess]),
        act("contained", "terminate", "terminated", &[EndAccess]),
        go("resumed", "review", "reviewed"),
        go("terminated", "review", "reviewed"),
        act("found", "dismiss", "dismissed", &[Resume]),
        act("service_stopped", "dismiss", "dismissed", &[Resume]),
        act("reported", "dismiss", "dismissed", &[Resume]),
        act("assessed", "dismiss", "dismissed", &[Resume]),
    ],
};
