//! Every fault there is while a token of VBC is asked for or renewed.
//!
//! What matters here is not that it works, but what a bad line must never cost: a password is sent once for each time a
//! person asks for it, so that no lockout is brought about by the program; a refresh token, which is good once, is used up
//! only by an answer that was lost on the way; nothing goes to a stranger; and an error names the network's trouble and
//! does not blame the person's password for it.

use std::sync::Arc;
use std::time::Duration;

use domain::{RecordingId, RecordingList, Secret};
use futures_util::future::join_all;
use jiff::Timestamp;
use reqwest::Method;
use reqwest::header::HeaderMap;
use sandbox::{Fault, FaultProfile, Origin, Sandbox, SandboxOptions, VbcRecordings};
use tapeshelf_providers::{
    Error, MediaRequest, PageRequest, Provider, TokenSet, Transport, TransportOptions, Vbc,
};

use crate::support::{Kept, quick, signed_in_over};
use crate::vbc_sandboxed::{config, options, texts};

/// How often a person, or a sync, tries again: one time more than a fault that passes strikes.
const TRIES: usize = 3;
/// How often a fault strikes that passes.
const PASSES_AFTER: u32 = 2;
const WRONG: &str = "canary-wrong-password-19c4";

/// Where the browser is sent back to.
const BACK: &str = "http://127.0.0.1:4711/callback";

/// A fault, and how often it strikes; `None` is for ever.
type Weather = (Fault, Option<u32>);

/// Each fault, as one that passes and as one that lasts. A reply with tokens is short, so it is broken off early.
fn weathers() -> impl Iterator<Item = Weather> {
    Fault::ALL.into_iter().flat_map(|fault| {
        let fault = match fault {
            Fault::CutAt(_) => Fault::CutAt(100),
            Fault::ResetAt(_) => Fault::ResetAt(100),
            Fault::StallAt(_) => Fault::StallAt(100),
            other => other,
        };
        [(fault, Some(PASSES_AFTER)), (fault, None)]
    })
}

/// What becomes of a request for tokens under a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is answered all the same.
    Answered,
    /// It comes to nothing before the vendor has looked at it.
    NotHeard,
    /// The vendor grants the tokens, and its answer is lost or unreadable.
    AnswerLost,
    /// Any of these.
    Any,
    /// The fault is none of this endpoint.
    Spared,
}

fn fate(fault: Fault) -> Fate {
    if format!("token.{fault}").parse::<FaultProfile>().is_err() {
        return Fate::Spared;
    }
    match fault {
        Fault::Slow | Fault::Gzip => Fate::Answered,
        Fault::MutatedJson => Fate::Any,
        Fault::Stall
        | Fault::Reset
        | Fault::Rate429
        | Fault::Rate429With(_)
        | Fault::Server5xx
        | Fault::RedirectForeign
        | Fault::Redirect(_)
        | Fault::RedirectLoop
        | Fault::Html200
        | Fault::Empty200 => Fate::NotHeard,
        _ => Fate::AnswerLost,
    }
}

/// The connections of all seats: building them takes longer than using them.
struct Lines {
    patient: Transport,
    /// For silence that passes, and for silence that lasts.
    impatient: [Transport; 2],
}

impl Lines {
    fn new() -> Self {
        let bearing = |patience_ms| {
            let patience = Duration::from_millis(patience_ms);
            let options = TransportOptions {
                read_timeout: patience,
                stall_window: patience,
                json_limit_bytes: 1 << 20,
                // What asks for a second's wait is told, not waited for.
                max_retry_after: Duration::from_millis(20),
                max_quota_wait: Duration::from_millis(20),
                ..quick()
            };
            Transport::new(options).unwrap()
        };
        Self { patient: bearing(10_000), impatient: [bearing(1_000), bearing(100)] }
    }

    fn under(&self, fault: Fault, times: Option<u32>) -> &Transport {
        match fault {
            Fault::Stall | Fault::StallAt(_) | Fault::Trickle(_) => {
                &self.impatient[usize::from(times.is_none())]
            }
            _ => &self.patient,
        }
    }
}

async fn seat() -> Sandbox {
    let few = SandboxOptions { vbc_recordings: 12, vbc_on_demand: 1, ..options() };
    Sandbox::start(few).await.unwrap()
}

fn account(sandbox: &Sandbox, tokens: TokenSet, kept: &Arc<Kept>, line: &Transport) -> Vbc {
    signed_in_over(config(sandbox), tokens, kept, line.clone())
}

fn token_requests(sandbox: &Sandbox) -> usize {
    let log = sandbox.request_log();
    log.iter().filter(|logged| logged.method == "POST" && logged.path == "/token").count()
}

