//! The contract in bad weather: both vendors against the sandbox's faults.
//!
//! A fault strikes the first two tries for a thing, so what is done right gets through; what must not get through in any
//! number of tries (credentials at a stranger, a wrong byte) is looked for in the sandbox's log and in the bytes.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::RecordingId;
use sandbox::{BadRange, Fault, FaultProfile, Origin, RetryAfter, Target};
use tapeshelf_providers::{Error, MediaRequest, TransportOptions};

use crate::contract::{self, page_of};
use crate::support::{Bench, Which, fetch, limits, on_both_vendors};

on_both_vendors! {
    a_thousand_pages_with_faults_in_a_fifth_of_the_replies_are_read_whole,
    pages_that_shift_repeat_loop_and_lie_are_read_whole,
    each_notation_of_a_wait_is_understood,
    json_of_every_damage_is_read_or_refused,
    audio_comes_whole_through_each_fault_or_not_at_all,
    no_fault_leads_credentials_to_a_stranger,
    silence_and_a_trickle_end,
}

fn api(faults: &[(Fault, f64)]) -> FaultProfile {
    faults.iter().fold(FaultProfile::default(), |profile, (fault, probability)| {
        profile.with_at(Target::Api, *fault, *probability)
    })
}

/// Issue 3: each recording once, in the vendor's order.
async fn a_thousand_pages_with_faults_in_a_fifth_of_the_replies_are_read_whole(which: Which) {
    let faults = api(&[
        (Fault::Server5xx, 0.04),
        (Fault::Reset, 0.04),
        (Fault::Cut, 0.04),
        (Fault::MalformedJson, 0.03),
        (Fault::Html200, 0.03),
        (Fault::Rate429With(RetryAfter::Zero), 0.02),
    ]);
    let bench = Bench::set_up(which, 10_000, faults).await;
    let all = contract::all_recordings(bench.provider.as_ref(), &bench.list, 10).await;
    let ids: Vec<&str> = all.iter().map(|recording| recording.id.as_str()).collect();
    assert_eq!(ids, bench.ids());
    let asked = bench.sandbox.request_log().len();
    assert!(asked > 1200, "{asked} requests for 1000 pages: a fifth of them were struck");
}

/// Reads a list by id until it is whole or three readings are over, as whoever keeps the recordings does.
async fn read_by_id(bench: &Bench) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for _ in 0..3 {
        let (mut offset, mut seen) = (0, BTreeSet::new());
        for _ in 0..200 {
            let page = bench.provider.list(&page_of(&bench.list, offset, 10)).await.unwrap();
            let before = seen.len();
            seen.extend(page.recordings.iter().map(|recording| recording.id.to_string()));
            let is_news = seen.len() > before;
            let has_all = page.total.is_none_or(|total| seen.len() as u64 >= total);
            match page.next_offset {
                Some(next) if is_news || !has_all => offset = next,
                _ => break,
            }
        }
        all.extend(seen);
    }
    all
}

/// T-31.
async fn pages_that_shift_repeat_loop_and_lie_are_read_whole(which: Which) {
    for fault in [
        Fault::ShiftingPages(3),
        Fault::ShrinkingPages(2),
        Fault::RepeatedPage,
        Fault::LyingTotal,
        Fault::LoopLink,
    ] {
        let bench = Bench::set_up(which, 95, api(&[(fault, 0.5)])).await;
        let read = read_by_id(&bench).await;
        let missing: Vec<String> =
            bench.ids().into_iter().filter(|id| !read.contains(id)).collect();
        // What came in during the last page of the last reading can only be in the next one.
        let allowed = if matches!(fault, Fault::ShiftingPages(_)) { 6 } else { 0 };
        assert!(missing.len() <= allowed, "{fault:?}: {missing:?}");
    }
}

/// T-22.
async fn each_notation_of_a_wait_is_understood(which: Which) {
    for wait in [RetryAfter::Date, RetryAfter::Zero, RetryAfter::Garbage, RetryAfter::Absent] {
        let bench = Bench::set_up(which, 10, api(&[(Fault::Rate429With(wait), 1.0)])).await;
        let page = bench.provider.list(&page_of(&bench.list, 0, 10)).await;
        assert_eq!(page.map(|page| page.received).ok(), Some(10), "{wait:?}");
        let before = bench.sandbox.request_log().len();
        assert!(before <= 5, "{wait:?}: {before} requests are no storm");
    }
    let bench = Bench::set_up(which, 10, api(&[(Fault::Rate429With(RetryAfter::Far), 1.0)])).await;
    let error = bench.provider.list(&page_of(&bench.list, 0, 10)).await.unwrap_err();
    let asked = match &error {
        Error::RateLimited { retry_after, .. } => *retry_after,
        _ => None,
    };
    assert!(asked.is_some_and(|asked| asked >= Duration::from_hours(23)), "{error:?}");
    let pace = bench.provider.pace();
    assert!(pace.next_in.is_some() && pace.why.is_some(), "the account waits: {pace:?}");
}

