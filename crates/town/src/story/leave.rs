//! Chapter nine: what is left for whoever comes to look around. A result that cannot leave
//! as it is, but can once its small cells are gone; and one that waits for one signature.
//!
//! Not here: how a result leaves (`release`).

use serde_json::Value;

use super::World;
use super::compute::{self, LEFT_TO_MEND, LEFT_TO_SIGN};
use super::release;

pub(super) async fn chapter(w: &mut World<'_>) -> anyhow::Result<()> {
    w.stage.chapter("九、留待来客", "Nine: left for who comes to look around")?;
    compute::run(w, &LEFT_TO_MEND).await?;
    release::lint(w, &LEFT_TO_MEND, "AIR-002").await?;
    w.stage.step(format!("提交“{}”出域", LEFT_TO_MEND.title), format!("submitting {}", LEFT_TO_MEND.english));
    let reply = release::submit(w, LEFT_TO_MEND.word).await?;
    w.refused(LEFT_TO_MEND.english, reply, "AIR-002")?;
    compute::run(w, &LEFT_TO_SIGN).await?;
    let case = release::submitted(w, &LEFT_TO_SIGN).await?;
    w.stage.step("自查和一人审查已签，等谭慧一签", "checked and reviewed by one; it waits for Tan Hui");
    release::signed_but_for_the_last(w, &case).await?;
    let facts = w.person("tan.hui")?.get(&format!("/v1/cases/{}", case.id)).await?.json()?;
    anyhow::ensure!(facts.get("state") == Some(&Value::from("open")), "the release that is left does not wait");
    w.stage.done(&case.id)
}
