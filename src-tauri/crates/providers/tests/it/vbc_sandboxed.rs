//! VBC against the sandbox: the contract on each kind of list, every way to sign in, every role, and jobs.

use std::sync::Arc;
use std::time::Duration;

use domain::{Availability, Feature, RecordingId, RecordingList, Secret, UserId};
use jiff::Timestamp;
use sandbox::{LargeLimit, Origin, PageBase, Sandbox, SandboxOptions, VbcRecordings, VbcRole};
use tapeshelf_providers::{
    Error, PageRequest, Provider, TokenSet, Transport, TransportOptions, Vbc, VbcConfig,
};

use crate::contract;
use crate::support::{quick, signed_in};

pub(crate) fn options() -> SandboxOptions {
    SandboxOptions {
        recordings: 1,
        vbc_recordings: 130,
        vbc_users: 3,
        vbc_on_demand: 25,
        seed: 7,
        ..SandboxOptions::default()
    }
}

pub(crate) fn patient() -> TransportOptions {
    TransportOptions {
        read_timeout: Duration::from_secs(10),
        max_retry_after: Duration::from_secs(5),
        max_quota_wait: Duration::from_secs(20),
        ..quick()
    }
}

pub(crate) fn config(sandbox: &Sandbox) -> VbcConfig {
    let vbc = sandbox.vbc();
    VbcConfig {
        service_base: vbc.service_base().parse().unwrap(),
        provisioning_base: Some(vbc.provisioning_base().parse().unwrap()),
        token_url: vbc.token_url().parse().unwrap(),
        authorize_url: vbc.authorize_url().parse().unwrap(),
        account: "self".into(),
        client_id: vbc.client_id().into(),
        client_secret: Secret::new(vbc.client_secret().into()),
        page_size: 0,
        requests_per_min: 1_000_000,
        company_only: false,
    }
}

pub(crate) async fn password_tokens(
    sandbox: &Sandbox,
    username: &str,
    password: &str,
) -> tapeshelf_providers::Result<TokenSet> {
    let transport = Transport::new(patient()).unwrap();
    let password = Secret::new(password.to_owned());
    let config = config(sandbox);
    Vbc::sign_in_with_password(&config, username, password, &transport, Timestamp::now()).await
}

pub(crate) async fn account(sandbox: &Sandbox) -> Vbc {
    let vbc = sandbox.vbc();
    let tokens = password_tokens(sandbox, &vbc.username(), vbc.password()).await.unwrap();
    signed_in(config(sandbox), tokens, &Arc::default(), patient())
}

