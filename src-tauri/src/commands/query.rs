//! The search language: what a text says, what may follow, and the form that says the same.

use domain::query::Form;
use tauri::State;

use crate::App;
use crate::ipc::IpcResult;
use crate::ipc::query::{QueryCompletion, QueryForm, QueryReading, SeenValue, byte_at};

/// Reads a text, without searching.
#[tauri::command]
pub fn query_read(text: &str) -> QueryReading {
    QueryReading::of(text)
}

/// The form as text.
#[tauri::command]
pub fn query_write(form: QueryForm) -> String {
    Form::from(form).to_text()
}

/// What may stand at the cursor.
#[tauri::command]
pub async fn query_complete(
    app: State<'_, App>,
    text: String,
    cursor: u32,
) -> IpcResult<QueryCompletion> {
    let completion = app.engine.complete_query(&text, byte_at(&text, cursor)).await?;
    Ok(QueryCompletion::of(&text, completion))
}

/// The values that a token has in the data, the most frequent first; none for a token that takes no listed values.
#[tauri::command]
pub async fn query_values(app: State<'_, App>, token: String) -> IpcResult<Vec<SeenValue>> {
    let seen = app.engine.seen_values(&token).await?;
    Ok(seen.into_iter().map(|(value, count)| SeenValue { value, count }).collect())
}