/// That an error names the trouble, blames nobody for it, and tells no secret.
fn assert_named(error: &Error, secrets: &[&str], about: &str) {
    let is_named = matches!(
        error,
        Error::Unreachable { .. }
            | Error::Interrupted { .. }
            | Error::VendorFailed(_)
            | Error::RateLimited { .. }
            | Error::BadReply { .. }
    );
    assert!(is_named, "{about}: {error:?}");
    let shown = format!("{error} {error:?}");
    assert!(error.to_string().contains(' '), "{about}: {error}");
    assert!(secrets.iter().all(|secret| !shown.contains(secret)), "{about}: {shown}");
}

/// Asks for a code as the browser of a person does who signs in.
async fn code(sandbox: &Sandbox, line: &Transport) -> Secret<String> {
    let page = Vbc::authorize_url(&config(sandbox), &BACK.parse().unwrap(), "state").unwrap();
    // A line that follows no redirect.
    let reply = line.ask_place(Method::GET, page, HeaderMap::new(), None).await.unwrap();
    let landed: url::Url = reply.headers()["location"].to_str().unwrap().parse().unwrap();
    let code = landed.query_pairs().find(|(name, _)| name == "code");
    Secret::new(code.unwrap().1.into_owned())
}

#[derive(Debug, Clone, Copy)]
enum Grant {
    Password,
    Code,
}

async fn sign_in(
    grant: Grant,
    sandbox: &Sandbox,
    password: &str,
    transport: &Transport,
) -> tapeshelf_providers::Result<TokenSet> {
    let (config, now) = (config(sandbox), Timestamp::now());
    match grant {
        Grant::Password => {
            let (name, password) = (sandbox.vbc().username(), Secret::new(password.to_owned()));
            Vbc::sign_in_with_password(&config, &name, password, transport, now).await
        }
        Grant::Code => {
            let code = code(sandbox, transport).await;
            Vbc::sign_in_with_code(&config, code, &BACK.parse().unwrap(), transport, now).await
        }
    }
}

/// Signs in under one fault, as often as a person would, then with a wrong password.
async fn sign_ins(lines: &Lines, sandbox: Sandbox, (fault, times): Weather, grant: Grant) {
    let about = format!("{fault} for {times:?} times, {grant:?}");
    let about = about.as_str();
    let vbc = sandbox.vbc();
    let name = vbc.username();
    let secrets = [vbc.password(), vbc.client_secret(), WRONG];
    let transport = lines.under(fault, times);
    let strike = || match times {
        Some(times) => sandbox.break_requests_times("POST /token", fault, times),
        None => sandbox.break_requests("POST /token", fault),
    };
    strike();
    let (mut signed_in, mut failures) = (false, 0);
    // One that was given up may reach the vendor late, so they are counted from the beginning.
    let mut tries = 0;
    for _ in 0..TRIES {
        tries += 1;
        let outcome = sign_in(grant, &sandbox, vbc.password(), transport).await;
        assert!(token_requests(&sandbox) <= tries, "{about}: one request a try");
        match outcome {
            Ok(_) => {
                signed_in = true;
                break;
            }
            Err(error) => {
                assert_named(&error, &secrets, about);
                failures += 1;
            }
        }
    }
    let expected = match (fate(fault), times) {
        (Fate::Answered | Fate::Spared, _) => failures == 0,
        (Fate::Any, Some(_)) => signed_in,
        (Fate::Any, None) => true,
        (_, Some(_)) => signed_in && failures == PASSES_AFTER,
        (_, None) => !signed_in,
    };
    assert!(expected, "{about}: {failures} failures, then {signed_in}");
    assert_eq!(vbc.failed_logins(&name), 0, "{about}: the password was right each time");

    if matches!(grant, Grant::Password) {
        sandbox.mend_requests();
        strike();
        let error = sign_in(grant, &sandbox, WRONG, transport).await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(secrets.iter().all(|secret| !shown.contains(secret)), "{about}: {shown}");
        assert!(token_requests(&sandbox) <= tries + 1, "{about}: sent once");
        let judged = vbc.failed_logins(&name);
        assert!(judged <= 1, "{about}: a wrong password was judged {judged} times");
        sandbox.mend_requests();
        let outcome = sign_in(grant, &sandbox, vbc.password(), &lines.patient).await;
        assert!(outcome.is_ok(), "{about}: nobody is locked out: {outcome:?}");
    }
    assert_no_stranger(&sandbox, about);
}

fn assert_no_stranger(sandbox: &Sandbox, about: &str) {
    for logged in sandbox.request_log().iter().filter(|logged| logged.origin == Origin::Foreign) {
        assert!(!logged.had_credentials && logged.method == "GET", "{about}: {logged:?}");
    }
}

