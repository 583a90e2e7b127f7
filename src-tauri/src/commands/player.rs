//! Playback.

use domain::RecordingKey;
use tauri::State;
use tauri::ipc::Response;

use super::internal;
use crate::App;
use crate::ipc::IpcResult;
use crate::ipc::player::PeaksHeader;

/// Loads a recording and plays it when it is ready, if asked. Its state comes as events.
#[tauri::command]
pub async fn player_load(app: State<'_, App>, key: u32, play: bool) -> IpcResult<()> {
    match app.engine.load(RecordingKey(key), play).await {
        // Another recording was chosen meanwhile: nothing went wrong.
        Ok(()) | Err(engine::Error::Cancelled) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Plays.
#[tauri::command]
pub async fn player_play(app: State<'_, App>) -> IpcResult<()> {
    app.engine.play();
    Ok(())
}

/// Pauses.
#[tauri::command]
pub async fn player_pause(app: State<'_, App>) -> IpcResult<()> {
    app.engine.pause();
    Ok(())
}

/// Jumps to a position.
#[tauri::command]
pub async fn player_seek(app: State<'_, App>, position_ms: u64) -> IpcResult<()> {
    app.engine.seek(position_ms);
    Ok(())
}

/// Sets the volume, 0 to 1.
#[tauri::command]
pub async fn player_set_volume(app: State<'_, App>, volume: f32) -> IpcResult<()> {
    app.engine.set_volume(volume);
    Ok(())
}

/// Empties the player.
#[tauri::command]
pub async fn player_close(app: State<'_, App>) -> IpcResult<()> {
    app.engine.close_player();
    Ok(())
}

/// The waveform as raw bytes: a [`PeaksHeader`] as JSON, a newline, then each channel's pairs. No bytes at all while the
/// recording is still loading.
#[tauri::command]
pub async fn player_peaks(app: State<'_, App>, key: u32, buckets: u32) -> IpcResult<Response> {
    let Some(analysis) = app.engine.waveform(RecordingKey(key)) else {
        return Ok(Response::new(Vec::new()));
    };
    let peaks = analysis.peaks.reduced(buckets.clamp(1, 4096));
    let header = PeaksHeader {
        channels: peaks.channels,
        buckets: u32::try_from(peaks.pairs.first().map_or(0, Vec::len)).map_err(internal)?,
        duration_ms: analysis.facts.decoded_ms(),
    };
    let mut bytes = serde_json::to_vec(&header).map_err(internal)?;
    bytes.push(b'\n');
    for (minimum, maximum) in peaks.pairs.iter().flatten() {
        bytes.extend([minimum.to_ne_bytes()[0], maximum.to_ne_bytes()[0]]);
    }
    Ok(Response::new(bytes))
}
