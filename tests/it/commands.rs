//! What single commands answer and refuse. The main path is in `journey.rs`.

use crate::support::{Program, plain_options};
use serde_json::{Value, json};

fn search(text: &str) -> Value {
    json!({ "request": { "text": text, "accountId": null, "view": "all", "sort": "when", "descending": true } })
}

#[test]
fn facts_and_settings() {
    let program = Program::start(1);
    let info = program.ok("app_info", json!({}));
    assert_eq!(info["version"], env!("CARGO_PKG_VERSION"));
    assert!(info["dataDir"].as_str().unwrap().ends_with("profile"));

    let mut settings = program.ok("settings_get", json!({}));
    assert_eq!(settings["theme"], "system");
    settings["theme"] = "dark".into();
    settings["timeZone"] = "Asia/Kolkata".into();
    program.ok("settings_set", json!({ "settings": settings }));
    assert_eq!(program.ok("settings_get", json!({})), settings);

    for (field, value) in [
        ("timeZone", json!("Mars/Base")),
        ("parallelDownloads", json!(99)),
        ("nameTemplate", json!("{nonsense}")),
    ] {
        let mut wrong = settings.clone();
        wrong[field] = value;
        let error = program.invoke("settings_set", json!({ "settings": wrong })).unwrap_err();
        assert_eq!((&error["code"], &error["field"]), (&json!("invalid"), &json!(field)));
    }
    assert_eq!(program.ok("settings_get", json!({})), settings, "a refused change changes nothing");
}

#[test]
fn an_account_that_is_refused_leaves_nothing() {
    let program = Program::start(1);
    let mut account = json!({
        "label": "", "authId": "MA_NOBODY1", "authToken": "0123456789abcdef0123", "baseUrl": "http://127.0.0.1:9/api/v1",
        "pageSize": 100, "sessionOnly": false
    });
    assert_eq!(program.code("accounts_add_vobiz", json!({ "account": account })), "unreachable");
    account["pageSize"] = 1000.into();
    let error = program.invoke("accounts_add_vobiz", json!({ "account": account })).unwrap_err();
    assert_eq!((&error["code"], &error["field"]), (&json!("invalid"), &json!("pageSize")));
    assert_eq!(program.ok("accounts_list", json!({})), json!([]));
    assert_eq!(program.code("accounts_remove", json!({ "accountId": "none" })), "stale");
    let sign_in = json!({ "signIn": { "accountId": "none", "authToken": "0123456789abcdef", "sessionOnly": true } });
    assert_eq!(program.code("accounts_sign_in", sign_in), "stale");
}

#[test]
fn what_is_not_there_is_stale_not_a_crash() {
    let program = Program::start(1);
    assert_eq!(
        program.code("library_window", json!({ "snapshot": 99, "offset": 0, "limit": 10 })),
        "stale"
    );
    assert_eq!(program.code("library_recording", json!({ "key": 4_000_000_000_u32 })), "stale");
    assert_eq!(program.code("library_refresh_recording", json!({ "key": 7 })), "stale");
    assert_eq!(program.code("player_load", json!({ "key": 7, "play": true })), "stale");
    assert_eq!(program.code("transfers_save_one", json!({ "key": 7 })), "stale");
    for command in [
        "transfers_resume",
        "transfers_cancel",
        "transfers_retry_failed",
        "transfers_reveal",
        "transfers_report",
    ] {
        assert_eq!(program.code(command, json!({ "jobId": "none" })), "stale", "{command}");
    }
    let start = json!({ "request": {
        "selection": { "kind": "keys", "keys": [1] },
        "folderToken": "made up",
        "template": "{id}",
        "options": plain_options(),
        "priority": "normal",
    } });
    assert_eq!(program.code("transfers_start", start), "stale");
    let items = json!({ "jobId": "none", "offset": 0, "limit": 10 });
    assert_eq!(program.code("transfers_items", items), "stale");
    assert_eq!(program.ok("transfers_last_folder", json!({})), Value::Null);
}

#[test]
fn a_window_is_bounded_and_goes_by_position() {
    let program = Program::start(700);
    program.with_sandbox(700);
    let found = program.ok("library_search", search(""));
    assert_eq!(found["count"], 700);
    let window = |offset: u32, limit: u32| {
        let arguments = json!({ "snapshot": found["snapshot"], "offset": offset, "limit": limit });
        program.ok("library_window", arguments).as_array().unwrap().clone()
    };
    assert_eq!(window(0, 5000).len(), 500, "at most 500 rows");
    assert_eq!(window(690, 100).len(), 10);
    assert_eq!(window(5000, 10).len(), 0);
    assert_eq!(window(0, 200)[150], window(150, 1)[0]);
}

