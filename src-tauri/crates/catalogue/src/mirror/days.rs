//! What there is in spans of time, by the moment at which the vendor stored a recording, or else at which it began.

use jiff::Timestamp;

use super::Mirror;
use super::numbers::{flags, index};
use super::rows::{DEAD, DELETED, GONE, NEVER, Rows};
use crate::completeness::{Extent, Span, SpanTally};

impl Rows {
    /// When the vendor stored the recording of a row, or else when it began.
    fn stored_ms(&self, row: usize) -> Option<i64> {
        self.added_ms(row).or_else(|| Some(self.when_ms(row)).filter(|at| *at != NEVER))
    }

    /// The rows of an account, with their flags.
    fn of_account(&self, account_no: i64) -> impl Iterator<Item = (usize, u16)> + '_ {
        let of: Vec<bool> =
            self.classes.all().iter().map(|class| class.account_no == account_no).collect();
        let rows = self.columns.class.iter().zip(self.columns.flags.iter().map(flags)).enumerate();
        rows.filter(move |(_, (class, flags))| of[index(*class)] && flags & DEAD == 0)
            .map(|(row, (_, flags))| (row, flags))
    }
}

impl Mirror {
    /// From when to when an account has recordings; `None` when the rows have to be read first.
    pub(crate) fn extent(&self, account_no: i64) -> Option<Extent> {
        let rows = self.read();
        let rows = rows.as_ref()?;
        let mut extent = Extent::default();
        let (mut first, mut last) = (i64::MAX, i64::MIN);
        for (row, flags) in rows.of_account(account_no) {
            extent.indexed += u32::from(flags & GONE == 0);
            match rows.stored_ms(row) {
                Some(at) => (first, last) = (first.min(at), last.max(at)),
                None => extent.undated += 1,
            }
        }
        if first <= last {
            let instant = |ms| Timestamp::from_millisecond(ms).ok();
            extent.ends = instant(first).zip(instant(last));
        }
        Some(extent)
    }

    /// What there is of an account in each of these spans, which are in order and do not overlap; `None` when the rows have to
    /// be read first.
    pub(crate) fn span_tallies(&self, account_no: i64, spans: &[Span]) -> Option<Vec<SpanTally>> {
        let rows = self.read();
        let rows = rows.as_ref()?;
        let mut tallies = vec![SpanTally::default(); spans.len()];
        for (row, flags) in rows.of_account(account_no) {
            let Some(at) = rows.stored_ms(row) else { continue };
            let index = spans.partition_point(|span| span.1 <= at);
            if spans.get(index).is_none_or(|span| span.0 > at) {
                continue;
            }
            let tally = &mut tallies[index];
            let (gone, deleted) = (flags & GONE != 0, flags & DELETED != 0);
            let has_copy = rows.state(row) >= 3;
            tally.indexed += u32::from(!gone);
            tally.saved += u32::from(rows.state(row) == 4);
            tally.gone += u32::from(gone && !deleted);
            tally.lost += u32::from(gone && !deleted && !has_copy);
            tally.deleted += u32::from(gone && deleted);
        }
        Some(tallies)
    }
}
