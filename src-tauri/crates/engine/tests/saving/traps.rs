//! T-11 to T-20, each trap by itself and on the whole way from the queue to the final name. What the provider crate
//! does about them alone is tested there; here the bytes on disk are what counts.

use sandbox::Fault;
use tapeshelf_engine::{ItemState, JobState, Waits};

use crate::hostile::{Asked, Reply, Trap};
use crate::support::{World, short_waits};

/// Long enough that a download that broke off is gone on with, and not begun anew.
const LARGE: u64 = 1_500_000;
const SMALL: u64 = 24_000;

fn named(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The first reply breaks off after two thirds, everything after it is `then`'s.
async fn broken_off(
    names: &[&str],
    then: impl Fn(&[u8], &str, &Asked) -> Reply + Send + Sync + 'static,
) -> Trap {
    let answer = move |file: &[u8], name: &str, asked: &Asked| {
        if asked.before == 0 {
            Reply::whole(file).cut_at(file.len() / 3 * 2)
        } else {
            then(file, name, asked)
        }
    };
    let trap = Trap::set(&named(names), LARGE, short_waits(), answer).await;
    let (job, items) = trap.spring().await;
    assert_eq!((job.record.state, job.record.tally.failed), (JobState::Finished, 0), "{items:?}");
    trap.assert_all_exact();
    for name in names {
        let second = &trap.media.asked(name)[1];
        assert_eq!(second.from, Some(trap.audio.len() / 3 * 2), "{name} is gone on with");
        assert_eq!(second.if_range.as_deref(), Some("\"v1\""));
    }
    trap
}

#[tokio::test]
async fn t11_a_whole_file_in_answer_to_a_range_is_not_appended() {
    let trap = broken_off(&["whole"], |file, _, _| Reply::whole(file)).await;
    assert_eq!(trap.media.asked("whole").len(), 2, "nothing had to be asked a third time");
}

#[tokio::test]
async fn t12_a_part_that_is_not_the_one_asked_for_is_fetched_again() {
    broken_off(&["start", "total", "short", "unlabelled"], |file, name, asked| {
        let Some(from) = asked.from.filter(|_| asked.before == 1) else {
            return Reply::good(file, asked);
        };
        let labelled = |first: usize, total: usize| {
            Reply::new("206 Partial Content", &file[first..])
                .promising(file.len() - first)
                .with("ETag", "\"v1\"")
                .with("Content-Range", &format!("bytes {first}-{}/{total}", file.len() - 1))
        };
        match name {
            "start" => labelled(from / 2, file.len()),
            "total" => labelled(from, file.len() + 5),
            "short" => labelled(from, file.len()).cut_at(1000),
            _ => Reply::new("206 Partial Content", &file[from..]).promising(file.len() - from),
        }
    })
    .await;
}

#[tokio::test]
async fn t13_a_200_that_names_a_part_is_not_believed() {
    broken_off(&["labelled"], |file, _, asked| match asked.from.filter(|_| asked.before == 1) {
        Some(from) => {
            let range = format!("bytes {from}-{}/{}", file.len() - 1, file.len());
            Reply::new("200 OK", &file[from..])
                .promising(file.len() - from)
                .with("ETag", "\"v1\"")
                .with("Content-Range", &range)
        }
        None => Reply::good(file, asked),
    })
    .await;
}

#[tokio::test]
async fn t14_a_file_that_changed_in_between_starts_over_also_where_if_range_is_ignored() {
    let older = |file: &[u8]| file.iter().map(|byte| byte ^ 0x55).collect::<Vec<u8>>();
    let names = ["honoured", "ignored"];
    let answer = move |file: &[u8], name: &str, asked: &Asked| {
        if asked.before == 0 {
            return Reply::whole(&older(file)).cut_at(file.len() / 3 * 2);
        }
        let second = |reply: Reply| Reply { head: reply.head.replace("\"v1\"", "\"v2\""), ..reply };
        match (name, asked.from) {
            ("ignored", Some(from)) => second(Reply::part(file, from)),
            _ => second(Reply::whole(file)),
        }
    };
    let trap = Trap::set(&named(&names), LARGE, short_waits(), answer).await;
    let (job, items) = trap.spring().await;
    assert_eq!(job.record.tally.failed, 0, "{items:?}");
    trap.assert_all_exact();
    for (name, requests) in [("honoured", 2), ("ignored", 3)] {
        assert_eq!(trap.media.asked(name).len(), requests, "{name}: one new start, no loop");
    }
}

#[tokio::test]
async fn t15_nothing_left_to_send_is_whole_only_if_the_bytes_are() {
    // All bytes came, one more was promised, and then there is nothing behind the last one.
    let past_end = |file: &[u8]| {
        Reply::new("416 Range Not Satisfiable", b"")
            .promising(0)
            .with("ETag", "\"v1\"")
            .with("Content-Range", &format!("bytes */{}", file.len()))
    };
    let answer = move |file: &[u8], name: &str, asked: &Asked| match (name, asked.before) {
        ("whole", 0) => Reply::new("200 OK", file).promising(file.len() + 1).with("ETag", "\"v1\""),
        // As long as the file, and other bytes.
        ("other", 0) => Reply::new("200 OK", &vec![7; file.len()])
            .promising(file.len() + 1)
            .with("ETag", "\"v1\""),
        (_, 1) => past_end(file),
        _ => Reply::good(file, asked),
    };
    let trap = Trap::set(&named(&["whole", "other"]), LARGE, short_waits(), answer).await;
    let (job, items) = trap.spring().await;
    assert_eq!(job.record.tally.failed, 0, "{items:?}");
    trap.assert_all_exact();
    assert_eq!(trap.media.asked("whole").len(), 2, "what was there was enough");
    assert!(trap.media.asked("other").len() > 2, "what was there was wrong");
}

#[tokio::test]
async fn t16_a_body_that_ends_at_any_of_64_offsets_is_never_taken_for_the_file() {
    const OFFSETS: usize = 64;
    let mut names = Vec::new();
    for way in ["fin-length", "rst-length", "fin-none", "rst-none"] {
        names.extend((0..OFFSETS).map(|at| format!("{way}-{at}")));
    }
    let answer = |file: &[u8], name: &str, asked: &Asked| {
        if asked.before > 0 {
            return Reply::good(file, asked);
        }
        let at: usize = name.rsplit('-').next().unwrap().parse().unwrap();
        let reply =
            if name.contains("-length-") { Reply::whole(file) } else { Reply::new("200 OK", file) };
        let reply = reply.cut_at(file.len() * at / OFFSETS);
        if name.starts_with("rst") { reply.reset() } else { reply }
    };
    let trap = Trap::set(&names, SMALL, short_waits(), answer).await;
    let (job, items) = trap.spring().await;
    assert_eq!((job.record.state, job.record.tally.failed), (JobState::Finished, 0), "{items:?}");
    trap.assert_all_exact();
    assert!(names.iter().all(|name| trap.media.asked(name).len() > 1), "no first reply was enough");
}

#[tokio::test]
async fn t17_a_length_that_is_wrong_by_one_is_noticed_either_way() {
    let answer = |file: &[u8], name: &str, asked: &Asked| {
        let wrong = if name.contains("less") { file.len() - 1 } else { file.len() + 1 };
        if name.contains("always") || asked.before == 0 {
            Reply::new("200 OK", file).promising(wrong)
        } else {
            Reply::good(file, asked)
        }
    };
    let once = Trap::set(&named(&["less", "more"]), SMALL, short_waits(), answer).await;
    let (job, items) = once.spring().await;
    assert_eq!(job.record.tally.failed, 0, "{items:?}");
    once.assert_all_exact();
    let names = named(&["always-less", "always-more"]);
    let always = Trap::set(&names, SMALL, short_waits(), answer).await;
    let (job, items) = always.spring().await;
    assert_eq!(job.record.tally.failed, 2, "{items:?}");
    assert!(always.world.files().is_empty(), "nothing has a name, and no part is left");
}

#[tokio::test]
async fn t18_compressed_audio_is_not_saved_whether_it_says_so_or_not() {
    let options =
        sandbox::SandboxOptions { recordings: 20, seed: 7, ..sandbox::SandboxOptions::default() };
    let world = World::with_waits(options, short_waits()).await;
    world.add_account().await;
    let keys = world.short_keys(4).await;
    for (key, fault) in keys.iter().zip([Fault::Gzip, Fault::GzipUnlabelled]) {
        world.sandbox.break_media(&world.id_of(*key).await, fault);
    }
    for (key, fault) in keys[2..].iter().zip([Fault::Gzip, Fault::GzipUnlabelled]) {
        world.sandbox.break_media_times(&world.id_of(*key).await, fault, 1);
    }
    let job = world.download(keys.clone()).await;
    let items = world.engine.job_items(&job.record.id, 0, 10).await.unwrap();
    assert_eq!(job.record.tally.failed, 2, "{items:?}");
    assert_eq!(world.files().len(), 2);
    for key in &keys[2..] {
        let copy = world.engine.recording(*key).await.unwrap().stored.copy.unwrap();
        let truth = world.vobiz_truth(&world.id_of(*key).await).await;
        assert_eq!(std::fs::read(copy.path).unwrap(), truth);
    }
}

#[tokio::test]
async fn t19_a_page_or_message_that_calls_itself_audio_is_refused_with_its_reason() {
    let names = named(&["html", "json", "xml"]);
    let answer = |_: &[u8], name: &str, _: &Asked| {
        let body: &[u8] = match name {
            "html" => b"<!doctype html><title>Sign in</title><p>Your session has ended.",
            "json" => br#"{"error":"the recording could not be found"}"#,
            _ => b"<?xml version=\"1.0\"?><Error><Code>ExpiredToken</Code></Error>",
        };
        Reply::whole(body)
    };
    let trap = Trap::set(&names, SMALL, short_waits(), answer).await;
    let (job, items) = trap.spring().await;
    assert_eq!((job.record.state, job.record.tally.failed), (JobState::Finished, 3));
    for item in items {
        assert_eq!(item.state, ItemState::Failed);
        let note = item.note.unwrap();
        assert!(note.contains("a message instead of sound"), "{note}");
    }
    assert!(trap.world.files().is_empty());
}

#[tokio::test]
async fn t20_an_mp3_that_is_shorter_than_its_own_header_says_is_refused() {
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/../audio/fixtures/vbr.mp3");
    let whole = std::fs::read(fixture).unwrap();
    let answer = move |_: &[u8], name: &str, _: &Asked| match name {
        // A proxy that lost the end, and counted what was left.
        "short" => Reply::whole(&whole[..whole.len() / 10 * 7]),
        _ => Reply::whole(&whole),
    };
    let trap = Trap::set(&named(&["short", "whole"]), SMALL, short_waits(), answer).await;
    let (_, items) = trap.spring().await;
    assert_eq!(items[0].state, ItemState::Failed, "{items:?}");
    let note = items[0].note.clone().unwrap();
    assert!(note.contains("cut off"), "{note}");
    assert!(matches!(items[1].state, ItemState::Verified | ItemState::Remarked), "{items:?}");
    assert_eq!(trap.world.files().len(), 1);
}

/// A file that nobody ever answers for, while the provider does answer otherwise, ends with a reason and can be tried
/// again; it does not keep the job running for ever.
#[tokio::test]
async fn a_file_that_is_never_answered_for_fails_in_the_end_and_can_be_tried_again() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use std::time::Duration;

    let mended = Arc::new(AtomicBool::new(false));
    let is_mended = Arc::clone(&mended);
    let waits = Waits { silence: Duration::from_millis(300), ..short_waits() };
    let trap = Trap::set(&named(&["mute", "fine"]), SMALL, waits, move |file, name, asked| {
        if name == "mute" && !is_mended.load(Ordering::SeqCst) {
            Reply::silence()
        } else {
            Reply::good(file, asked)
        }
    })
    .await;
    let (job, items) = trap.spring().await;
    assert_eq!((job.record.state, job.record.tally.failed), (JobState::Finished, 1), "{items:?}");
    assert!(items[0].note.as_ref().unwrap().contains("did not reply"), "{items:?}");
    mended.store(true, Ordering::SeqCst);
    let mut events = trap.world.engine.subscribe();
    trap.world.engine.retry_failed(&job.record.id).await.unwrap();
    crate::support::job_as(&mut events, &job, |view| {
        view.record.state == JobState::Finished && view.record.tally.failed == 0
    })
    .await;
    trap.assert_all_exact();
}