pub(crate) fn texts(ids: &[u64]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

fn myself() -> RecordingList {
    RecordingList::OnDemand(UserId::myself())
}

#[tokio::test]
async fn it_keeps_the_contract_for_the_company() {
    let sandbox = Sandbox::start(options()).await.unwrap();
    let (vbc, list) = (sandbox.vbc(), RecordingList::Company);
    let provider = account(&sandbox).await;
    let expected = || texts(&vbc.recording_ids(VbcRecordings::Company));
    contract::paging_is_complete(&provider, &list, &expected()).await;
    contract::pages_may_come_in_any_order(&provider, &list, &expected()).await;
    contract::retrieve_agrees_with_the_list(&provider, &list).await;
    contract::unknown_and_hostile_ids_are_harmless(&provider).await;
    for recording in contract::all_recordings(&provider, &list, 0).await.iter().take(3) {
        let facts = vbc.facts(recording.id.as_str().parse().unwrap()).unwrap();
        assert_eq!(recording.size_bytes, Some(facts.size_bytes), "{}", recording.raw);
        assert!(!recording.rule_ids.is_empty() && recording.file_name.is_some());
        contract::media_resumes_at_any_byte(&provider, recording, facts.size_bytes).await;
    }
    let requests = || sandbox.request_log().len();
    contract::what_is_not_supported_says_so(&provider, &list, requests).await;
    contract::deletion_is_final_and_idempotent(&provider, &list).await;
    let call_comes_in = || vbc.add_calls(VbcRecordings::Company, 1).unwrap().remove(0).to_string();
    contract::a_list_that_grows_is_read_whole(&provider, &list, &expected(), call_comes_in).await;
}

#[tokio::test]
async fn it_keeps_the_contract_for_ones_own_and_for_other_users() {
    let sandbox = Sandbox::start(options()).await.unwrap();
    let vbc = sandbox.vbc();
    let provider = account(&sandbox).await;
    let users = vbc.user_ids();
    for (word, user) in
        [(UserId::myself(), users[0]), (UserId::new(users[1].to_string()), users[1])]
    {
        let list = RecordingList::OnDemand(word.clone());
        let shelf = VbcRecordings::OnDemand { user_id: user };
        let expected: Vec<String> =
            vbc.recording_ids(shelf).iter().map(|id| format!("users/{word}/{id}")).collect();
        contract::paging_is_complete(&provider, &list, &expected).await;
        contract::retrieve_agrees_with_the_list(&provider, &list).await;
        let recording = contract::all_recordings(&provider, &list, 0).await.remove(0);
        let own = recording.id.vbc_parts().1.parse().unwrap();
        let size = vbc.facts(own).unwrap().size_bytes;
        contract::media_resumes_at_any_byte(&provider, &recording, size).await;
        contract::deletion_is_final_and_idempotent(&provider, &list).await;
    }
}

#[tokio::test]
async fn every_way_of_paging_is_walked_whole() {
    for base in [PageBase::Zero, PageBase::One] {
        for (largest, large_page) in
            [(100, LargeLimit::Capped), (20, LargeLimit::Capped), (20, LargeLimit::Rejected)]
        {
            for flag in [false, true] {
                let sandbox = Sandbox::start(SandboxOptions {
                    vbc_page_base: base,
                    vbc_max_page_size: largest,
                    vbc_large_page: large_page,
                    vbc_bare_links: flag,
                    vbc_omit_embedded_when_empty: flag,
                    vbc_single_as_object: flag,
                    vbc_recordings: 61,
                    ..options()
                })
                .await
                .unwrap();
                let provider = account(&sandbox).await;
                let list = RecordingList::Company;
                let expected = texts(&sandbox.vbc().recording_ids(VbcRecordings::Company));
                contract::paging_is_complete(&provider, &list, &expected).await;
                contract::pages_may_come_in_any_order(&provider, &list, &expected).await;
            }
        }
    }
}

#[tokio::test]
async fn an_empty_list_is_empty_and_learns_nothing_wrong() {
    for base in [PageBase::Zero, PageBase::One] {
        let sandbox = Sandbox::start(SandboxOptions {
            vbc_page_base: base,
            vbc_recordings: 0,
            vbc_on_demand: 12,
            ..options()
        })
        .await
        .unwrap();
        let provider = account(&sandbox).await;
        let none = contract::all_recordings(&provider, &RecordingList::Company, 0).await;
        assert_eq!(none, []);
        assert_eq!(contract::all_recordings(&provider, &myself(), 5).await.len(), 12, "{base:?}");
    }
}

#[tokio::test]
async fn only_the_newer_prefix_is_served() {
    let sandbox = Sandbox::start(SandboxOptions { vbc_only_v1: true, ..options() }).await.unwrap();
    let provider = account(&sandbox).await;
    // Nothing is known yet: a change finds its way by the gateway's word alone.
    let id = sandbox.vbc().recording_ids(VbcRecordings::Company)[0];
    provider.delete(&RecordingId::new(id.to_string())).await.unwrap();
    let expected = texts(&sandbox.vbc().recording_ids(VbcRecordings::Company));
    contract::paging_is_complete(&provider, &RecordingList::Company, &expected).await;
    let recording = provider.retrieve(&RecordingId::new(&expected[0])).await.unwrap();
    let size = sandbox.vbc().facts(expected[0].parse().unwrap()).unwrap().size_bytes;
    contract::media_resumes_at_any_byte(&provider, &recording, size).await;
    let misses: Vec<_> = sandbox
        .request_log()
        .into_iter()
        .filter(|logged| logged.origin == Origin::Vbc && logged.status == 404)
        .collect();
    assert!(misses.len() <= 3, "each prefix is learned once: {misses:?}");
}

#[tokio::test]
async fn each_role_is_told_what_it_may_do() {
    for (role, works, does_not) in [
        (
            VbcRole::Administrator,
            vec![
                Feature::CompanyRecordings,
                Feature::OnDemandRecordings,
                Feature::OtherUsersRecordings,
                Feature::ExportJobs,
                Feature::Transcripts,
            ],
            vec![Feature::EmailExport, Feature::Balance],
        ),
        (
            VbcRole::User,
            vec![Feature::Recordings, Feature::OnDemandRecordings, Feature::ExportJobs],
            vec![Feature::CompanyRecordings, Feature::OtherUsersRecordings],
        ),
    ] {
        let sandbox =
            Sandbox::start(SandboxOptions { vbc_role: role, vbc_transcripts: true, ..options() })
                .await
                .unwrap();
        let provider = account(&sandbox).await;
        let facts = provider.check().await.unwrap();
        for feature in works {
            assert_eq!(*facts.capabilities.get(feature), Availability::Yes, "{role:?} {feature:?}");
        }
        for feature in does_not {
            assert!(!facts.capabilities.get(feature).may_be_offered(), "{role:?} {feature:?}");
        }
        let own = sandbox.vbc().user_ids()[0].to_string();
        assert_eq!(facts.user_id, Some(UserId::new(own.clone())));
        let lists = provider.lists().await.unwrap();
        let others = if role == VbcRole::User { 0 } else { 3 };
        let company = usize::from(role != VbcRole::User);
        assert_eq!(lists.len(), company + 1 + others, "{lists:?}");
        assert!(!lists.contains(&RecordingList::OnDemand(UserId::new(own))), "oneself is `self`");
    }
}

#[tokio::test]
async fn india_and_a_missing_subscription_have_their_own_words() {
    let unsubscribed = SandboxOptions { vbc_role: VbcRole::NotSubscribed, ..options() };
    let sandbox = Sandbox::start(unsubscribed).await.unwrap();
    let error = account(&sandbox).await.check().await.unwrap_err();
    assert!(matches!(error, Error::NotSubscribed(_)), "{error:?}");

    let sandbox =
        Sandbox::start(SandboxOptions { vbc_role: VbcRole::India, ..options() }).await.unwrap();
    let vbc = sandbox.vbc();
    let tokens = password_tokens(&sandbox, &vbc.username(), vbc.password()).await.unwrap();
    let indian = VbcConfig { company_only: true, ..config(&sandbox) };
    assert!(indian.service_base.path().ends_with("call_recording_india"));
    let provider = signed_in(indian.clone(), tokens.clone(), &Arc::default(), patient());
    let facts = provider.check().await.unwrap();
    assert!(!facts.capabilities.get(Feature::OnDemandRecordings).may_be_offered());
    assert_eq!(provider.lists().await.unwrap(), [RecordingList::Company]);
    let error = provider.list(&PageRequest { list: myself(), ..PageRequest::default() }).await;
    assert!(matches!(error, Err(Error::NotSupported)), "{error:?}");

    let usual = indian.service_base.as_str().replace("_india", "").parse().unwrap();
    let elsewhere = VbcConfig { service_base: usual, company_only: false, ..indian };
    let error = signed_in(elsewhere, tokens, &Arc::default(), patient()).check().await;
    assert!(matches!(error, Err(Error::WrongRegion(_))), "{error:?}");
}

/// An account of the rest of the world at India's service looks unsubscribed there; the other service knows it.
#[tokio::test]
async fn an_account_from_elsewhere_is_told_from_an_unsubscribed_one() {
    for (role, is_at_home) in
        [(VbcRole::Administrator, true), (VbcRole::User, true), (VbcRole::NotSubscribed, false)]
    {
        let sandbox = Sandbox::start(SandboxOptions { vbc_role: role, ..options() }).await.unwrap();
        let vbc = sandbox.vbc();
        let tokens = password_tokens(&sandbox, &vbc.username(), vbc.password()).await.unwrap();
        let usual = config(&sandbox);
        let indian = VbcConfig {
            service_base: format!("{}_india", usual.service_base).parse().unwrap(),
            company_only: true,
            ..usual
        };
        let error = signed_in(indian, tokens, &Arc::default(), patient()).check().await;
        let is_told = match (&error, is_at_home) {
            (Err(Error::WrongRegion(said)), true) => said.code.as_deref() == Some("900908"),
            // Neither service knows it: nothing speaks for the other region.
            (Err(Error::NotSubscribed(_)), false) => true,
            _ => false,
        };
        assert!(is_told, "{role:?}: {error:?}");
    }
}

/// T-27: a token that ends in the middle of a run is renewed once for all eight workers, and the run goes on.
#[tokio::test]
async fn eight_workers_share_one_renewal() {
    let sandbox = Sandbox::start(options()).await.unwrap();
    let vbc = sandbox.vbc();
    let provider = account(&sandbox).await;
    let renewals = || {
        let log = sandbox.request_log();
        log.iter().filter(|logged| logged.method == "POST" && logged.path == "/token").count()
    };
    let signed_in = renewals();
    provider.list(&contract::page_of(&RecordingList::Company, 0, 10)).await.unwrap();
    for round in 1..=3 {
        vbc.expire_access_tokens();
        let pages = (0..8).map(|number| {
            let provider = &provider;
            async move {
                let request = contract::page_of(&RecordingList::Company, number * 10, 10);
                provider.list(&request).await.map(|page| page.received)
            }
        });
        for outcome in futures_util::future::join_all(pages).await {
            assert_eq!(outcome.unwrap(), 10);
        }
        assert_eq!(renewals(), signed_in + round, "one renewal for all");
    }
    assert_eq!(vbc.failed_logins(&vbc.username()), 0);
}

#[tokio::test]
async fn transcripts_are_offered_where_they_are() {
    let sandbox =
        Sandbox::start(SandboxOptions { vbc_transcripts: true, ..options() }).await.unwrap();
    let provider = account(&sandbox).await;
    let all = contract::all_recordings(&provider, &RecordingList::Company, 0).await;
    let mut found = 0;
    for recording in all.iter().take(30) {
        if let Some(transcript) = provider.transcript(&recording.id).await.unwrap() {
            found += 1;
            assert!(transcript.text.contains("Made-up Calls"), "{transcript:?}");
            let turns = || transcript.text.lines();
            assert!(
                turns().all(|line| line.starts_with('[')),
                "each with its time: {transcript:?}"
            );
            assert_eq!(transcript.language.as_deref(), Some("en-US"));
        }
    }
    assert!((1..30).contains(&found), "{found} of 30");
    let without = Sandbox::start(options()).await.unwrap();
    let provider = account(&without).await;
    let refused = provider.transcript(&all[0].id).await;
    assert!(matches!(refused, Err(Error::NotSupported)), "{refused:?}");
}
