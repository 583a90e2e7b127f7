//! T-28: a thousand damaged replies of each kind out of the vendors' documents, through the whole provider.
//!
//! Whatever comes is either read, row for row, or refused as a bad reply; nothing panics and no row vanishes.

use std::sync::atomic::{AtomicUsize, Ordering};

use domain::export::{ExportFilters, ExportPeriod, ExportRequest};
use domain::{CallUuid, ListFilters, RecordingId, RecordingList, Secret, UserId, VendorJobId};
use jiff::Timestamp;
use proptest::{prop_assert, prop_assert_eq};
use serde_json::{Value, json};
use tapeshelf_providers::{Error, Page, PageRequest, Provider, Transport, Vbc};

use crate::support::{AUTH_ID, Checked, Mutants, pasted_over, row, sample, vbc_config};

/// A refusal of a reply that came with a status of success.
fn refused(error: &Error) -> Checked {
    prop_assert!(matches!(error, Error::BadReply { .. }), "{error:?}");
    Ok(())
}

fn no_row_vanished(outcome: Result<Page, Error>) -> Checked {
    match outcome {
        Err(error) => refused(&error),
        Ok(page) => {
            let accounted = u64::try_from(page.recordings.len() + page.unreadable.len()).unwrap();
            prop_assert_eq!(page.received, accounted);
            for recording in &page.recordings {
                prop_assert!(!recording.id.as_str().is_empty());
                prop_assert!(recording.id.as_str().len() <= 1024, "{recording:?}");
            }
            Ok(())
        }
    }
}

fn read_or_refused<T>(outcome: Result<T, Error>) -> Checked {
    outcome.map_or_else(|error| refused(&error), |_| Ok(()))
}

fn parsed(name: &str) -> Value {
    serde_json::from_str(&sample(name)).unwrap()
}

#[test]
fn t28_vobiz_lists() {
    let (mutants, good) = (Mutants::new(200), parsed("list_page"));
    let provider = mutants.vobiz();
    let ask = async || provider.list(&PageRequest::default()).await;
    mutants.is_read(&good, ask);
    mutants.ask(&good, async || no_row_vanished(ask().await));
}

#[test]
fn t28_vobiz_recordings() {
    let (mutants, good) = (Mutants::new(200), parsed("retrieve_flat"));
    let provider = mutants.vobiz();
    let id = RecordingId::new(good["recording_id"].as_str().unwrap());
    let ask = async || provider.retrieve(&id).await;
    mutants.is_read(&good, ask);
    mutants.ask(&good, async || match ask().await {
        Ok(recording) => {
            prop_assert_eq!(recording.id, id.clone(), "never another recording");
            Ok(())
        }
        Err(error) => refused(&error),
    });
}

#[test]
fn t28_vobiz_call_records() {
    let call = CallUuid::new("0c5e5f6e-3b51-4ad8-8f1d-1f3f0f9a7b11");
    let good = json!({"success": true, "data": {
        "id": 4711, "uuid": call.as_str(), "call_direction": "Outbound", "caller_id_name": "Asha",
        "caller_id_number": "+919876543210", "destination_number": "14155550100",
        "start_time": "2026-05-07T04:15:35Z", "answer_time": null, "end_time": "2026-05-07T04:17:00Z",
        "duration": "85", "billsec": 60, "hangup_cause_name": "NORMAL_CLEARING", "total_cost": "0.42",
        "currency": "INR",
    }});
    let mutants = Mutants::new(200);
    let provider = mutants.vobiz();
    let ask = async || provider.call_record(&call).await;
    mutants.is_read(&good, ask);
    mutants.ask(&good, async || read_or_refused(ask().await));
}

#[test]
fn t28_vobiz_exports() {
    let (mutants, good) = (Mutants::new(202), parsed("export_202"));
    let provider = mutants.vobiz();
    let request = ExportRequest {
        period: ExportPeriod::ExactAge(7),
        filters: ExportFilters::default(),
        recipients: vec!["admin@example.com".into()],
    };
    let ask = async || provider.request_export(&request).await;
    mutants.is_read(&good, ask);
    mutants.ask(&good, async || match ask().await {
        // A body may say that it failed, whatever its status.
        Err(Error::Rejected(_)) | Ok(_) => Ok(()),
        Err(error) => refused(&error),
    });
}

