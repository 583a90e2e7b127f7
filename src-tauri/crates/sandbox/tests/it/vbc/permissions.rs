//! Who may see what, where the services are, and the quota.

use std::time::Duration;

use serde_json::Value;
use tapeshelf_sandbox::{SandboxOptions, ThrottleReply, VbcRecordings, VbcRole};

use crate::support::{header, small, text};
use crate::vbc::Office;

#[tokio::test]
async fn an_ordinary_person_sees_only_what_is_theirs() {
    let mut office = Office::small().await;
    let (_, reply) = office.log_in(&office.vbc().second_user(), office.vbc().password()).await;
    office.token = text(&reply, "access_token").to_owned();
    let users = office.vbc().user_ids();
    let company = office.get(&office.company("")).await;
    assert_eq!(company.status(), 401);
    assert!(company.text().await.unwrap().contains("missing user data"));
    assert_eq!(office.json(&office.own("self", "")).await["total_items"], 5);
    assert_eq!(office.status(&office.own(&users[1].to_string(), "")).await, 200);
    assert_eq!(office.status(&office.own(&users[2].to_string(), "")).await, 403);
    let provisioning = office.vbc().provisioning_base();
    assert_eq!(office.status(&format!("{provisioning}/api/accounts/self/users")).await, 403);
    assert_eq!(office.status(&format!("{provisioning}/api/accounts/self/users/self")).await, 200);
    let audio = |id: u64| office.vbc().facts(id).unwrap().media_url;
    let own = office.vbc().recording_ids(VbcRecordings::OnDemand { user_id: users[1] })[0];
    let companys = office.vbc().recording_ids(VbcRecordings::Company)[0];
    assert_eq!(office.status(&audio(own)).await, 200);
    assert_eq!(office.status(&audio(companys)).await, 403);
}

#[tokio::test]
async fn an_administrator_sees_everybodys_and_nobody_sees_another_account() {
    let office = Office::small().await;
    for user in office.vbc().user_ids() {
        assert_eq!(office.json(&office.own(&user.to_string(), "")).await["total_items"], 5);
    }
    assert_eq!(office.status(&office.own("1", "")).await, 404);
    let account = office.vbc().account_id();
    let list =
        |account: &str| office.url(&format!("api/accounts/{account}/company_call_recordings"));
    assert_eq!(office.status(&list(account)).await, 200);
    assert_eq!(office.status(&list("123")).await, 403);
}

#[tokio::test]
async fn an_administrator_by_name_may_be_an_ordinary_person() {
    let office = Office::start(SandboxOptions { vbc_role: VbcRole::User, ..small() }).await;
    assert_eq!(office.status(&office.company("")).await, 401);
    assert_eq!(office.status(&office.own("self", "")).await, 200);
}

#[tokio::test]
async fn an_account_in_india_has_its_own_service_for_company_recordings_only() {
    let office = Office::start(SandboxOptions { vbc_role: VbcRole::India, ..small() }).await;
    assert!(office.vbc().service_base().ends_with("/t/vbc.prod/call_recording_india"));
    let page = office.json(&office.company("")).await;
    assert_eq!(page["total_items"], 600);
    let audio = text(&page["_embedded"]["recordings"][0], "download_url");
    assert_eq!(office.status(audio).await, 200);
    assert_eq!(office.status(&office.own("self", "")).await, 404);
    let usual = office.company("").replace("_india", "");
    let refused = office.get(&usual).await;
    assert_eq!(refused.status(), 403);
    assert!(refused.text().await.unwrap().contains("Missing HMAC token"));
    let elsewhere = Office::small().await;
    let indian = elsewhere.company("").replace("call_recording/", "call_recording_india/");
    assert_eq!(elsewhere.status(&indian).await, 403);
}

#[tokio::test]
async fn an_application_that_is_not_subscribed_is_told_so_by_the_gateway() {
    let office =
        Office::start(SandboxOptions { vbc_role: VbcRole::NotSubscribed, ..small() }).await;
    let refused = office.get(&office.company("")).await;
    assert_eq!(refused.status(), 403);
    assert_eq!(refused.json::<Value>().await.unwrap()["fault"]["code"], 900_908);
    let users = format!("{}/api/accounts/self/users", office.vbc().provisioning_base());
    assert_eq!(office.status(&users).await, 200);
    let office = Office::start(SandboxOptions { vbc_provisioning: false, ..small() }).await;
    let users = format!("{}/api/accounts/self/users", office.vbc().provisioning_base());
    assert_eq!(office.status(&users).await, 403);
    assert_eq!(office.status(&office.company("")).await, 200);
}

#[tokio::test]
async fn only_one_of_the_two_addresses_may_be_served() {
    let office = Office::start(SandboxOptions { vbc_only_v1: true, ..small() }).await;
    let missing = office.get(&office.company("")).await;
    assert_eq!(missing.status(), 404);
    let fault: Value = missing.json().await.unwrap();
    assert!(text(&fault["fault"], "message").contains("No matching resource"));
    assert_eq!(office.status(&office.company("").replace("/api/", "/v1/api/")).await, 200);
    let both = Office::small().await;
    assert_eq!(both.status(&both.company("")).await, 200);
    assert_eq!(both.status(&both.company("").replace("/api/", "/v1/api/")).await, 200);
}

#[tokio::test]
async fn users_are_listed_filtered_and_paged() {
    let office = Office::start(SandboxOptions { vbc_users: 24, ..small() }).await;
    let base = format!("{}/api/accounts/self/users", office.vbc().provisioning_base());
    let page = office.json(&format!("{base}?page=3&page_size=10")).await;
    assert_eq!((page["total_items"].as_u64(), &page["page"]), (Some(25), &3.into()));
    let last = page["_embedded"]["data"].as_array().unwrap();
    assert_eq!(last.len(), 5);
    assert!(last[0]["extensions"][0]["extension_number"].is_string());
    let login = text(&last[2], "login_name");
    let found = office.json(&format!("{base}?login_name={login}")).await;
    assert_eq!(found["_embedded"]["data"][0], last[2]);
    let one = office.json(&format!("{base}/{}", last[2]["id"])).await;
    assert_eq!(one["_embedded"]["data"], last[2]);
    assert_eq!(office.status(&format!("{base}/1")).await, 404);
    assert_eq!(office.status(base.strip_suffix("/users").unwrap()).await, 200);
}

#[tokio::test]
async fn the_quota_is_one_for_lists_and_audio_and_told_in_every_form() {
    for (reply, status, xml) in [
        (ThrottleReply::Json429, 429, false),
        (ThrottleReply::Xml429, 429, true),
        (ThrottleReply::Json503, 503, false),
        (ThrottleReply::Xml503, 503, true),
    ] {
        let office = Office::start(SandboxOptions {
            vbc_requests_per_min: Some(2),
            vbc_quota_window: Duration::from_hours(1),
            vbc_throttle_reply: reply,
            ..small()
        })
        .await;
        let id = office.vbc().recording_ids(VbcRecordings::Company)[0];
        let audio = office.vbc().facts(id).unwrap().media_url;
        assert_eq!(office.status(&office.company("")).await, 200);
        assert_eq!(office.status(&audio).await, 200);
        let throttled = office.get(&audio).await;
        assert_eq!(throttled.status(), status);
        assert_eq!(header(&throttled, "content-type").unwrap().contains("xml"), xml);
        let body = throttled.text().await.unwrap();
        assert!(body.contains("900800") && body.contains("nextAccessTime"), "{body}");
        let mut other = office;
        other.token = other.vbc().access_token();
        assert_eq!(other.status(&other.company("")).await, 200, "each token has its own");
    }
}
