//! The whole contract under every fault there is, for both vendors: list, retrieve, audio, deletion.
//!
//! Each fault of the sandbox strikes first as one that passes (the first two tries of everything) and then as one that
//! lasts. Whatever the weather, an answer is complete and right, or it is an error that names the trouble: nothing wrong
//! is handed over, nothing is lost in silence, nothing but the recording that was asked for is deleted, and everything
//! ends.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::{Recording, RecordingId};
use futures_util::future::join_all;
use sandbox::{Fault, FaultProfile, MediaLength, SandboxOptions};
use tapeshelf_providers::{Deleted, Error, Transport, TransportOptions};

use crate::contract::page_of;
use crate::support::{Bench, Which, fetch, limits, on_both_vendors};

on_both_vendors! {
    what_passes_is_got_through_or_told,
    what_lasts_is_told_and_ends,
    many_faults_at_once_are_got_through_or_told,
}

/// Recordings at the vendor, and a page of them.
const RECORDINGS: u32 = 12;
const PAGE: u32 = 6;
/// Size of each file: more than where a fault cuts.
const AUDIO_BYTES: u64 = 24_000;
/// How long silence is borne where none is meant to be.
const PATIENT: Duration = Duration::from_secs(5);
/// How often a list is read until it is whole, as a sync does.
const READINGS: usize = 4;
/// Longer than any bench takes by far; only a hang is ended by it.
const HANG: Duration = Duration::from_mins(1);

/// What the vendor says about its recordings in good weather, without what differs from one start to the next: the
/// addresses, and the text they were read from.
type Truth = BTreeMap<String, Recording>;

fn comparable(recording: &Recording) -> Recording {
    Recording { media_url: None, raw: String::new(), ..recording.clone() }
}

/// What became of one step.
#[derive(Debug)]
enum Outcome {
    /// Complete and right.
    Done,
    /// An error that names the trouble.
    Told(Error),
}

/// One fault, at all addresses where it can strike.
fn everywhere(fault: Fault, mark: &str) -> FaultProfile {
    let parts: Vec<String> = ["api", "media"]
        .into_iter()
        .filter(|target| format!("{target}.{fault}").parse::<FaultProfile>().is_ok())
        .map(|target| format!("{target}.{fault}{mark}"))
        .collect();
    parts.join(",").parse().unwrap()
}

/// Whether it is ended by nothing but the end of somebody's patience.
fn is_silent(fault: Fault) -> bool {
    matches!(fault, Fault::Stall | Fault::StallAt(_) | Fault::Trickle(_))
}

/// How long silence is borne: long enough for a busy computer to answer where an answer is expected, and short where the
/// silence lasts.
fn patience(fault: Fault, lasts: bool) -> Duration {
    Duration::from_millis(match (is_silent(fault), lasts) {
        (false, _) => return PATIENT,
        (true, false) => 500,
        (true, true) => 100,
    })
}

fn waits(patience: Duration) -> TransportOptions {
    TransportOptions {
        read_timeout: patience,
        stall_window: patience,
        json_limit_bytes: 1 << 20,
        // What asks for a second's wait is told, not waited for: each notation of it has a test of its own.
        max_retry_after: Duration::from_millis(20),
        max_quota_wait: Duration::from_millis(20),
        ..limits()
    }
}

/// Reads the list until it is whole, or as often as is of use.
async fn read_list(bench: &Bench, truth: &Truth, fault: Option<Fault>, about: &str) -> Outcome {
    let is_mutated = fault == Some(Fault::MutatedJson);
    // A list that changes with each page is never read to its end; what is missed comes with the next sync.
    let is_moving = matches!(fault, Some(Fault::ShiftingPages(_) | Fault::ShrinkingPages(_)));
    let (mut seen, mut trouble) = (BTreeSet::new(), None);
    let mut is_short = false;
    for _ in 0..READINGS {
        let (mut offset, mut here) = (0, BTreeSet::new());
        trouble = None;
        for _ in 0..60 {
            let page = match bench.provider.list(&page_of(&bench.list, offset, PAGE)).await {
                Ok(page) => page,
                Err(error) => {
                    trouble = Some(error);
                    break;
                }
            };
            let accounted = (page.recordings.len() + page.unreadable.len()) as u64;
            assert_eq!(page.received, accounted, "{about}: no row vanishes");
            let before = here.len();
            for recording in page.recordings {
                if let Some(known) = truth.get(recording.id.as_str())
                    && !is_mutated
                {
                    assert_eq!(comparable(&recording), *known, "{about}: a row is as it was");
                }
                here.insert(recording.id.to_string());
            }
            let total = page.total.unwrap_or(0);
            is_short = page.total.is_none_or(|total| total > here.len() as u64);
            match page.next_offset {
                Some(next) if here.len() > before || total > here.len() as u64 => offset = next,
                _ => break,
            }
        }
        seen.extend(here);
        if trouble.is_none() && bench.ids().iter().all(|id| seen.contains(id)) {
            return Outcome::Done;
        }
    }
    if let Some(error) = trouble {
        return Outcome::Told(error);
    }
    let missing: Vec<String> = bench.ids().into_iter().filter(|id| !seen.contains(id)).collect();
    assert!(
        is_short || is_mutated || is_moving,
        "{about}: {missing:?} are missing, and the total does not show it"
    );
    Outcome::Told(Error::BadReply {
        reason: "the list is shorter than its total".into(),
        correlation: tapeshelf_providers::Correlation::default(),
    })
}