/// What the check reads: the account, its first recording, its balance.
#[test]
fn t28_vobiz_accounts_and_balances() {
    let good = json!({
        "auth_id": AUTH_ID, "name": "Asha", "company": "Example Ltd", "timezone": "Asia/Kolkata",
        "is_active": true, "pricing_tier": {"currency": "INR"},
        "balance": "12.5", "available_balance": 12.5, "currency": "INR",
        "objects": [row("a")], "meta": {"limit": 1, "offset": 0, "next": null, "total_count": 1},
    });
    let mutants = Mutants::new(200);
    let provider = mutants.vobiz();
    mutants.is_read(&good, async || provider.check().await);
    mutants.is_read(&good, async || provider.balance().await);
    mutants.ask(&good, async || match provider.check().await {
        // The account in the reply is another one.
        Err(Error::Unauthenticated(_)) => Ok(()),
        outcome => read_or_refused(outcome),
    });
}

fn vbc_row() -> Value {
    json!({
        "_links": {"self": {"href": "https://api.vonage.com/t/vbc.prod/call_recording/api/accounts/549825/users/7/call_recordings/193228"}},
        "call_direction": "INBOUND", "call_id": "c91150a6-8cc4-4e73-9fef-17fd925c6448",
        "caller_id": "17325550100", "cnam": "JOHN SMITH", "dnis": "17325550100",
        "download_url": "https://api.vonage.com/t/vbc.prod/call_recording/api/audio/recording/193228",
        "duration": 60000, "end": "2019-01-01T00:01:00+0000", "extensions": [999, "304"],
        "file_name": "730048.118264.95a7584b.1463122442148.mp3", "file_size_in_bytes": 100_000,
        "id": 193_228, "rule_ids": [1989, 2012, 449], "start": "2019-01-01T00:00:00+0000",
    })
}

fn vbc_page(name: &str, rows: &Value) -> Value {
    let link = |page: u32| json!({"href": format!("https://api.vonage.com/x?page={page}")});
    json!({
        "_embedded": {name: rows}, "page": 1, "page_size": 10, "total_items": 3, "total_pages": 1,
        "_links": {"first": link(1), "self": link(1), "last": link(1)},
    })
}

#[test]
fn t28_vbc_lists() {
    let good = vbc_page("recordings", &json!([vbc_row(), vbc_row(), vbc_row()]));
    let mutants = Mutants::new(200);
    let config = vbc_config(&mutants.server);
    let transport = Transport::new(mutants.transport.clone()).unwrap();
    let lists = [RecordingList::Company, RecordingList::OnDemand(UserId::myself())];
    let turn = AtomicUsize::new(0);
    // Each time a new account, which has learned nothing from the damage before.
    let ask = async || {
        let list = lists[turn.fetch_add(1, Ordering::Relaxed) % lists.len()].clone();
        let request = PageRequest { list, ..PageRequest::default() };
        pasted_over(config.clone(), transport.clone()).list(&request).await
    };
    mutants.is_read(&good, ask);
    mutants.ask(&good, async || no_row_vanished(ask().await));
}

#[test]
fn t28_vbc_recordings() {
    let (mutants, good) = (Mutants::new(200), vbc_row());
    let provider = mutants.vbc();
    let ids = ["193228", "users/7/193228"].map(RecordingId::new);
    let turn = AtomicUsize::new(0);
    let ask = async || {
        let id = &ids[turn.fetch_add(1, Ordering::Relaxed) % ids.len()];
        (id, provider.retrieve(id).await)
    };
    mutants.is_read(&good, async || ask().await.1);
    mutants.ask(&good, async || match ask().await {
        (id, Ok(recording)) => {
            prop_assert_eq!(&recording.id, id, "never another recording");
            Ok(())
        }
        (_, Err(error)) => refused(&error),
    });
}