/// Lets the token end and a fault strike its renewal (or, where it cannot, the requests that need it), and asks as often
/// as a sync would that is begun again.
async fn renewals(lines: &Lines, sandbox: Sandbox, tokens: TokenSet, (fault, times): Weather) {
    let about = format!("{fault} for {times:?} times");
    let about = about.as_str();
    let vbc = sandbox.vbc();
    let fate = fate(fault);
    let kept = Arc::new(Kept::default());
    let provider = account(&sandbox, tokens, &kept, lines.under(fault, times));
    let company = PageRequest { list: RecordingList::Company, ..PageRequest::default() };
    let ids = texts(&vbc.recording_ids(VbcRecordings::Company));
    let shortest = ids.iter().min_by_key(|id| vbc.facts(id.parse().unwrap()).unwrap().size_bytes);
    let id = RecordingId::new(shortest.unwrap());
    vbc.expire_access_tokens();
    let part = if fate == Fate::Spared { "GET /t/" } else { "POST /token" };
    match times {
        Some(times) => sandbox.break_requests_times(part, fault, times),
        None => sandbox.break_requests(part, fault),
    }
    if fate == Fate::Spared {
        sandbox.break_media_times(id.as_str(), fault, times.unwrap_or(u32::MAX));
    }
    let (before, log_before) = (token_requests(&sandbox), sandbox.request_log().len());
    let secrets = [vbc.password(), vbc.client_secret()];
    let mut is_over = false;
    for _ in 0..TRIES {
        let asked = token_requests(&sandbox);
        let audio = MediaRequest { id: &id, url: None, offset: 0, if_range: None };
        let errors = [
            provider.list(&company).await.err(),
            provider.retrieve(&id).await.err(),
            provider.media(&audio).await.err(),
        ];
        if is_over {
            assert_eq!(token_requests(&sandbox), asked, "{about}: what is over is not asked again");
        }
        for error in errors.into_iter().flatten() {
            match (&error, fate) {
                (Error::Unauthenticated(_), Fate::Any) => is_over = true,
                // Also a refusal that cannot be read is one: its status says so.
                (Error::Unauthenticated(said), Fate::AnswerLost) => {
                    let is_plain = said.code.as_deref() == Some("invalid_grant");
                    assert!(is_plain || said.code.is_none(), "{about}: {said:?}");
                    assert_eq!(said.status, Some(400), "{about}");
                    is_over = true;
                }
                (Error::Unauthenticated(_), Fate::Spared) if fault == Fault::TokenExpiry => {}
                (Error::NotFound(_), Fate::Spared) if fault == Fault::NotReady => {}
                _ if fault == Fault::MutatedJson => {}
                _ => assert_named(&error, &secrets, about),
            }
        }
    }
    let asked = token_requests(&sandbox) - before;
    match fate {
        Fate::Answered => assert_eq!(asked, 1, "{about}: renewed once"),
        // Whole replies that nobody can read: the first brought tokens, the second was the refusal of a used one.
        _ if fault == Fault::GzipUnlabelled => {
            assert_eq!(asked, 2, "{about}: a refused refresh token is not offered again");
        }
        Fate::AnswerLost if times.is_some() => {
            assert!(asked <= TRIES, "{about}: {asked}: the first refusal that arrives ends it");
        }
        _ => {
            let others = sandbox.request_log().len() - log_before - asked;
            assert!(asked <= others, "{about}: {asked} for {others}: one a refused request");
        }
    }
    assert_eq!(vbc.failed_logins(&vbc.username()), 0, "{about}");
    assert_no_stranger(&sandbox, about);

    sandbox.mend_requests();
    sandbox.mend_media(id.as_str());
    let outcome = provider.list(&company).await;
    if matches!(fate, Fate::Answered | Fate::NotHeard | Fate::Spared) {
        // A renewed token that is refused as well is not renewed again before a person acts or the next start.
        let is_stopped = fault == Fault::TokenExpiry;
        assert!(outcome.is_ok() || is_stopped, "{about}: the sign-in is not lost: {outcome:?}");
        // What is kept is what is in use: the next start goes on from here.
        let again = account(&sandbox, kept.newest().unwrap(), &kept, &lines.patient);
        assert!(again.list(&company).await.is_ok(), "{about}");
        vbc.expire_access_tokens();
        assert!(again.list(&company).await.is_ok(), "{about}: and can be renewed");
    } else if let Err(error) = outcome {
        assert!(matches!(error, Error::Unauthenticated(_)), "{about}: {error:?}");
        let now = token_requests(&sandbox) - before;
        assert!(now == asked || !is_over, "{about}: it was over already");
    }
}

#[tokio::test]
async fn a_sign_in_under_any_fault_costs_one_request_a_try_and_locks_nobody_out() {
    let lines = Lines::new();
    let mut all = Vec::new();
    for weather in weathers() {
        for grant in [Grant::Password, Grant::Code] {
            all.push(sign_ins(&lines, seat().await, weather, grant));
        }
    }
    join_all(all).await;
}

#[tokio::test]
async fn a_renewal_under_any_fault_loses_no_token_that_the_vendor_did_not_use_up() {
    let lines = Lines::new();
    let mut all = Vec::new();
    for weather in weathers() {
        let seat = seat().await;
        let password = seat.vbc().password();
        let tokens = sign_in(Grant::Password, &seat, password, &lines.patient).await.unwrap();
        all.push(renewals(&lines, seat, tokens, weather));
    }
    join_all(all).await;
}
