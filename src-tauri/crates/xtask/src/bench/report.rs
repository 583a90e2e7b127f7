//! The outcome of a bench: a table for a person and `target/bench/<name>.json` for a program.

use anyhow::Context as _;
use serde_json::{Value, json};

use super::Size;
use crate::{program, workspace};

/// What a measurement is held against.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bar {
    /// An absolute figure, in the unit of the row.
    AtMost(f64),
    /// The same, from below.
    AtLeast(f64),
    /// So many times the peer's figure.
    TimesPeerAtMost(f64),
    /// The same, from below.
    TimesPeerAtLeast(f64),
    /// So much more than the peer's figure, in the unit of the row.
    AbovePeerAtMost(f64),
}

/// One measurement.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) metric: &'static str,
    pub(super) ours: f64,
    /// The same measurement of the program that ours is compared with, if there is one.
    pub(super) peer: Option<f64>,
    pub(super) unit: &'static str,
    /// `None` is for information only.
    pub(super) bar: Option<Bar>,
}

impl Row {
    fn ratio(&self) -> Option<f64> {
        self.peer.map(|peer| self.ours / peer)
    }

    /// What was not measured holds against nothing.
    pub(super) fn holds(&self) -> bool {
        let peer = self.peer.unwrap_or(f64::NAN);
        match self.bar {
            Some(Bar::AtMost(limit)) => self.ours <= limit,
            Some(Bar::AtLeast(limit)) => self.ours >= limit,
            Some(Bar::TimesPeerAtMost(times)) => self.ours <= times * peer,
            Some(Bar::TimesPeerAtLeast(times)) => self.ours >= times * peer,
            Some(Bar::AbovePeerAtMost(more)) => self.ours <= peer + more,
            None => true,
        }
    }

    fn bar_text(&self) -> String {
        match self.bar {
            Some(Bar::AtMost(limit)) => format!("≤ {limit} {}", self.unit),
            Some(Bar::AtLeast(limit)) => format!("≥ {limit:.0} {}", self.unit),
            Some(Bar::TimesPeerAtMost(times)) => format!("≤ {times} × peer"),
            Some(Bar::TimesPeerAtLeast(times)) => format!("≥ {times} × peer"),
            Some(Bar::AbovePeerAtMost(more)) => format!("≤ peer + {more} {}", self.unit),
            None => "–".into(),
        }
    }

    fn json(&self) -> Value {
        json!({
            "metric": self.metric,
            "ours": to_a_tenth(self.ours),
            "peer": self.peer.map(to_a_tenth),
            "unit": self.unit,
            "ratio": self.ratio().map(|ratio| (ratio * 1000.0).round() / 1000.0),
            "bar": self.bar.map(|_| self.bar_text()),
            "ok": self.holds(),
        })
    }
}

/// Finer than anything that is measured here.
fn to_a_tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// All measurements of one bench.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) bench: &'static str,
    pub(super) rows: Vec<Row>,
}

impl Report {
    /// Prints the table, writes the file, and tells whether every bar holds. At a small size nothing is held against a bar,
    /// and the file has another name.
    pub(super) fn publish(&self, size: Size) -> anyhow::Result<bool> {
        program::say("");
        for line in self.table(size) {
            program::say(&line);
        }
        let folder = workspace::target()?.join("bench");
        std::fs::create_dir_all(&folder)?;
        let name = match size {
            Size::Full => self.bench.to_owned(),
            Size::Small => format!("{}-small", self.bench),
        };
        let path = folder.join(format!("{name}.json"));
        let rows: Vec<Value> = self.rows.iter().map(Row::json).collect();
        std::fs::write(&path, format!("{:#}\n", json!({ "bench": name, "rows": rows })))
            .with_context(|| format!("{} cannot be written", path.display()))?;
        program::say(&format!("Written to {}", path.display()));
        if size == Size::Small {
            program::say("A small size: these figures prove nothing, and no bar was applied.");
        }
        Ok(size == Size::Small || self.rows.iter().all(Row::holds))
    }