#[test]
fn t28_vbc_jobs() {
    let job = json!({
        "_links": {"self": {"href": "https://api.vonage.com/x/jobs/7a"}},
        "id": "7a688e12-99ee-4816-8385-b21b90583838", "status": "complete", "files_completed": 2,
        "files_total": 2, "valid_until": "2019-01-01T00:00:00+0000",
        "download_url": "https://api.vonage.com/x/retrieve?jobId=7a",
    });
    let mutants = Mutants::new(200);
    let provider = mutants.vbc();
    let list = RecordingList::Company;
    let page = vbc_page("jobs", &json!([job.clone(), job.clone()]));
    let all = async || provider.export_jobs(&list, None).await;
    mutants.is_read(&page, all);
    mutants.ask(&page, async || read_or_refused(all().await));
    let id = VendorJobId::new("7a688e12-99ee-4816-8385-b21b90583838");
    let one = async || provider.export_job(&list, &id).await;
    mutants.is_read(&job, one);
    mutants.ask(&job, async || read_or_refused(one().await));
}

#[test]
fn t28_vbc_new_jobs() {
    let good = json!({"job_ids": ["7a688e12-99ee-4816-8385-b21b90583838", "b"]});
    let mutants = Mutants::new(202);
    let provider = mutants.vbc();
    let filters = ListFilters {
        start_gte: Some("2026-01-01T00:00:00Z".parse().unwrap()),
        start_lte: Some("2026-02-01T00:00:00Z".parse().unwrap()),
        ..ListFilters::default()
    };
    let list = RecordingList::Company;
    let ask = async || provider.create_export_job(&list, &filters).await;
    mutants.is_read(&good, ask);
    mutants.ask(&good, async || match ask().await {
        Ok(ids) => {
            prop_assert!(!ids.is_empty(), "a creation names its jobs");
            Ok(())
        }
        Err(error) => refused(&error),
    });
}

#[test]
fn t28_vbc_users_and_transcripts() {
    let user = json!({
        "id": 745_249, "login_name": "asha.r", "first_name": "Asha", "last_name": "Rao",
        "email": "asha@example.test",
        "extensions": [{"extension_number": "304", "dids": [{"phone_number": "17325550100"}]}],
    });
    let good = vbc_page("data", &json!([user.clone(), user]));
    let mutants = Mutants::new(200);
    let provider = mutants.vbc();
    let users = async || provider.users().await;
    mutants.is_read(&good, users);
    mutants.ask(&good, async || read_or_refused(users().await));
    let good = json!({"language": "en-US", "segments": [{"speaker": "A", "text": "Hello."}]});
    let id = RecordingId::new("193228");
    let transcript = async || provider.transcript(&id).await;
    mutants.is_read(&good, transcript);
    // What a transcript looks like is documented nowhere, so every reply is one, or none.
    mutants.ask(&good, async || {
        prop_assert!(transcript().await.is_ok());
        Ok(())
    });
}

#[test]
fn t28_vbc_tokens() {
    let good = json!({
        "access_token": "7d2c", "refresh_token": "9ab1", "scope": "openid", "token_type": "Bearer",
        "id_token": "a.b.c", "expires_in": 82_566,
    });
    let mutants = Mutants::new(200);
    let config = vbc_config(&mutants.server);
    let transport = Transport::new(mutants.transport.clone()).unwrap();
    let ask = async || {
        let password = Secret::new("canary-password".to_owned());
        Vbc::sign_in_with_password(&config, "asha", password, &transport, Timestamp::UNIX_EPOCH)
            .await
    };
    mutants.is_read(&good, ask);
    mutants.ask(&good, async || match ask().await {
        Ok(tokens) => {
            let access = tokens.access.expose();
            prop_assert!(!access.is_empty() && access.bytes().all(|b| b.is_ascii_graphic()));
            Ok(())
        }
        Err(error) => refused(&error),
    });
}
