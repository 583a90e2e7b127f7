//! One list of commands, four places that must agree with it, and a window that is not ours.

use std::collections::BTreeSet;

use crate::support::Program;
use serde_json::{Value, json};
use tapeshelf::command_names::COMMAND_NAMES;

const SHELL: &str = include_str!("../../src-tauri/src/lib.rs");
const CAPABILITY: &str = include_str!("../../src-tauri/capabilities/main.json");
const PAGE: &str = include_str!("../../ui/src/backend/tauri.ts");
const CONFIG: &str = include_str!("../../src-tauri/tauri.conf.json");

fn names() -> BTreeSet<String> {
    COMMAND_NAMES.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn handlers_capability_and_page_name_the_same_commands() {
    let handlers: BTreeSet<String> = SHELL
        .lines()
        .filter_map(|line| line.trim().strip_prefix("commands::")?.split("::").nth(1))
        .map(|name| name.trim_end_matches(',').to_owned())
        .collect();
    assert_eq!(handlers, names(), "src-tauri/src/lib.rs");

    let capability: Value = serde_json::from_str(CAPABILITY).unwrap();
    let allowed: BTreeSet<String> = capability["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|permission| {
            permission.as_str().unwrap().strip_prefix("allow-").unwrap().replace('-', "_")
        })
        .collect();
    assert_eq!(allowed, names(), "capabilities/main.json");

    for name in names() {
        assert!(
            PAGE.contains(&format!("'{name}'")),
            "ui/src/backend/tauri.ts does not call {name}"
        );
    }
}

#[test]
fn the_page_gets_no_network_no_inline_code_and_none_of_tauris_own_commands() {
    let config: Value = serde_json::from_str(CONFIG).unwrap();
    let csp = config["app"]["security"]["csp"].to_string();
    assert!(!csp.contains("unsafe"), "{csp}");
    assert!(!csp.contains("https:"), "{csp}");
    assert_eq!(config["app"]["security"]["csp"]["default-src"], "'self'");
    assert!(!CAPABILITY.contains("core:"), "only our commands");
}

#[test]
fn a_window_that_is_not_ours_may_call_nothing() {
    let program = Program::start_with_label(1, "stranger");
    for name in COMMAND_NAMES {
        let error = program.invoke(name, json!({})).unwrap_err().to_string();
        assert!(error.contains("not allowed"), "{name}: {error}");
    }
}

/// Commands without arguments.
const TAKE_NOTHING: &[&str] = &[
    "app_info",
    "settings_get",
    "settings_ca_file",
    "data_rebuild",
    "accounts_add_sandbox",
    "accounts_cancel_sign_in",
    "accounts_paces",
    "library_counts",
    "views_counts",
    "transfers_last_folder",
    "transfers_settings",
    "transfers_pace",
    "copies_cancel_check",
    "copies_forget_missing",
    "copies_check_report",
    "copies_cancel_adoption",
    "copies_adoption_report",
    "metadata_cancel_export",
    "player_play",
    "player_pause",
    "player_close",
];

#[test]
fn wrong_and_huge_arguments_are_errors_and_nothing_panics() {
    let program = Program::start(1);
    let huge = "x".repeat(10_000_000);
    for name in COMMAND_NAMES {
        // These open native dialogs or the file manager when their arguments are right.
        let asks_the_desktop = [
            "data_reveal",
            "data_back_up",
            "settings_choose_ca_file",
            "transfers_choose_folder",
            "views_export",
            "views_import",
        ]
        .contains(name);
        let takes_nothing = TAKE_NOTHING.contains(name) || name.ends_with("_list");
        if asks_the_desktop || takes_nothing {
            continue;
        }
        for arguments in
            [json!({}), json!([1, 2]), json!({ "key": -1, "request": 7, "jobId": {}, "draft": [] })]
        {
            assert!(program.invoke(name, arguments.clone()).is_err(), "{name} took {arguments}");
        }
    }
    let search = json!({ "request": { "text": huge, "accountId": null, "view": "all", "sort": "when", "descending": true } });
    assert_eq!(program.ok("library_search", search)["count"], 0);
    assert_eq!(program.code("accounts_remove", json!({ "accountId": huge })), "stale");
    assert_eq!(program.code("transfers_pause", json!({ "jobId": huge })), "stale");
}
