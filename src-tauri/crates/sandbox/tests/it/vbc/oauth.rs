//! Tokens: how one gets them, and how one does not.

use serde_json::Value;
use tapeshelf_sandbox::{ClientAuth, SandboxOptions};
use url::Url;

use crate::support::{header, small, text};
use crate::vbc::Office;

#[tokio::test]
async fn a_password_gives_tokens_that_open_the_lists() {
    let mut office = Office::small().await;
    let (username, password) = (office.vbc().username(), office.vbc().password());
    let (status, reply) = office.log_in(&username, password).await;
    assert_eq!(status, 200, "{reply}");
    assert_eq!((&reply["token_type"], &reply["scope"]), (&"Bearer".into(), &"openid".into()));
    assert_eq!(reply["expires_in"], 86_400);
    assert!(reply["refresh_token"].is_string() && reply["id_token"].is_string());
    office.token = text(&reply, "access_token").to_owned();
    assert_eq!(office.json(&office.company("")).await["total_items"], 40);
}

#[tokio::test]
async fn without_openid_or_a_person_the_token_opens_nothing() {
    let mut office = Office::small().await;
    let (username, password) = (office.vbc().username(), office.vbc().password());
    let plain = [("grant_type", "password"), ("username", &*username), ("password", password)];
    let (_, reply) = office.token(&plain).await;
    assert_eq!(reply["scope"], "default");
    office.token = text(&reply, "access_token").to_owned();
    assert_eq!(office.status(&office.company("")).await, 401);

    let (_, reply) = office.token(&[("grant_type", "client_credentials")]).await;
    assert!(reply["refresh_token"].is_null());
    office.token = text(&reply, "access_token").to_owned();
    let refused = office.get(&office.company("")).await;
    assert_eq!(refused.status(), 401);
    assert!(refused.text().await.unwrap().contains("failed to get claims"));
}

#[tokio::test]
async fn a_name_without_the_suffix_is_nobodys_and_locks_nobody_out() {
    let office = Office::small().await;
    let username = office.vbc().username();
    let bare = username.strip_suffix("@vbc.prod").unwrap();
    for _ in 0..5 {
        let (status, reply) = office.log_in(bare, office.vbc().password()).await;
        assert_eq!((status, text(&reply, "error")), (400, "invalid_grant"));
    }
    assert_eq!(office.vbc().failed_logins(&username), 0);
    assert_eq!(office.log_in(&username, office.vbc().password()).await.0, 200);
}

#[tokio::test]
async fn three_wrong_passwords_lock_the_person_out_also_for_the_right_one() {
    let office = Office::small().await;
    let username = office.vbc().username();
    let mut told = Vec::new();
    for _ in 0..3 {
        let (status, reply) = office.log_in(&username, "wrong").await;
        assert_eq!((status, text(&reply, "error")), (400, "invalid_grant"));
        told.push(text(&reply, "error_description").to_owned());
    }
    assert!(told[0].starts_with("17002") && told[1].starts_with("17002"), "{told:?}");
    assert!(told[2].starts_with("17003") && told[2].contains("locked"), "{told:?}");
    let (status, reply) = office.log_in(&username, office.vbc().password()).await;
    assert_eq!(status, 400);
    assert!(text(&reply, "error_description").starts_with("17003"));
    assert_eq!(office.vbc().failed_logins(&username), 4);
    let second = office.vbc().second_user();
    assert_eq!(office.log_in(&second, office.vbc().password()).await.0, 200, "others may");
    office.vbc().unlock(&username);
    assert_eq!(office.log_in(&username, office.vbc().password()).await.0, 200);
}

#[tokio::test]
async fn a_refresh_token_rotates_and_reuse_is_refused() {
    let office = Office::small().await;
    let (_, first) = office.log_in(&office.vbc().username(), office.vbc().password()).await;
    let old = text(&first, "refresh_token");
    let refresh = async |token: &str| {
        office.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    };
    let (status, second) = refresh(old).await;
    assert_eq!(status, 200);
    assert_ne!(second["access_token"], first["access_token"]);
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    let (status, reply) = refresh(old).await;
    assert_eq!((status, text(&reply, "error")), (400, "invalid_grant"));
    assert_eq!(refresh(text(&second, "refresh_token")).await.0, 200);
    office.vbc().revoke_refresh_tokens();
    assert_eq!(refresh(text(&second, "refresh_token")).await.0, 400);
}

