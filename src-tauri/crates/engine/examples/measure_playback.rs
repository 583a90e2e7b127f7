//! Measures from a click to sound, for `cargo xtask bench audio`. Prints one JSON object.
//!
//! `measure_playback FOLDER BASE_URL AUTH_ID`: reads the list of a server in another process, whose token is in the environment,
//! plays each recording, none of which is on this computer, and tells after how many milliseconds the player played.

mod common;

use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use domain::RecordingKey;
use serde_json::json;
use tapeshelf_engine::{Engine, Event, PlayerPhase, SearchOrder, Subscription};

use common::Outcome;

/// More than are asked for.
const MOST: usize = 100;

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, base_url, auth_id] = arguments.as_slice() else {
        return Err("measure_playback FOLDER BASE_URL AUTH_ID".into());
    };
    let engine = common::open(Path::new(folder))?;
    common::add(&engine, common::account_of_environment(base_url, auth_id)?).await?;
    let found = engine.search(SearchOrder::default()).await?;
    let (mut sound_ms, mut addresses) = (Vec::new(), Vec::new());
    for row in engine.window(found.id, 0, MOST).await? {
        addresses.push(engine.recording(row.key).await?.stored.recording.media_url);
        sound_ms.push(click(&engine, row.key).await?);
        engine.close_player();
    }
    engine.shut_down().await;
    writeln!(std::io::stdout(), "{}", json!({ "sound_ms": sound_ms, "addresses": addresses }))?;
    Ok(())
}

/// Milliseconds until the player plays.
async fn click(engine: &Engine, key: RecordingKey) -> Outcome<f64> {
    let mut events = engine.subscribe();
    let began = Instant::now();
    let sound = async {
        playing(&mut events, key).await?;
        Outcome::Ok(began.elapsed().as_secs_f64() * 1000.0)
    };
    // The player may play before all is loaded.
    let (loaded, sound_ms) = tokio::join!(engine.load(key, true), sound);
    loaded?;
    sound_ms
}

async fn playing(events: &mut Subscription, key: RecordingKey) -> Outcome<()> {
    loop {
        match events.next().await {
            Ok(Some(Event::Player(state))) if state.key == Some(key) => match state.phase {
                PlayerPhase::Playing | PlayerPhase::Ended => return Ok(()),
                PlayerPhase::Failed => return Err(state.note.unwrap_or_default().into()),
                PlayerPhase::Empty | PlayerPhase::Loading | PlayerPhase::Paused => {}
            },
            Ok(None) => return Err("the engine ended".into()),
            Ok(Some(_)) | Err(_) => {}
        }
    }
}