/// T-28.
async fn json_of_every_damage_is_read_or_refused(which: Which) {
    let limits = || TransportOptions { json_limit_bytes: 1 << 20, ..limits() };
    for (fault, is_refused) in [
        ("api.malformed_json!", true),
        ("api.deep_json!", true),
        ("api.huge_json=4194304!", true),
        ("api.mutated_json!", false),
    ] {
        let once = TransportOptions { max_tries: 1, ..limits() };
        let bench = Bench::with(which, 40, fault.parse().unwrap(), once).await;
        for offset in [0, 10, 20, 30] {
            match bench.provider.list(&page_of(&bench.list, offset, 10)).await {
                Ok(page) => {
                    assert!(!is_refused, "{fault}: {page:?}");
                    let accounted = page.recordings.len() + page.unreadable.len();
                    assert_eq!(page.received, accounted as u64, "{fault}: no row vanishes");
                }
                Err(error) => assert!(
                    matches!(error, Error::BadReply { .. } | Error::NotFound(_)),
                    "{fault}: {error:?}"
                ),
            }
        }
    }
}

/// T-12, T-13, T-16, T-18, T-22 and T-23 on real files: bit for bit.
async fn audio_comes_whole_through_each_fault_or_not_at_all(which: Which) {
    let clear = Bench::set_up(which, 12, FaultProfile::default()).await;
    let id = clear.smallest();
    let recording = clear.provider.retrieve(&id).await.unwrap();
    let truth = fetch(&clear, &recording).await.unwrap();
    assert_eq!(truth.len() as u64, clear.size_of(id.as_str()));
    for fault in [
        Fault::Cut,
        Fault::CutAt(1000),
        Fault::ResetAt(1000),
        Fault::Reset,
        Fault::Server5xx,
        Fault::Rate429With(RetryAfter::Zero),
        Fault::WrongLength(1),
        Fault::Gzip,
        Fault::RedirectForeign,
        Fault::Redirect(307),
        Fault::BadRange(BadRange::WrongStart),
        Fault::BadRange(BadRange::Unlabelled),
        Fault::BadRange(BadRange::Labelled200),
        Fault::BadRange(BadRange::Refused),
    ] {
        // A cut makes the second request one for a range.
        let faults = FaultProfile::default().with_at(Target::Media, fault, 1.0).with_at(
            Target::Media,
            Fault::CutAt(2000),
            1.0,
        );
        let bench = Bench::set_up(which, 12, faults).await;
        let recording = bench.provider.retrieve(&id).await.unwrap();
        let came = fetch(&bench, &recording).await;
        assert!(
            came.as_ref().is_ok_and(|came| *came == truth),
            "{fault:?}: {:?}",
            came.map(|b| b.len())
        );
    }
}

/// T-23 with the sandbox's own stranger.
async fn no_fault_leads_credentials_to_a_stranger(which: Which) {
    for status in [301, 302, 303, 307, 308] {
        let faults = FaultProfile::default()
            .with_at(Target::Api, Fault::Redirect(status), 0.5)
            .with_at(Target::Media, Fault::Redirect(status), 1.0);
        let bench = Bench::set_up(which, 40, faults).await;
        for offset in [0, 10, 20, 30] {
            let _ = bench.provider.list(&page_of(&bench.list, offset, 10)).await;
        }
        let mut opened = 0;
        for id in bench.ids().into_iter().take(8) {
            let id = RecordingId::new(id);
            let request = MediaRequest { id: &id, url: None, offset: 0, if_range: None };
            opened += usize::from(bench.provider.media(&request).await.is_ok());
        }
        let log = bench.sandbox.request_log();
        let foreign: Vec<_> =
            log.iter().filter(|logged| logged.origin == Origin::Foreign).collect();
        assert!(opened == 0 || !foreign.is_empty(), "{status}: audio is followed");
        assert!(foreign.iter().all(|logged| !logged.had_credentials), "{status}: {foreign:?}");
    }
}

/// T-21.
async fn silence_and_a_trickle_end(which: Which) {
    let impatient = || TransportOptions {
        read_timeout: Duration::from_millis(300),
        stall_window: Duration::from_millis(400),
        ..limits()
    };
    let bench = Bench::with(which, 20, api(&[(Fault::Stall, 1.0)]), impatient()).await;
    let page = bench.provider.list(&page_of(&bench.list, 0, 10)).await.unwrap();
    assert_eq!(page.received, 10, "the third try got through");
    let faults = FaultProfile::default().with_at(Target::Media, Fault::Trickle(50), 1.0);
    let bench = Bench::with(which, 20, faults, impatient()).await;
    let id = bench.smallest();
    let request = MediaRequest { id: &id, url: None, offset: 0, if_range: None };
    let stream = bench.provider.media(&request).await.unwrap();
    let error = contract::bytes_of(stream).await.unwrap_err();
    assert!(matches!(error, Error::Interrupted { .. }), "{error:?}");
}