#[tokio::test]
async fn an_expired_token_says_so_and_an_older_one_stays_good_after_a_refresh() {
    let office = Office::small().await;
    let (_, first) = office.log_in(&office.vbc().username(), office.vbc().password()).await;
    let list = office.company("");
    assert_eq!(office.status(&list).await, 200);
    office
        .token(&[("grant_type", "refresh_token"), ("refresh_token", text(&first, "refresh_token"))])
        .await;
    assert_eq!(office.status(&list).await, 200);
    office.vbc().expire_access_tokens();
    let expired = office.get(&list).await;
    assert_eq!(expired.status(), 401);
    assert_eq!(expired.json::<Value>().await.unwrap()["fault"]["code"], 900_903);
    let none = office.client.get(&list).send().await.unwrap();
    assert_eq!(none.json::<Value>().await.unwrap()["fault"]["code"], 900_902);
    let wrong = office.client.get(&list).bearer_auth("made-up").send().await.unwrap();
    assert_eq!(wrong.json::<Value>().await.unwrap()["fault"]["code"], 900_901);
}

#[tokio::test]
async fn the_secret_is_taken_in_the_header_or_the_body_as_told() {
    for (taken, basic_ok, body_ok) in [
        (ClientAuth::Either, true, true),
        (ClientAuth::BasicOnly, true, false),
        (ClientAuth::BodyOnly, false, true),
    ] {
        let office = Office::start(SandboxOptions { vbc_client_auth: taken, ..small() }).await;
        let vbc = office.vbc();
        let username = vbc.username();
        let form = [
            ("grant_type", "password"),
            ("scope", "openid"),
            ("username", &*username),
            ("password", vbc.password()),
        ];
        let request = office.client.post(vbc.token_url()).form(&form);
        let basic =
            request.basic_auth(vbc.client_id(), Some(vbc.client_secret())).send().await.unwrap();
        assert_eq!(basic.status() == 200, basic_ok, "{taken:?}");
        let (status, reply) = office.token(&form).await;
        assert_eq!(status == 200, body_ok, "{taken:?}");
        if !body_ok {
            assert_eq!((status, text(&reply, "error")), (401, "invalid_client"));
        }
    }
}

#[tokio::test]
async fn the_browser_comes_back_to_this_computer_with_a_code_and_the_state() {
    let office = Office::small().await;
    let vbc = office.vbc();
    let ask = async |redirect: &str, client: &str| {
        let mut url = Url::parse(&vbc.authorize_url()).unwrap();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("scope", "openid")
            .append_pair("client_id", client)
            .append_pair("redirect_uri", redirect)
            .append_pair("state", "a b&c");
        office.client.get(url).send().await.unwrap()
    };
    let back = "http://127.0.0.1:9/callback?x=1";
    let sent = ask(back, vbc.client_id()).await;
    assert_eq!(sent.status(), 302);
    let target = Url::parse(&header(&sent, "location").unwrap()).unwrap();
    let field = |name: &str| {
        target.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    };
    assert_eq!((target.port(), field("state").as_deref()), (Some(9), Some("a b&c")));
    assert_eq!(field("x").as_deref(), Some("1"));
    let code = field("code").unwrap();
    let redeem = async |redirect: &str| {
        let form =
            [("grant_type", "authorization_code"), ("code", &*code), ("redirect_uri", redirect)];
        office.token(&form).await
    };
    let (status, reply) = redeem(back).await;
    assert_eq!((status, &reply["scope"]), (200, &"openid".into()), "{reply}");
    assert_eq!(redeem(back).await.0, 400, "a code is good once");

    for elsewhere in
        ["https://example.com/", "http://10.0.0.1/", "http://localhost.example.com/", "app:/"]
    {
        assert_eq!(ask(elsewhere, vbc.client_id()).await.status(), 400, "{elsewhere}");
    }
    assert_eq!(ask(back, "other").await.status(), 400);
    vbc.deny_next_authorization();
    let denied = header(&ask(back, vbc.client_id()).await, "location").unwrap();
    assert!(denied.contains("error=access_denied") && denied.contains("state="), "{denied}");
}
