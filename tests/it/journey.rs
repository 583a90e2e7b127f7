//! The main job through the commands alone: add, find, hear, save, export, delete, rebuild.

use std::time::Instant;

use crate::support::{PATIENCE, Program, plain_options};
use serde_json::{Value, json};

fn search(program: &Program, text: &str) -> (Value, Vec<Value>) {
    let request = json!({ "text": text, "accountId": null, "view": "all", "sort": "duration", "descending": false });
    let found = program.ok("library_search", json!({ "request": request }));
    let rows = program
        .ok("library_window", json!({ "snapshot": found["snapshot"], "offset": 0, "limit": 500 }));
    (found, rows.as_array().unwrap().clone())
}

fn finished(program: &Program, job: &Value) -> Value {
    let since = Instant::now();
    loop {
        let jobs = program.ok("transfers_list", json!({}));
        let job =
            jobs.as_array().unwrap().iter().find(|other| other["id"] == job["id"]).unwrap().clone();
        if job["state"] != "running" {
            return job;
        }
        assert!(since.elapsed() < PATIENCE, "{job}");
        std::thread::yield_now();
    }
}

#[test]
fn find_hear_save_export_delete() {
    let program = Program::start(200);
    let account = program.with_sandbox(200);
    assert_eq!(account["isSandbox"], true);

    // Find: part of a number, as it is written on screen.
    let (_, rows) = search(&program, "");
    let from: String =
        rows[0]["from"].as_str().unwrap().chars().filter(char::is_ascii_digit).collect();
    let (found, hits) = search(&program, &from[2..]);
    assert!(hits.iter().any(|hit| hit["key"] == rows[0]["key"]));
    assert_eq!(found["count"], hits.len());

    // Details.
    let key = rows[0]["key"].clone();
    let detail = program.ok("library_recording", json!({ "key": key }));
    assert!(detail["rawJson"].as_str().unwrap().contains("recording_duration_ms"));
    let fresh = program.ok("library_refresh_recording", json!({ "key": key }));
    assert_eq!(fresh["row"]["recordingId"], detail["row"]["recordingId"]);

    // Hear.
    program.ok("player_load", json!({ "key": key, "play": true }));
    let peaks = program.invoke_raw("player_peaks", json!({ "key": key, "buckets": 300 })).unwrap();
    let tauri::ipc::InvokeResponseBody::Raw(bytes) = peaks else { panic!("peaks are raw bytes") };
    let line = bytes.iter().position(|byte| *byte == b'\n').unwrap();
    let header: Value = serde_json::from_slice(&bytes[..line]).unwrap();
    let pairs = header["channels"].as_u64().unwrap() * header["buckets"].as_u64().unwrap();
    assert_eq!(bytes.len() as u64, line as u64 + 1 + pairs * 2);
    program.ok("player_pause", json!({}));

    // Save three, into a folder as the native dialog would hand it over.
    let folder = program.dir.path().join("calls");
    let chosen =
        tauri::async_runtime::block_on(program.engine.take_folder(folder.clone())).unwrap();
    let keys: Vec<&Value> = rows[..3].iter().map(|row| &row["key"]).collect();
    let selection = json!({ "kind": "keys", "keys": keys });
    let totals = program.ok("library_selection_totals", json!({ "selection": selection }));
    assert_eq!((&totals["count"], &totals["unsavedCount"]), (&json!(3), &json!(3)));
    let template = "{date}/{time}_{from}_{id}";
    let preview = program.ok(
        "transfers_preview_names",
        json!({ "request": { "template": template, "selection": selection, "timeZone": "" } }),
    );
    assert_eq!(preview["names"].as_array().unwrap().len(), 3);
    let request = json!({
        "selection": selection,
        "folderToken": chosen.token,
        "template": template,
        "options": plain_options(),
        "priority": "normal",
    });
    let job = program.ok("transfers_start", json!({ "request": request }));
    let job = finished(&program, &job);
    assert_eq!(
        (&job["state"], &job["saved"], &job["failed"]),
        (&json!("finished"), &json!(3), &json!(0)),
        "{job}"
    );
    let items =
        program.ok("transfers_items", json!({ "jobId": job["id"], "offset": 0, "limit": 10 }));
    for item in items.as_array().unwrap() {
        let path = folder.join(item["name"].as_str().unwrap());
        assert!(path.is_file(), "{}", path.display());
    }
    assert_eq!(program.ok("transfers_last_folder", json!({}))["path"], folder.to_str().unwrap());
    assert_eq!(
        program.ok("library_selection_totals", json!({ "selection": selection }))["savedCount"],
        3
    );

    // Export.
    let mut draft = json!({
        "accountId": account["id"], "period": { "kind": "dates", "from": "", "to": "" }, "fromNumber": "", "toNumber": "",
        "callUuid": "", "conferenceName": "", "recordingFormat": "", "recordingId": "", "recipients": ["qa@example.com"]
    });
    let review = program.ok("exports_review", json!({ "draft": draft }));
    assert_eq!(review["problems"], json!([]));
    let record = program.ok("exports_request", json!({ "draft": draft }));
    assert_eq!(record["outcome"], "accepted");
    assert!(record["reply"]["correlationId"].as_str().is_some_and(|id| !id.is_empty()));
    draft["period"] = json!({ "kind": "dates", "from": "tomorrow", "to": "" });
    assert_eq!(program.code("exports_review", json!({ "draft": draft })), "invalid");
    assert_eq!(program.ok("exports_list", json!({})).as_array().unwrap().len(), 1);

    // Delete one that is saved; its row stays, marked, because its copy does.
    let one = json!({ "kind": "keys", "keys": [rows[0]["key"]] });
    let mut request =
        json!({ "selection": one, "confirmedCount": 2, "withoutCopy": false, "reason": "" });
    assert_eq!(program.code("recordings_delete", json!({ "request": request })), "invalid");
    request["confirmedCount"] = 1.into();
    let outcome = program.ok("recordings_delete", json!({ "request": request }));
    assert_eq!((&outcome["deleted"], &outcome["kept"]), (&json!(1), &json!([])));
    assert_eq!(
        program.code("library_refresh_recording", json!({ "key": rows[0]["key"] })),
        "notFound"
    );

    // Rebuild: the same calls come back and the copies are joined again, also that of the call that is gone.
    program.ok("data_rebuild", json!({}));
    let since = Instant::now();
    while program.ok("library_counts", json!({}))["all"].as_u64().unwrap() < 199 {
        assert!(since.elapsed() < PATIENCE);
        std::thread::yield_now();
    }
    let (_, rows) = search(&program, "");
    let saved = |row: &&Value| row["state"] == "verified" || row["state"] == "remarked";
    assert_eq!(rows.iter().filter(saved).count(), 3);
    assert_eq!(rows.iter().filter(saved).filter(|row| row["gone"] == true).count(), 1);
}