/// The provider answers and the host that has its audio does not: that is waited for as the network is, whatever it takes,
/// and not one file fails.
#[tokio::test]
async fn a_media_host_that_goes_silent_is_waited_for_and_no_file_fails() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    let is_back = Arc::new(AtomicBool::new(false));
    let back = Arc::clone(&is_back);
    let waits = Waits { silence: Duration::from_millis(250), ..short_waits() };
    let names = named(&["one", "two"]);
    let trap = Trap::set(&names, SMALL, waits, move |file, _, asked| {
        if back.load(Ordering::SeqCst) { Reply::good(file, asked) } else { Reply::silence() }
    })
    .await;
    let engine = &trap.world.engine;
    let folder = engine.take_folder(trap.world.folder()).await.unwrap();
    let mut events = engine.subscribe();
    let job = trap.world.start(trap.keys().await, &folder.token, "{id}").await;
    // A file that is to blame fails at its fourth try, of which each asks four times.
    let mut said = None;
    while names.iter().map(|name| trap.media.asked(name).len()).sum::<usize>() < 2 * 4 * 4 + 1 {
        let view = crate::support::job_as(&mut events, &job, |_| true).await;
        assert_eq!(view.record.state, JobState::Running, "{:?}", view.record.note);
        said = view.pace.filter(|pace| pace.contains("audio does not")).or(said);
        // Not to wait as long as a person's computer would.
        engine.resume_job(&job.record.id).await.unwrap();
    }
    let said = said.unwrap();
    assert!(said.contains("the server that has its audio does not; trying again in"), "{said}");
    let items = engine.job_items(&job.record.id, 0, 10).await.unwrap();
    assert!(items.iter().all(|item| item.state != ItemState::Failed), "{items:?}");
    is_back.store(true, Ordering::SeqCst);
    let done = loop {
        let view = crate::support::job_as(&mut events, &job, |_| true).await;
        if view.record.state == JobState::Finished {
            break view;
        }
        // By itself it looks again after at most two minutes.
        engine.resume_job(&job.record.id).await.unwrap();
    };
    assert_eq!(done.record.tally.failed, 0);
    trap.assert_all_exact();
}
