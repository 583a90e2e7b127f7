//! Vobiz's export by e-mail.

use domain::export::{ExportFilters, ExportPeriod, ExportRequest};
use tapeshelf_engine::{Error, ExportOutcome};

use crate::support::World;

fn last_week() -> ExportRequest {
    ExportRequest {
        period: ExportPeriod::Dates { from: None, to: None },
        filters: ExportFilters::default(),
        recipients: vec!["qa@example.com".into()],
    }
}

#[tokio::test]
async fn an_accepted_request_is_recorded_with_its_correlation_id() {
    let (world, id) = World::synced(200).await;
    let review = world.engine.review_export(&id, &last_week()).await.unwrap();
    assert!(review.problems.is_empty(), "{:?}", review.problems);
    assert!(review.matching_count > 0);
    assert!(review.curl.contains("$VOBIZ_AUTH_TOKEN"));
    assert!(!review.curl.contains(world.sandbox.auth_token()));

    let accepted = world.engine.request_export(&id, &last_week()).await.unwrap();
    assert_eq!(accepted.outcome, ExportOutcome::Accepted);
    assert!(accepted.correlation.is_some_and(|id| !id.is_empty()));

    let busy = world.engine.request_export(&id, &last_week()).await.unwrap();
    assert_eq!(busy.outcome, ExportOutcome::Busy);
    assert!(busy.message.is_some_and(|message| message.contains("already in process")));
    assert_eq!(world.engine.exports().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_request_that_breaks_a_rule_is_not_sent() {
    let (world, id) = World::synced(5).await;
    let mut request = last_week();
    request.recipients = vec!["nobody".into()];
    let error = world.engine.request_export(&id, &request).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
    assert!(world.engine.exports().await.unwrap().is_empty());
}

#[tokio::test]
async fn without_an_answer_the_record_says_so() {
    let (world, id) = World::synced(5).await;
    let World { engine, sandbox, dir, vault, .. } = world;
    sandbox.stop().await;
    let row = engine.request_export(&id, &last_week()).await.unwrap();
    assert_eq!(row.outcome, ExportOutcome::Unanswered);
    drop((dir, vault));
}
