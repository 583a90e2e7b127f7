//! The outcome of a bench: a table for a person and `target/bench/<name>.json` for a program.

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::{program, workspace};

/// What a measurement is held against.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bar {
    /// An absolute figure, in the unit of the row.
    AtMost(f64),
    /// The same, from below.
    AtLeast(f64),
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

    fn holds(&self) -> bool {
        match self.bar {
            Some(Bar::AtMost(limit)) => self.ours <= limit,
            Some(Bar::AtLeast(limit)) => self.ours >= limit,
            None => true,
        }
    }

    fn bar_text(&self) -> String {
        match self.bar {
            Some(Bar::AtMost(limit)) => format!("≤ {limit} {}", self.unit),
            Some(Bar::AtLeast(limit)) => format!("≥ {limit:.0} {}", self.unit),
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
    /// Prints the table, writes the file, and tells whether every bar holds.
    pub(super) fn publish(&self) -> anyhow::Result<bool> {
        for line in self.table() {
            program::say(&line);
        }
        let folder = workspace::target()?.join("bench");
        std::fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{}.json", self.bench));
        let rows: Vec<Value> = self.rows.iter().map(Row::json).collect();
        std::fs::write(&path, format!("{:#}\n", json!({ "bench": self.bench, "rows": rows })))
            .with_context(|| format!("{} cannot be written", path.display()))?;
        program::say(&format!("Written to {}", path.display()));
        Ok(self.rows.iter().all(Row::holds))
    }

    fn table(&self) -> Vec<String> {
        let number = |value: Option<f64>| {
            value.map_or_else(|| "–".to_owned(), |value| format!("{value:.1}"))
        };
        let mut cells = vec![["", "ours", "peer", "ratio", "bar", "verdict"].map(str::to_owned)];
        cells.extend(self.rows.iter().map(|row| {
            let verdict = match (row.bar, row.holds()) {
                (None, _) => "–",
                (_, true) => "holds",
                (_, false) => "FAILS",
            };
            [
                row.metric.to_owned(),
                format!("{:.1} {}", row.ours, row.unit),
                number(row.peer),
                number(row.ratio()),
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
        let table = Report { bench: "startup", rows }.table();
        assert_eq!(table.len(), 3);
        assert!(table[2].ends_with("FAILS"), "{}", table[2]);
        let column = |line: &str, word: &str| line.find(word).map(|at| line[..at].chars().count());
        assert_eq!(column(&table[0], "ours"), column(&table[2], "2000.0"));
    }
}
