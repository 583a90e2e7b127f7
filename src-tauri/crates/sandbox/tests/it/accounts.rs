//! What belongs to an account besides its list: records of its calls, and a sub-account.

use reqwest::Method;
use serde_json::Value;
use tapeshelf_sandbox::{SandboxOptions, SubAccount};

use crate::support::{Bench, small};

#[tokio::test]
async fn a_call_is_found_by_its_uuid_once_it_is_old_enough() {
    let bench = Bench::start(small()).await;
    let list = bench.json(&bench.account_url("cdr?page=2&per_page=10")).await;
    assert_eq!(list["data"].as_array().unwrap().len(), 10);
    assert_eq!(list["pagination"]["total"], 50);
    let page = bench.page("limit=50").await;
    let row = &page["objects"][20];
    let uuid = row["call_uuid"].as_str().unwrap();
    let record = bench.json(&bench.account_url(&format!("cdr/{uuid}"))).await;
    assert_eq!(record["data"]["uuid"], *uuid);
    assert_eq!(record["data"]["destination_number"], row["to_number"]);
    let direction = record["data"]["call_direction"].as_str().unwrap();
    assert!(["inbound", "outbound"].contains(&direction), "{record}");

    let fresh = bench.sandbox.add_calls(1).unwrap();
    let page = bench.page("limit=1").await;
    assert_eq!(page["objects"][0]["recording_id"], *fresh[0]);
    let uuid = page["objects"][0]["call_uuid"].as_str().unwrap();
    let young = bench.get(&bench.account_url(&format!("cdr/{uuid}"))).await;
    assert_eq!(young.status(), 404, "the record comes later than the recording");
    assert_eq!(bench.get(&bench.account_url("cdr/")).await.status(), 401, "no slash at the end");
}

#[tokio::test]
async fn a_sub_account_lists_its_own_and_the_main_account_both_or_not() {
    for (sub_account, of_main) in [(SubAccount::OnBothLists, true), (SubAccount::Apart, false)] {
        let bench = Bench::start(SandboxOptions { sub_account, ..small() }).await;
        let (id, token) = bench.sandbox.sub_account();
        let main = bench.page("limit=100").await;
        let base = bench.sandbox.api_base_url();
        let as_sub = |rest: &str| {
            bench
                .bare(Method::GET, &format!("{base}/{rest}"))
                .header("X-Auth-ID", id)
                .header("X-Auth-Token", token)
        };
        let own = as_sub(&format!("Account/{id}/Recording/?limit=100")).send().await.unwrap();
        let own: Value = own.json().await.unwrap();
        let theirs = |row: &&Value| row["resource_uri"].as_str().unwrap().contains(id);
        let rows = |page: &Value| page["objects"].as_array().unwrap().clone();
        assert!(rows(&own).iter().all(|row| theirs(&row)) && !rows(&own).is_empty());
        let on_mains = rows(&main).iter().filter(theirs).count();
        assert_eq!(on_mains, if of_main { rows(&own).len() } else { 0 });
        let apart = 50 - rows(&own).len();
        assert_eq!(main["meta"]["total_count"], if of_main { 50 } else { apart });
        let me: Value = as_sub("auth/me").send().await.unwrap().json().await.unwrap();
        assert_eq!(me["auth_id"], id);
        let of_others = as_sub("Account/MA_SANDBOX1/Recording/").send().await.unwrap();
        assert_eq!(of_others.status(), 401, "each account has its own address");
    }
    let bench = Bench::start(small()).await;
    let (id, token) = bench.sandbox.sub_account();
    let url = format!("{}/Account/{id}/Recording/", bench.sandbox.api_base_url());
    let nobody =
        bench.bare(Method::GET, &url).header("X-Auth-ID", id).header("X-Auth-Token", token);
    assert_eq!(nobody.send().await.unwrap().status(), 401, "there is none unless it is asked for");
}
