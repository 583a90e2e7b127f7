//! The recordings the account holds now, in the order of the list, and the exports that were asked for.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::audio::Ring;
use crate::calls::{Call, History};
use crate::error::Error;
use crate::options::SandboxOptions;
use crate::state_file::{Event, Export, StateFile};

/// One row of the list.
#[derive(Debug, Clone)]
pub(crate) enum Row {
    /// A call of the history.
    Made(Call),
    /// JSON that a test wants listed as it is.
    Planted(Value),
}

impl Row {
    /// The `recording_id`, if the row has one.
    pub(crate) fn id(&self) -> Option<String> {
        match self {
            Self::Made(call) => Some(call.id.to_string()),
            Self::Planted(value) => value.get("recording_id")?.as_str().map(str::to_owned),
        }
    }

    fn matches(&self, filter: &Filter) -> bool {
        let same = |wanted: &Option<String>, is: &dyn Fn() -> Option<String>| {
            wanted.as_ref().is_none_or(|wanted| is().as_ref() == Some(wanted))
        };
        let text = |value: &Value, field: &str| {
            value.get(field).and_then(Value::as_str).map(str::to_owned)
        };
        match self {
            Self::Made(call) => {
                filter.added_us.as_ref().is_none_or(|range| range.contains(&call.added_us))
                    && same(&filter.call_uuid, &|| Some(call.belongs_to.to_string()))
                    && filter
                        .recording_type
                        .as_ref()
                        .is_none_or(|wanted| wanted == call.kind.as_str())
            }
            Self::Planted(value) => {
                same(&filter.call_uuid, &|| text(value, "call_uuid"))
                    && same(&filter.recording_type, &|| text(value, "recording_type"))
            }
        }
    }
}

/// The filters the vendor documents for its list, and when a call was stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) call_uuid: Option<String>,
    pub(crate) recording_type: Option<String>,
    /// In microseconds since the epoch. Planted rows are of any time.
    pub(crate) added_us: Option<RangeInclusive<i64>>,
}

/// All rows.
#[derive(Debug)]
pub(crate) struct Shelf {
    /// Every row there ever was; a deleted one is only taken out of the maps and the order.
    rows: Vec<Row>,
    /// Positions in `rows`, oldest first: new rows come at the end at no cost, lists read it backwards.
    order: Vec<u32>,
    made: HashMap<Uuid, u32>,
    planted: HashMap<String, u32>,
    exports: Vec<Export>,
    seed: u64,
    /// Length of all calls, if it is fixed.
    fixed_ms: Option<u32>,
    /// How often calls were added, so that each time brings other ones.
    additions: u64,
    state: Option<StateFile>,
}

impl Shelf {
    /// Makes the history and repeats what the state file remembers. What it remembers of the VBC account comes back
    /// with the moment that all histories are anchored at.
    pub(crate) fn open(options: &SandboxOptions) -> Result<(Self, Timestamp, Vec<Event>), Error> {
        let (mut state, events) = match &options.state_file {
            Some(path) => StateFile::open(path).map(|(state, events)| (Some(state), events))?,
            None => (None, Vec::new()),
        };
        let born = events.iter().find_map(|event| match event {
            Event::Born(at) => Some(*at),
            _ => None,
        });
        let anchor = options.now.or(born).unwrap_or_else(Timestamp::now);
        if let (None, Some(state)) = (born, &mut state) {
            state.append(&Event::Born(anchor))?;
        }
        let mut shelf = Self {
            rows: Vec::new(),
            order: Vec::new(),
            made: HashMap::new(),
            planted: HashMap::new(),
            exports: Vec::new(),
            seed: options.seed,
            fixed_ms: options.media_length.duration_ms(Ring::Wav),
            additions: 0,
            state: None,
        };
        for call in History::new(options.seed, anchor.as_microsecond()).past(options.recordings) {
            shelf.push(call);
        }
        let mut others = Vec::new();
        for event in events {
            match event {
                Event::Born(_) => {}
                Event::Added { count, at } => drop(shelf.add(count, at)?),
                Event::Deleted(id) => drop(shelf.delete(&id)?),
                Event::Exported(export) => shelf.exports.push(export),
                Event::VbcDeleted(_) | Event::VbcAdded { .. } => others.push(event),
            }
        }
        // Only now, so that what was repeated is not written down again.
        shelf.state = state;
        Ok((shelf, anchor, others))
    }

