//! A small HTTP server whose every byte the test decides, and an account to use it with.

mod bench;
mod mutants;
mod server;
mod which;

use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use domain::{RecordingId, Secret};
use serde_json::{Value, json};
use tapeshelf_providers::{MediaRequest, Transport, TransportOptions, Vobiz, VobizConfig};

pub(crate) use bench::{Bench, fetch, limits};
pub(crate) use mutants::{Checked, Mutants};
pub(crate) use server::{Answer, Request, Server, Tls};
pub(crate) use which::{
    CLIENT_SECRET, Kept, REFRESH, Which, on_both_vendors, pasted, pasted_over, renewable,
    signed_in, signed_in_over, vbc_config,
};

/// The account id of the tests.
pub(crate) const AUTH_ID: &str = "MA_CANARY01";
/// The canary: it must reach nobody but the vendor, and no text of ours.
pub(crate) const TOKEN: &str = "canary-token-4f9b2c7d8e";

/// Limits that make failures quick.
pub(crate) fn quick() -> TransportOptions {
    TransportOptions {
        connect_timeout: Duration::from_secs(5),
        read_timeout: Duration::from_secs(5),
        stall_window: Duration::from_millis(300),
        first_backoff: Duration::from_millis(1),
        max_retry_after: Duration::from_secs(1),
        ..TransportOptions::default()
    }
}

/// An account whose API is at this address.
pub(crate) fn account(base_url: &str) -> Vobiz {
    account_with(base_url, quick())
}

/// The same with other limits.
pub(crate) fn account_with(base_url: &str, options: TransportOptions) -> Vobiz {
    let config = VobizConfig {
        auth_id: AUTH_ID.into(),
        auth_token: Secret::new(TOKEN.into()),
        base_url: base_url.parse().unwrap(),
        page_size: 100,
    };
    Vobiz::new(config, Transport::new(options).unwrap()).unwrap()
}

/// A request for audio at an address, of a recording whose id does not matter.
pub(crate) fn audio_at(url: &str, offset: u64) -> MediaRequest<'_> {
    static ID: LazyLock<RecordingId> = LazyLock::new(|| RecordingId::new("any"));
    MediaRequest { id: &ID, url: Some(url), offset, if_range: None }
}

/// A sample out of the vendor's documents.
pub(crate) fn sample(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/vobiz")
        .join(format!("{name}.json"));
    std::fs::read_to_string(path).unwrap()
}

/// A file of the TLS fixtures.
pub(crate) fn tls_file(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls").join(name))
        .unwrap()
}

/// What `/auth/me` says for good credentials. It holds the token, as the vendor's does.
pub(crate) fn me() -> Answer {
    Answer::json(&json!({
        "auth_id": AUTH_ID, "auth_secret": TOKEN, "name": "Asha", "company": "Example Ltd",
        "timezone": "Asia/Kolkata", "pricing_tier": {"currency": "INR"}, "credit_limit": "100.00",
    }))
}

/// A page with these rows and nothing behind it, which either vendor could have sent.
pub(crate) fn page(rows: &Value) -> Answer {
    let total = rows.as_array().map_or(0, Vec::len);
    Answer::json(&json!({
        "api_id": "api-1",
        "meta": {"limit": 20, "offset": 0, "next": null, "previous": null, "total_count": total},
        "objects": rows,
        "_embedded": {"recordings": rows},
        "page": 1, "page_size": 20, "total_items": total,
    }))
}

/// A plain row.
pub(crate) fn row(id: &str) -> Value {
    json!({"recording_id": id, "id": id, "recording_duration_ms": "7880.00000", "add_time": "2026-05-07 09:45:35.79276+05:30"})
}
