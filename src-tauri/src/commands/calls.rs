//! What a vendor knows of a call besides its recording.

use domain::RecordingKey;
use tauri::State;

use crate::App;
use crate::ipc::IpcResult;
use crate::ipc::calls::{CallRecordView, TranscriptView};

/// The record of the call a recording belongs to; `None` when the vendor has none or the account may not read it.
#[tauri::command]
pub async fn calls_record(app: State<'_, App>, key: u32) -> IpcResult<Option<CallRecordView>> {
    Ok(app.engine.call_record(RecordingKey(key)).await?.map(CallRecordView::from))
}

/// The transcript of a recording; `None` when there is none.
#[tauri::command]
pub async fn calls_transcript(app: State<'_, App>, key: u32) -> IpcResult<Option<TranscriptView>> {
    Ok(app.engine.transcript(RecordingKey(key)).await?.map(TranscriptView::from))
}