/// Whether bytes begin like audio. What does not is refused by whoever looks at files; here it is handed over as it came.
fn begins_like_audio(bytes: &[u8]) -> bool {
    bytes.starts_with(b"RIFF") || bytes.starts_with(b"ID3") || bytes.first() == Some(&0xFF)
}

/// Runs list, retrieve, audio and deletion of one account. The outcomes are in this order.
async fn run(
    bench: &Bench,
    about: &str,
    fault: Option<Fault>,
    truth: &Truth,
    audio: &BTreeMap<String, Vec<u8>>,
) -> [Outcome; 4] {
    let is_mutated = fault == Some(Fault::MutatedJson);
    let listed = read_list(bench, truth, fault, about).await;

    let id = bench.smallest();
    let known = &truth.get(id.as_str());
    let (retrieved, recording) = match bench.provider.retrieve(&id).await {
        Ok(recording) => {
            assert_eq!(recording.id, id, "{about}");
            if let Some(known) = known
                && !is_mutated
            {
                assert_eq!(comparable(&recording), **known, "{about}");
            }
            (Outcome::Done, recording)
        }
        Err(error) => {
            assert!(!matches!(error, Error::NotFound(_)), "{about}: it is there: {error:?}");
            (Outcome::Told(error), Recording::new(id.clone()))
        }
    };

    let fetched = match fetch(bench, &recording).await {
        Ok(bytes) => {
            let is_right = audio.get(id.as_str()).is_none_or(|truth| *truth == bytes);
            assert!(is_right || !begins_like_audio(&bytes), "{about}: {} wrong bytes", bytes.len());
            Outcome::Done
        }
        Err(error) => Outcome::Told(error),
    };

    let before: BTreeSet<String> = bench.ids().into_iter().collect();
    let outcome = bench.provider.delete(&id).await;
    let after: BTreeSet<String> = bench.ids().into_iter().collect();
    let gone: Vec<&String> = before.difference(&after).collect();
    let deleted = match outcome {
        Ok(Deleted::Now | Deleted::AlreadyGone) => {
            assert_eq!(gone, [id.as_str()], "{about}: said to be deleted");
            Outcome::Done
        }
        Err(error) => {
            assert!(gone.is_empty() || gone == [id.as_str()], "{about}: {gone:?}");
            Outcome::Told(error)
        }
    };
    let outcomes = [listed, retrieved, fetched, deleted];
    for outcome in &outcomes {
        if let Outcome::Told(error) = outcome {
            // These three would blame the program or the person for what the network did.
            let is_named = !matches!(
                error,
                Error::Invalid { .. } | Error::NotSupported | Error::NotKept { .. }
            );
            assert!(is_named, "{about}: {error:?}");
        }
    }
    outcomes
}

/// The vendor's recordings and their audio, in good weather.
async fn truth(which: Which) -> (Truth, BTreeMap<String, Vec<u8>>) {
    let clear = Lines::default().bench(which, FaultProfile::default(), PATIENT).await;
    let (mut truth, mut audio) = (Truth::new(), BTreeMap::new());
    for id in clear.ids() {
        let recording = clear.provider.retrieve(&RecordingId::new(&id)).await.unwrap();
        truth.insert(id, comparable(&recording));
    }
    // The two with the least audio: one of them may be pushed out by a fault.
    let mut ids = clear.ids();
    ids.sort_by_key(|id| clear.size_of(id));
    for id in ids.into_iter().take(2) {
        let recording = clear.provider.retrieve(&RecordingId::new(&id)).await.unwrap();
        audio.insert(id, fetch(&clear, &recording).await.unwrap());
    }
    (truth, audio)
}

/// Connections by how long silence is borne. Building them takes longer than using them.
#[derive(Default)]
struct Lines(BTreeMap<Duration, Transport>);

impl Lines {
    /// Those of somebody who is as patient as this.
    fn of(&mut self, patience: Duration) -> Transport {
        let line = self.0.entry(patience);
        line.or_insert_with(|| Transport::new(waits(patience)).unwrap()).clone()
    }

    /// A bench whose files are so short that a slow line brings them soon.
    async fn bench(&mut self, which: Which, faults: FaultProfile, patience: Duration) -> Bench {
        let media_length = MediaLength::Fixed { bytes: AUDIO_BYTES };
        let options = SandboxOptions { media_length, ..Bench::sandbox(RECORDINGS, faults) };
        Bench::at(which, options, &self.of(PATIENT), self.of(patience)).await
    }
}