    fn table(&self, size: Size) -> Vec<String> {
        let number = |value: Option<f64>, digits: usize| {
            value.map_or_else(|| "–".to_owned(), |value| format!("{value:.digits$}"))
        };
        let mut cells = vec![["", "ours", "peer", "ratio", "bar", "verdict"].map(str::to_owned)];
        cells.extend(self.rows.iter().map(|row| {
            let verdict = match (size, row.bar, row.holds()) {
                (Size::Small, _, _) | (_, None, _) => "–",
                (_, _, true) => "holds",
                (_, _, false) => "FAILS",
            };
            [
                row.metric.to_owned(),
                format!("{:.1} {}", row.ours, row.unit),
                number(row.peer, 1),
                number(row.ratio(), 2),
                row.bar_text(),
                verdict.to_owned(),
            ]
        }));
        let width =
            |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths = std::array::from_fn::<usize, 6, _>(width);
        cells
            .iter()
            .map(|row| {
                let padded = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
                padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ours: f64, peer: Option<f64>, bar: Option<Bar>) -> Row {
        Row { metric: "first frame", ours, peer, unit: "ms", bar }
    }

    #[test]
    fn a_bar_holds_up_to_its_figure() {
        assert!(row(1000.0, None, Some(Bar::AtMost(1000.0))).holds());
        assert!(!row(1000.1, None, Some(Bar::AtMost(1000.0))).holds());
        assert!(row(9e9, None, None).holds());
        assert!(row(10.0, None, Some(Bar::AtLeast(10.0))).holds());
        assert!(!row(9.9, None, Some(Bar::AtLeast(10.0))).holds());
        assert!(row(8.0, Some(1.0), Some(Bar::TimesPeerAtLeast(8.0))).holds());
        assert!(!row(7.9, Some(1.0), Some(Bar::TimesPeerAtLeast(8.0))).holds());
        assert!(row(15.0, Some(10.0), Some(Bar::TimesPeerAtMost(1.5))).holds());
        assert!(!row(15.1, Some(10.0), Some(Bar::TimesPeerAtMost(1.5))).holds());
        assert!(row(160.0, Some(10.0), Some(Bar::AbovePeerAtMost(150.0))).holds());
        assert!(!row(161.0, Some(10.0), Some(Bar::AbovePeerAtMost(150.0))).holds());
    }

    #[test]
    fn what_was_not_measured_holds_against_no_bar() {
        assert!(!row(f64::NAN, None, Some(Bar::AtMost(1.0))).holds());
        assert!(!row(f64::NAN, None, Some(Bar::AtLeast(1.0))).holds());
        assert!(!row(5.0, None, Some(Bar::TimesPeerAtLeast(1.0))).holds());
        assert!(!row(5.0, Some(f64::NAN), Some(Bar::AbovePeerAtMost(1.0))).holds());
    }

    #[test]
    fn the_file_has_the_agreed_keys() {
        let json = row(300.0, Some(200.0), Some(Bar::AtMost(1000.0))).json();
        assert_eq!(
            json,
            json!({ "metric": "first frame", "ours": 300.0, "peer": 200.0, "unit": "ms", "ratio": 1.5, "bar": "≤ 1000 ms", "ok": true })
        );
        assert_eq!(row(1.0, None, None).json()["ratio"], Value::Null);
    }

    #[test]
    fn the_columns_of_the_table_stand_below_each_other() {
        let rows = vec![row(1.0, None, None), row(2000.0, Some(1.0), Some(Bar::AtMost(1.0)))];
        let report = Report { bench: "startup", rows };
        assert!(report.table(Size::Small)[2].ends_with('–'), "a small size is not judged");
        let table = report.table(Size::Full);
        assert_eq!(table.len(), 3);
        assert!(table[2].ends_with("FAILS"), "{}", table[2]);
        let column = |line: &str, word: &str| line.find(word).map(|at| line[..at].chars().count());
        assert_eq!(column(&table[0], "ours"), column(&table[2], "2000.0"));
    }
}
