//! The recordings the VBC account holds now.

use std::sync::Arc;

use crate::audio::{Bank, Ring};
use crate::options::SandboxOptions;
use crate::server::Shared;
use crate::vbc::calls::{self, Call, Collection};
use crate::vbc::filter::{Filter, Order};
use crate::vbc::people::Person;

/// All recordings, each collection oldest first. Their ids are in the same order.
#[derive(Debug)]
pub(super) struct Shelf {
    seed: u64,
    company: Vec<Call>,
    on_demand: Vec<Vec<Call>>,
    /// How often calls were added, so that each time brings other ones.
    additions: u64,
    /// Length of all calls, if it is fixed.
    fixed_ms: Option<u32>,
}

impl Shelf {
    /// The history before `anchor_ms`.
    pub(super) fn new(options: &SandboxOptions, anchor_ms: i64, people: &[Person]) -> Self {
        let (seed, fixed_ms) = (options.seed, options.media_length.duration_ms(Ring::Mp3));
        let past = |collection, count| {
            fixed(calls::past(seed, anchor_ms, people, collection, count), fixed_ms)
        };
        Self {
            seed,
            company: past(Collection::Company, options.vbc_recordings),
            on_demand: (0..people.len())
                .map(|person| past(Collection::OnDemand(person), options.vbc_on_demand))
                .collect(),
            additions: 0,
            fixed_ms,
        }
    }

    /// One collection, oldest first.
    pub(super) fn of(&self, collection: Collection) -> &[Call] {
        match collection {
            Collection::Company => &self.company,
            Collection::OnDemand(person) => self.on_demand.get(person).map_or(&[], Vec::as_slice),
        }
    }

    fn of_mut(&mut self, collection: Collection) -> Option<&mut Vec<Call>> {
        match collection {
            Collection::Company => Some(&mut self.company),
            Collection::OnDemand(person) => self.on_demand.get_mut(person),
        }
    }

    /// One recording, whosever it is.
    pub(super) fn find(&self, id: u64) -> Option<&Call> {
        let calls = self.of(Collection::of(id));
        calls.get(calls.binary_search_by_key(&id, |call| call.id).ok()?)
    }

    /// Deletes a recording for ever; `false` when there is none.
    pub(super) fn delete(&mut self, id: u64) -> bool {
        let Some(calls) = self.of_mut(Collection::of(id)) else { return false };
        let position = calls.binary_search_by_key(&id, |call| call.id);
        position.is_ok_and(|position| calls.remove(position).id == id)
    }

    /// Puts `count` new calls on top of a collection. Returns their ids, oldest first.
    pub(super) fn add(
        &mut self,
        collection: Collection,
        now_ms: i64,
        people: &[Person],
        count: u32,
    ) -> Vec<u64> {
        self.additions += 1;
        let (seed, round, fixed_ms) = (self.seed, self.additions, self.fixed_ms);
        let Some(calls) = self.of_mut(collection) else { return Vec::new() };
        let last = calls.last();
        let fresh = calls::fresh(seed, round, now_ms, people, collection, last, count);
        let fresh = fixed(fresh, fixed_ms);
        let ids = fresh.iter().map(|call| call.id).collect();
        calls.extend(fresh);
        ids
    }

    /// One page, and how many recordings match in all.
    pub(super) fn page(
        &self,
        collection: Collection,
        wanted: &Wanted<'_>,
        offset: usize,
        limit: usize,
    ) -> (Vec<Call>, usize) {
        let Wanted { filter, order, people, bank } = wanted;
        let calls = self.of(collection);
        let from =
            filter.start_gte_s.map_or(0, |first| calls.partition_point(|c| c.start_s < first));
        let to = filter
            .start_lte_s
            .map_or(calls.len(), |last| calls.partition_point(|c| c.start_s <= last));
        let calls = calls.get(from..to.max(from)).unwrap_or_default();
        if filter.is_only_by_start() && order.is_by_start() {
            let page = if order.is_ascending() {
                calls.iter().skip(offset).take(limit).cloned().collect()
            } else {
                calls.iter().rev().skip(offset).take(limit).cloned().collect()
            };
            return (page, calls.len());
        }
        let mut matching: Vec<&Call> =
            calls.iter().filter(|call| filter.matches(call, people)).collect();
        order.sort(&mut matching, people, bank);
        let total = matching.len();
        (matching.into_iter().skip(offset).take(limit).cloned().collect(), total)
    }
}

/// What a request wants of a collection, and what is needed to decide it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) filter: &'a Filter,
    pub(super) order: Order,
    pub(super) people: &'a [Person],
    pub(super) bank: &'a Arc<Bank>,
}

impl<'a> Wanted<'a> {
    /// What passes the filter, newest first.
    pub(super) fn newest_first(shared: &'a Shared, filter: &'a Filter) -> Self {
        Self { filter, order: Order::default(), people: &shared.vbc.people, bank: &shared.bank }
    }
}

/// The same calls with the length of a bench, if there is one.
fn fixed(mut calls: Vec<Call>, duration_ms: Option<u32>) -> Vec<Call> {
    if let Some(duration_ms) = duration_ms {
        for call in &mut calls {
            call.loop_for(duration_ms);
        }
    }
    calls
}
