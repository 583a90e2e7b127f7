//! Rows that are hard to keep: drawn at random with a fixed seed, so that every run has the same.

use jiff::Timestamp;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRng, TestRunner};
use tapeshelf_transfer::tables::{Cell, Column, Kind};

/// A column of each kind.
pub(crate) const COLUMNS: [Column; 8] = [
    Column { name: "started_at", title: "When", kind: Kind::Instant },
    Column { name: "from", title: "From", kind: Kind::Text },
    Column { name: "tags", title: "Tags", kind: Kind::List },
    Column { name: "duration_ms", title: "Length", kind: Kind::Duration },
    Column { name: "size_bytes", title: "Size", kind: Kind::Whole },
    Column { name: "monthly_cost", title: "Price a month", kind: Kind::Real },
    Column { name: "starred", title: "Star", kind: Kind::YesNo },
    Column { name: "conference", title: "Conference", kind: Kind::Text },
];

/// Texts that programs like to take for something else.
const TRAPS: [&str; 12] = [
    "=cmd()",
    "=1+1",
    "+15551234567",
    "919876543210",
    "0012",
    "1-2",
    "TRUE",
    "#N/A",
    "_x0041_",
    "<b>&amp;",
    "two\nlines\tand a tab",
    "https://example.test/a?b=c",
];

/// So many rows, the same each time.
pub(crate) fn drawn(count: usize) -> Vec<Vec<Cell>> {
    let rng = TestRng::from_seed(proptest::test_runner::RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let row = COLUMNS.iter().map(|column| cell(column.kind)).collect::<Vec<_>>();
    (0..count).map(|_| row.new_tree(&mut runner).unwrap().current()).collect()
}

fn cell(kind: Kind) -> BoxedStrategy<Cell> {
    let some = match kind {
        Kind::Text | Kind::Json => prop_oneof![
            prop::sample::select(&TRAPS[..]).prop_map(str::to_owned),
            "[!-~äß電😀 ]{1,12}"
        ]
        .prop_map(Cell::Text)
        .boxed(),
        Kind::List => prop::collection::vec("[a-z0-9=+]{1,6}", 1..3).prop_map(Cell::List).boxed(),
        // From 1890 to 9000.
        Kind::Instant => (-2_524_000_000_000_i64..221_845_000_000_000)
            .prop_map(|ms| Cell::Instant(Timestamp::from_millisecond(ms).unwrap()))
            .boxed(),
        Kind::Duration => (0..400_000_000_i64).prop_map(Cell::Whole).boxed(),
        Kind::Whole => (-(1_i64 << 53)..1 << 53).prop_map(Cell::Whole).boxed(),
        Kind::Real => (-1e9..1e9_f64).prop_map(Cell::Real).boxed(),
        Kind::YesNo => any::<bool>().prop_map(Cell::YesNo).boxed(),
    };
    prop_oneof![1 => Just(Cell::Empty), 4 => some].boxed()
}