#[test]
fn every_column_sorts_both_ways() {
    let program = Program::start(120);
    program.with_sandbox(120);
    for column in [
        "when",
        "from",
        "to",
        "duration",
        "kind",
        "format",
        "size",
        "conference",
        "account",
        "state",
    ] {
        for descending in [true, false] {
            let request = json!({ "text": "", "accountId": null, "view": "all", "sort": column, "descending": descending });
            let found = program.ok("library_search", json!({ "request": request }));
            assert_eq!(found["count"], 120, "{column}");
        }
    }
    let request = json!({ "text": "", "accountId": null, "view": "all", "sort": "duration", "descending": false });
    let found = program.ok("library_search", json!({ "request": request }));
    let rows = program
        .ok("library_window", json!({ "snapshot": found["snapshot"], "offset": 0, "limit": 120 }));
    let lengths: Vec<u64> =
        rows.as_array().unwrap().iter().map(|row| row["durationMs"].as_u64().unwrap()).collect();
    assert!(lengths.is_sorted(), "{lengths:?}");
}

#[test]
fn the_events_begin_with_a_snapshot() {
    let program = Program::start(3);
    // The mock runtime has no page to send to; a channel of the right shape is taken all the same.
    program.ok("app_subscribe", json!({ "channel": "__CHANNEL__:1" }));
    program.ok("app_mark_startup", json!({ "stage": "firstFrame", "atMs": 0 }));
    program.ok("app_mark_startup", json!({ "stage": "tableUsable", "atMs": i64::MAX }));
    assert!(program.invoke("app_mark_startup", json!({ "stage": "lunch", "atMs": 0 })).is_err());
}

#[test]
fn player_commands_on_an_empty_player_are_harmless() {
    let program = Program::start(1);
    for command in ["player_play", "player_pause", "player_close"] {
        program.ok(command, json!({}));
    }
    program.ok("player_seek", json!({ "positionMs": 5000 }));
    program.ok("player_set_volume", json!({ "volume": 7.5 }));
    let peaks = program.invoke_raw("player_peaks", json!({ "key": 1, "buckets": 100 })).unwrap();
    assert!(matches!(peaks, tauri::ipc::InvokeResponseBody::Raw(bytes) if bytes.is_empty()));
}

#[test]
fn a_list_is_checked_before_anybody_is_asked_where_it_should_go() {
    let program = Program::start(20);
    program.with_sandbox(20);
    let found = program.ok("library_search", search(""));
    let export = |selection: &Value, columns: &Value, format: &str| {
        let request = json!({
            "selection": selection,
            "columns": columns,
            "format": format,
            "masked": false,
            "raw": false,
        });
        let arguments = json!({ "request": request, "progress": "__CHANNEL__:1" });
        program.invoke("metadata_export", arguments).unwrap_err()
    };
    let all = json!({ "kind": "snapshot", "snapshot": found["snapshot"], "except": [] });
    let gone = json!({ "kind": "snapshot", "snapshot": 99, "except": [] });
    assert_eq!(export(&gone, &Value::Null, "csv")["code"], "stale");
    let error = export(&all, &json!([]), "parquet");
    assert_eq!((&error["code"], &error["field"]), (&json!("invalid"), &json!("columns")));
    for (columns, format) in [(json!(["lunch"]), "csv"), (Value::Null, "docx")] {
        let error = export(&all, &columns, format).to_string();
        assert!(error.contains("unknown variant"), "{error}");
    }
    program.ok("metadata_cancel_export", json!({}));
    assert_eq!(program.code("metadata_reveal", json!({})), "stale");
}

#[test]
fn a_pace_is_of_an_account_that_has_one() {
    let program = Program::start(1);
    let pace = |id: &str, requests: u32| json!({ "accountId": id, "requestsPerMin": requests });
    assert_eq!(program.code("accounts_set_pace", pace("none", 10)), "stale");
    assert_eq!(program.code("accounts_set_pace", pace("none", 0)), "invalid");
    program.with_sandbox(1);
    let accounts = program.ok("accounts_list", json!({}));
    let vobiz = accounts.as_array().unwrap().iter().find(|one| one["vendor"] == "vobiz").unwrap();
    let error = program.invoke("accounts_set_pace", pace(vobiz["id"].as_str().unwrap(), 10));
    assert_eq!(error.unwrap_err()["field"], "requestsPerMin");
}
