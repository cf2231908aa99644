//! The table: what was measured, of whom, and what we aim at.

#![expect(clippy::float_arithmetic, reason = "figures of speed are ratios of measured times")]

use serde::Serialize;

/// One line of the table.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) ours: f64,
    pub(crate) unit: &'static str,
    pub(crate) peer: String,
    pub(crate) theirs: Option<f64>,
    pub(crate) ratio: Option<f64>,
    pub(crate) goal: &'static str,
}

/// Figures of several rounds, ours and theirs in turn.
#[derive(Debug, Default)]
pub(crate) struct Pair {
    ours: Vec<f64>,
    theirs: Vec<f64>,
}

impl Pair {
    pub(crate) fn push(&mut self, ours: f64, theirs: f64) {
        self.ours.push(ours);
        self.theirs.push(theirs);
    }

    /// The medians, and the median of the rounds' own ratios.
    pub(crate) fn row(self, name: &str, unit: &'static str, peer: &str, goal: &'static str) -> Row {
        let ratios = self.ours.iter().zip(&self.theirs).map(|(ours, theirs)| ours / theirs).collect();
        Row {
            name: name.to_owned(),
            ours: median(self.ours),
            unit,
            peer: peer.to_owned(),
            theirs: Some(median(self.theirs)),
            ratio: Some(median(ratios)),
            goal,
        }
    }
}

/// A figure that has no peer.
pub(crate) fn alone(name: &str, ours: f64, unit: &'static str, goal: &'static str) -> Row {
    Row { name: name.to_owned(), ours, unit, peer: "–".to_owned(), theirs: None, ratio: None, goal }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// As Markdown, for docs/PERFORMANCE.md.
pub(crate) fn print(rows: &[Row]) {
    println!("| what | ours | peer | theirs | ours/theirs | goal |");
    println!("| --- | ---: | --- | ---: | ---: | --- |");
    for row in rows {
        let number = |figure: Option<f64>, digits: usize| figure.map_or("–".to_owned(), |f| format!("{f:.digits$}"));
        println!(
            "| {} | {:.0} {} | {} | {} | {} | {} |",
            row.name,
            row.ours,
            row.unit,
            row.peer,
            number(row.theirs, 0),
            number(row.ratio, 2),
            row.goal
        );
    }
}
