//! What a document says about watching over security: who reads the journal, which
//! unusual patterns alert whom, which controls must hold and which work stops when one
//! does not.
//!
//! INVARIANT (closed): patterns, controls and the work that stops are tables here.
//! INVARIANT (absent): where a document asks for no monitoring or no list of controls,
//! the section is absent and nothing alerts or stops.
//!
//! Not here: reading the journal and the probes of controls (`server`), finding the
//! patterns (`casework::alerts`).

use serde::{Deserialize, Serialize};

use super::Sourced;
use super::faults::Faults;
use super::words::words;
use super::{MatterKind, Regime};
use crate::actor::Role;
use crate::time::{Day, Time};

words! {
    /// A pattern that alerts.
    Unusual {
        Refusals = "refusals" "一人一日多次被拒",
        LoginsBlocked = "logins_blocked" "连续登录失败",
        CallsNearQuota = "calls_near_quota" "调用量接近上限",
        CallsAboveMean = "calls_above_mean" "调用量骤增",
        OutOfHours = "out_of_hours" "非工作时段加工",
        ControlFailed = "control_failed" "安全控制措施失效",
    }
    /// A control that must hold; `server::controls` probes each.
    RequiredControl {
        EncryptionAtRest = "encryption_at_rest" "静态加密",
        AuditTrail = "audit_trail" "操作日志完整入链",
        LogKept = "log_kept" "日志留存",
        AdminsApart = "admins_apart" "三员分立",
        AccessPolicy = "access_policy" "访问控制策略",
        Sandbox = "sandbox" "加工沙箱",
        Clock = "clock" "时钟可信",
        DiskReserve = "disk_reserve" "存储余量",
    }
    /// New work that stops while a required control does not hold.
    StoppedWork {
        Landing = "landing" "数据归集",
        Run = "run" "加工运行",
        Release = "release" "成果出域",
        Delivery = "delivery" "交付和使用",
    }
}

/// Watching over security.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityRules {
    /// Who reads the journal beside the audit administrator: refusals and events, each
    /// as far as its supervision reaches.
    pub journal_readers: Option<Sourced<Vec<Role>>>,
    /// What is carried between machines is encrypted.
    pub transport_encrypted: Option<Sourced<bool>>,
    /// Monitoring.
    pub alerts: Option<AlertRules>,
    /// Controls that must hold.
    pub controls: Option<ControlRules>,
}

/// Which patterns alert whom; one without a number is not watched.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AlertRules {
    /// In whose queue an alert comes to lie.
    pub to: Sourced<Role>,
    /// So many refusals of one person, or of one organisation's calls, on one day.
    pub refusals_a_day_max: Option<Sourced<u16>>,
    /// So many series of wrong passwords for one login name on one day.
    pub logins_blocked_a_day_max: Option<Sourced<u16>>,
    /// Calls of a day under one subscription, in per cent of what it allows.
    pub calls_percent_of_quota: Option<Sourced<u8>>,
    /// Calls of a day, in times of the mean of the days before.
    pub calls_times_mean: Option<Sourced<u16>>,
    /// How many days before that mean is of.
    pub mean_days: Option<Sourced<u8>>,
    /// The first hour in which computing is usual.
    pub first_hour: Option<Sourced<u8>>,
    /// The last such hour.
    pub last_hour: Option<Sourced<u8>>,
}

/// Which controls must hold.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ControlRules {
    /// Which.
    pub required: Sourced<Vec<RequiredControl>>,
    /// What stops while one of them does not hold.
    pub stop: Sourced<Vec<StoppedWork>>,
    /// Seconds after which an event lies in the log.
    pub log_lag_seconds_max: Sourced<u16>,
    /// Seconds by which the machine's clock may lie behind what was shown.
    pub clock_seconds_max: Sourced<u16>,
}

impl Regime {
    /// Who reads the journal beside the audit administrator.
    pub fn journal_readers(&self) -> &[Role] {
        let readers = self.security.as_ref().and_then(|security| security.journal_readers.as_ref());
        readers.map_or(&[], |readers| &readers.value)
    }

    /// What is watched, where the document asks for it.
    pub fn alerts(&self) -> Option<&AlertRules> {
        self.security.as_ref()?.alerts.as_ref()
    }

    /// Which controls must hold, where the document asks for it.
    pub fn controls(&self) -> Option<&ControlRules> {
        self.security.as_ref()?.controls.as_ref()
    }

    /// The first day on which an entry of the log written then has been kept for the years
    /// that the rules name.
    pub fn log_kept_until(&self, written: Time) -> Day {
        let years = i64::from(self.logs.network_log_years_min.value);
        written.day().saturating_add(jiff::Span::new().years(years))
    }

    /// Whether every request is an entry of the log.
    pub fn logs_requests(&self) -> bool {
        self.logs.requests_are_logged.as_ref().is_some_and(|rule| rule.value)
    }
}

/// The last hour of a day.
const HOUR_MAX: u8 = 23;

pub(super) fn faults_of(regime: &Regime, faults: &mut Faults) {
    for role in regime.journal_readers().iter().filter(|role| role.is_platform_admin() || !regime.has_role(**role)) {
        let what =
            format!("`security.journal_readers` has `{}`; name bodies and parties of this document", role.word());
        faults.at("security.journal_readers", what);
    }
    let Some(alerts) = regime.alerts() else { return };
    if !regime.matter.contains_key(&MatterKind::Alert) {
        faults.at("security.alerts", "`security.alerts` needs `matter.alert`, in which an alert waits");
    }
    if alerts.calls_times_mean.is_some() != alerts.mean_days.is_some() {
        faults.at("security.alerts.mean_days", "`security.alerts.mean_days` and `calls_times_mean` need each other");
    }
    match (&alerts.first_hour, &alerts.last_hour) {
        (Some(first), Some(last)) if last.value <= first.value || last.value > HOUR_MAX => {
            faults.at("security.alerts.last_hour", "`security.alerts.last_hour` is after `first_hour` and 23 at most");
        }
        (Some(_), None) | (None, Some(_)) => {
            faults.at("security.alerts.first_hour", "`security.alerts.first_hour` and `last_hour` need each other");
        }
        _ => {}
    }
    if alerts.calls_percent_of_quota.as_ref().is_some_and(|percent| percent.value > 100) {
        faults.at("security.alerts.calls_percent_of_quota", "`security.alerts.calls_percent_of_quota` is 100 at most");
    }
}
