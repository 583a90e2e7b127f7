use std::time::Instant;
use domain::search::*;
use super::{Bed, at, recordings};
#[test]
fn speed() {
    let bed = Bed::new();
    let n = 200_000u32;
    let list = recordings(0..n);
    let t = Instant::now();
    let run = bed.catalogue.begin_sync(&bed.account, at(0)).unwrap();
    for page in list.chunks(1000) { bed.catalogue.store_page(&run, page, at(0)).unwrap(); }
    bed.catalogue.finish_sync(run, true, None, at(0)).unwrap();
    println!("ingest {:?} size {}", t.elapsed(), bed.catalogue.size_bytes());
    let t = Instant::now();
    let run = bed.catalogue.begin_sync(&bed.account, at(0)).unwrap();
    for page in list.chunks(1000) { bed.catalogue.store_page(&run, page, at(0)).unwrap(); }
    bed.catalogue.finish_sync(run, true, None, at(0)).unwrap();
    println!("again {:?}", t.elapsed());
    for text in ["", "9", "98", "987", "9876500", "anna", "weekly", "weekly 99", "rec-012345", "00017", "zzzz"] {
        for (c, d) in [(SortColumn::When, true), (SortColumn::When, false), (SortColumn::From, true), (SortColumn::State, false), (SortColumn::Conference, true)] {
            let s = Search { text: text.into(), sort: Sort { column: c, descending: d }, ..Search::default() };
            let t = Instant::now();
            let f = bed.catalogue.search(&s).unwrap();
            println!("{text:12} {c:?} {d} {} {:?}", f.keys.len(), t.elapsed());
        }
    }
    let f = bed.catalogue.search(&Search::default()).unwrap();
    let t = Instant::now(); bed.catalogue.rows(&f.keys[90_000..90_200]).unwrap(); println!("window {:?}", t.elapsed());
    let t = Instant::now(); bed.catalogue.totals(&f.keys).unwrap(); println!("totals {:?}", t.elapsed());
    let t = Instant::now(); bed.catalogue.counts().unwrap(); println!("counts {:?}", t.elapsed());
    let t = Instant::now(); bed.catalogue.accounts().unwrap(); println!("accounts {:?}", t.elapsed());
    let job = crate::NewJob { id: domain::JobId::new("j"), folder: "/x".into(), template: String::new(), created_at: at(0) };
    let t = Instant::now(); bed.catalogue.create_job(&job, &f.keys[..100_000]).unwrap(); println!("job 100k {:?}", t.elapsed());
    let t = Instant::now(); bed.catalogue.jobs().unwrap(); println!("jobs {:?}", t.elapsed());
    let t = Instant::now(); for i in bed.catalogue.next_queued(&job.id, 200).unwrap() { bed.catalogue.set_item(&job.id, &crate::ItemRecord { state: crate::ItemState::Receiving, ..i }).unwrap(); } println!("200 set_item {:?}", t.elapsed());
    let t = Instant::now(); bed.catalogue.set_job_state(&job.id, crate::JobState::Cancelled, None, at(0)).unwrap(); println!("cancel {:?}", t.elapsed());
    let t = Instant::now(); bed.catalogue.forget_recordings().unwrap(); println!("forget {:?}", t.elapsed());
}
