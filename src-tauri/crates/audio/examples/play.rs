//! Plays a file through the sound device, and prints what the player tells.
//!
//! `cargo run -p tapeshelf-audio --features device --example play -- FILE [SEEK_TO_MS]`

use std::env;
use std::error::Error;
use std::io::{Write, stdout};
use std::path::PathBuf;
use std::sync::mpsc::channel;

use tapeshelf_audio::{OutputKind, Player, PlayerEvent};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let path = PathBuf::from(arguments.next().ok_or("usage: play FILE [SEEK_TO_MS]")?);
    let mut seek_to_ms: Option<u64> = arguments.next().map(|text| text.parse()).transpose()?;
    let (events, received) = channel();
    let player = Player::start(OutputKind::Device, move |event| {
        // The receiver lives as long as the player.
        let _ = events.send(event);
    });
    player.load(path);
    player.play();
    for event in received {
        writeln!(stdout(), "{event:?}")?;
        match event {
            // Half a second in, so that the jump can be heard.
            PlayerEvent::Position { position_ms } if position_ms >= 500 => {
                if let Some(target_ms) = seek_to_ms.take() {
                    player.seek(target_ms);
                }
            }
            PlayerEvent::Ended => return Ok(()),
            PlayerEvent::Failed { reason } => return Err(reason.into()),
            _ => {}
        }
    }
    Ok(())
}