    /// How many rows the list has.
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// All rows, newest first.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.order.iter().rev().filter_map(|position| self.rows.get(*position as usize))
    }

    /// One page, newest first, and how many rows match in all.
    pub(crate) fn page(&self, filter: &Filter, offset: usize, limit: usize) -> (Vec<Row>, usize) {
        if *filter == Filter::default() {
            // By position: a walk to a page deep in a long list would cost more than the page.
            let end = self.len().saturating_sub(offset);
            let page = self.order.get(end.saturating_sub(limit)..end).unwrap_or_default();
            let rows = page.iter().rev().filter_map(|at| self.rows.get(*at as usize));
            return (rows.cloned().collect(), self.len());
        }
        self.page_of(filter, |_| true, offset, limit)
    }

    /// The same of the rows that are also `listed`.
    pub(crate) fn page_of(
        &self,
        filter: &Filter,
        listed: impl Fn(&Row) -> bool,
        offset: usize,
        limit: usize,
    ) -> (Vec<Row>, usize) {
        let matching: Vec<&Row> =
            self.rows().filter(|row| row.matches(filter) && listed(row)).collect();
        let page = matching.iter().skip(offset).take(limit).map(|row| (*row).clone()).collect();
        (page, matching.len())
    }

    /// One row by its id, exactly as it is written in the list.
    pub(crate) fn find(&self, id: &str) -> Option<&Row> {
        self.rows.get(self.position(id)? as usize)
    }

    /// Deletes a row for ever; `false` when there is none.
    pub(crate) fn delete(&mut self, id: &str) -> Result<bool, Error> {
        let Some(position) = self.position(id) else { return Ok(false) };
        self.remember(&Event::Deleted(id.to_owned()))?;
        if self.planted.remove(id).is_none()
            && let Ok(uuid) = id.parse::<Uuid>()
        {
            self.made.remove(&uuid);
        }
        self.order.retain(|at| *at != position);
        Ok(true)
    }

    /// Puts `count` new calls on top. Returns their ids, oldest first.
    pub(crate) fn add(&mut self, count: u32, now: Timestamp) -> Result<Vec<String>, Error> {
        self.remember(&Event::Added { count, at: now })?;
        self.additions += 1;
        let newest_us = self
            .rows()
            .find_map(|row| match row {
                Row::Made(call) => Some(call.added_us),
                Row::Planted(_) => None,
            })
            .unwrap_or(i64::MIN);
        let seed = self.seed.wrapping_add(self.additions.wrapping_mul(0x1_0000_0001));
        let calls = History::new(seed, now.as_microsecond()).fresh(count, newest_us);
        let ids = calls.iter().map(|call| call.id.to_string()).collect();
        for call in calls {
            self.push(call);
        }
        Ok(ids)
    }

    /// Puts a row of any JSON on top.
    pub(crate) fn plant(&mut self, value: Value) {
        let position = self.next_position();
        let row = Row::Planted(value);
        if let Some(id) = row.id() {
            self.planted.insert(id, position);
        }
        self.rows.push(row);
        self.order.push(position);
    }

    /// Exports that were accepted, oldest first.
    pub(crate) fn exports(&self) -> &[Export] {
        &self.exports
    }

    /// Writes down an accepted export.
    pub(crate) fn accept(&mut self, export: Export) -> Result<(), Error> {
        self.remember(&Event::Exported(export.clone()))?;
        self.exports.push(export);
        Ok(())
    }

    fn push(&mut self, mut call: Call) {
        if let Some(duration_ms) = self.fixed_ms {
            call.loop_for(duration_ms);
        }
        let position = self.next_position();
        self.made.insert(call.id, position);
        self.rows.push(Row::Made(call));
        self.order.push(position);
    }

    fn next_position(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    fn position(&self, id: &str) -> Option<u32> {
        self.planted.get(id).copied().or_else(|| {
            let uuid: Uuid = id.parse().ok()?;
            // Other notations of the same UUID are other texts to the vendor.
            (uuid.to_string() == id).then(|| self.made.get(&uuid).copied()).flatten()
        })
    }

    /// Writes an event down, if anything is.
    pub(crate) fn remember(&mut self, event: &Event) -> Result<(), Error> {
        self.state.as_mut().map_or(Ok(()), |state| state.append(event))
    }
}