/// Runs a bench for each profile, all at once: nearly all of their time is waiting. They are set up before, and those
/// that bear silence for a short time only come last, so that no answer is late because of the work of others.
async fn run_all(
    which: Which,
    profiles: Vec<(FaultProfile, Option<Fault>, Duration)>,
) -> Vec<(FaultProfile, Option<Fault>, [Outcome; 4])> {
    let (truth, audio) = truth(which).await;
    let (truth, audio) = (&truth, &audio);
    let (loud, silent): (Vec<_>, Vec<_>) =
        profiles.into_iter().partition(|(_, fault, _)| !fault.is_some_and(is_silent));
    let (mut lines, mut all) = (Lines::default(), Vec::new());
    for profiles in [loud, silent] {
        let mut benches = Vec::new();
        for (profile, fault, patience) in profiles {
            let bench = lines.bench(which, profile.clone(), patience).await;
            benches.push((profile, fault, bench));
        }
        let runs = benches.into_iter().map(|(profile, fault, bench)| async move {
            let about = format!("{which:?} under {profile}");
            let running = run(&bench, &about, fault, truth, audio);
            let ended = tokio::time::timeout(HANG, running).await;
            assert!(ended.is_ok(), "{about}: it hangs");
            (profile, fault, ended.unwrap())
        });
        all.extend(join_all(runs).await);
    }
    all
}

/// Which steps a fault may leave undone although it passes. A deletion is sent twice at most, and that is how often a
/// fault strikes.
fn may_be_told(fault: Fault) -> [bool; 4] {
    match fault {
        // A wait is told when it is longer than the limit; a token that is refused again right after its renewal is not
        // renewed for ever; and with mutations any value may be another one.
        Fault::Rate429 | Fault::Rate429With(_) | Fault::TokenExpiry | Fault::MutatedJson => {
            [true; 4]
        }
        // JSON is not fetched elsewhere, and audio is, without the credentials. A reply beyond the limit is not read twice.
        Fault::RedirectForeign | Fault::Redirect(_) | Fault::HugeJson(_) => {
            [true, true, false, true]
        }
        _ => [false, false, false, true],
    }
}

async fn what_passes_is_got_through_or_told(which: Which) {
    let profiles = Fault::ALL
        .into_iter()
        .map(|fault| (everywhere(fault, ""), Some(fault), patience(fault, false)))
        .collect();
    let mut surprises = Vec::new();
    for (profile, fault, outcomes) in run_all(which, profiles).await {
        let allowed = may_be_told(fault.unwrap());
        let steps = ["list", "retrieve", "audio", "deletion"];
        for ((outcome, allowed), step) in outcomes.iter().zip(allowed).zip(steps) {
            if let (Outcome::Told(error), false) = (outcome, allowed) {
                surprises.push(format!("{profile}: {step}: {error:?}"));
            }
        }
    }
    assert!(surprises.is_empty(), "{which:?}: {surprises:#?}");
}

async fn what_lasts_is_told_and_ends(which: Which) {
    let profiles = Fault::ALL
        .into_iter()
        .map(|fault| (everywhere(fault, "!"), Some(fault), patience(fault, true)))
        .collect();
    let all = run_all(which, profiles).await;
    let told = |outcomes: &[Outcome; 4]| {
        outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Told(_))).count()
    };
    let beaten = all.iter().filter(|(_, _, outcomes)| told(outcomes) > 0).count();
    assert!(beaten > Fault::ALL.len() / 2, "they do last: {beaten} of {}", Fault::ALL.len());
    for (profile, fault, outcomes) in &all {
        if matches!(fault, Some(Fault::Stall | Fault::Reset | Fault::Server5xx)) {
            assert_eq!(told(outcomes), 4, "{profile}: there is nothing to be had: {outcomes:?}");
        }
    }
}

async fn many_faults_at_once_are_got_through_or_told(which: Which) {
    let profiles = [
        "bad_day",
        "bad_day:0.6",
        "api.server5xx:0.5,media.cut:0.5,api.lost_reply:0.3",
        "slow:0.2,api.reset:0.5,media.reset_at=1000:0.5,media.bad_range=wrong_start:0.5",
        "api.repeated_page:0.5,api.lying_total:0.5,api.html200:0.3,media.changed_file:0.5",
        "api.shifting_pages=2:0.5,api.loop_link:0.5,media.redirect_foreign:0.5",
        "api.gzip:0.5,api.wrong_length=1:0.3,media.gzip:0.5,media.wrong_length=1:0.5",
        "api.malformed_json:0.4,api.deep_json:0.3,token_expiry:0.4",
    ];
    let patience = Duration::from_millis(250);
    let profiles = profiles.map(|text| (text.parse().unwrap(), None, patience)).into();
    assert_eq!(run_all(which, profiles).await.len(), 8);
}
