//! The computer is kept awake while there is work, and no longer: against a system bus of the test's own, with a service on it
//! that speaks as systemd's logind does (<https://systemd.io/INHIBITOR_LOCKS/>). The program is a process of its own, which
//! finds that bus by its environment.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use domain::{AccountId, RecordingKey, Secret};
use sandbox::{Fault, MediaLength, SandboxOptions};
use tapeshelf_engine::vault::{MemoryVault, Vault as _};
use tapeshelf_engine::{
    Clock, Engine, JobState, NewTransfer, Priority, Selection, TransferOptions, TransferSettings,
};

use crate::support::{World, open, short_waits};

const FOLDER: &str = "TAPESHELF_AWAKE_FOLDER";
const ACCOUNT: &str = "TAPESHELF_AWAKE_ACCOUNT";
const TOKEN: &str = "TAPESHELF_AWAKE_TOKEN";
/// So slow that a job lasts until it is paused, or the limit is lifted.
const SLOW_BYTES_PER_S: u64 = 10_000;
/// Long enough that only a hang reaches it.
const PATIENCE: Duration = Duration::from_mins(2);

/// The process itself, which does what it is told line by line: does nothing unless one of the tests started it.
#[tokio::test(flavor = "multi_thread")]
async fn does_as_told() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let vault = Arc::new(MemoryVault::default());
    let account = AccountId::new(std::env::var(ACCOUNT).unwrap());
    vault.store(&account, Secret::new(std::env::var(TOKEN).unwrap())).await.unwrap();
    let clock: Clock = Arc::new(jiff::Timestamp::now);
    let engine = open(Path::new(&folder), vault, &short_waits(), &clock);
    let (told, mut lines) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            told.send(line).unwrap();
        }
    });
    while let Some(line) = lines.recv().await {
        obey(&engine, Path::new(&folder), &line).await;
        println!("\ndone {line}");
    }
    engine.shut_down().await;
}

async fn obey(engine: &Engine, folder: &Path, line: &str) {
    let newest = async || engine.jobs().await.unwrap().remove(0).record.id;
    match line.split_once(' ').unwrap_or((line, "")) {
        ("save", key) => {
            let folder = engine.take_folder(folder.join("calls")).await.unwrap();
            let new = NewTransfer {
                selection: Selection::Keys(vec![RecordingKey(key.parse().unwrap())]),
                folder: folder.token,
                template: "{id}".into(),
                options: TransferOptions::default(),
                priority: Priority::Normal,
            };
            engine.start_transfer(new).await.unwrap();
        }
        // Settings are followed at once.
        ("limit", most) => {
            let settings = TransferSettings {
                bytes_per_s: most.parse().ok(),
                ..engine.transfer_settings().await.unwrap()
            };
            engine.set_transfer_settings(settings).await.unwrap();
        }
        ("pause", _) => engine.pause_job(&newest().await).await.unwrap(),
        ("resume", _) => engine.resume_job(&newest().await).await.unwrap(),
        ("wait", _) => {
            let mut events = engine.subscribe();
            while engine.jobs().await.unwrap()[0].record.state == JobState::Running {
                let _ = events.next().await;
            }
        }
        other => panic!("{other:?}"),
    }
}

/// What the service saw.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Held(String),
    LetGo(String),
}

/// The part of logind's manager that inhibits.
struct Logind {
    saw: mpsc::Sender<Seen>,
    refuses: bool,
    asked: Arc<AtomicUsize>,
}

#[zbus::interface(name = "org.freedesktop.login1.Manager")]
impl Logind {
    /// As systemd does: what is held is held until every copy of the file descriptor is closed.
    fn inhibit(
        &self,
        what: String,
        who: &str,
        why: &str,
        mode: &str,
    ) -> zbus::fdo::Result<zbus::zvariant::OwnedFd> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.refuses || who != "Tapeshelf" || why.is_empty() || mode != "block" {
            return Err(zbus::fdo::Error::AccessDenied("not you".into()));
        }
        let (mut end, held) =
            std::io::pipe().map_err(|error| zbus::fdo::Error::IOError(error.to_string()))?;
        let saw = self.saw.clone();
        saw.send(Seen::Held(what.clone())).unwrap();
        std::thread::spawn(move || {
            let _ = end.read(&mut [0]);
            // The test may be over.
            let _ = saw.send(Seen::LetGo(what));
        });
        Ok(OwnedFd::from(held).into())
    }
}

/// A bus with the service on it, and the program that uses it.
struct Bench {
    world: World,
    /// Of the recordings in the order of the sandbox's ids.
    keys: Vec<RecordingKey>,
    seen: mpsc::Receiver<Seen>,
    asked: Arc<AtomicUsize>,
    program: Child,
    tell: Option<ChildStdin>,
    said: mpsc::Receiver<String>,
    _service: zbus::blocking::Connection,
    bus: Child,
}

impl Drop for Bench {
    fn drop(&mut self) {
        for child in [&mut self.program, &mut self.bus] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Bench {
    async fn start(refuses: bool) -> Self {
        let media_length = MediaLength::Fixed { bytes: 2_000_000 };
        let options =
            SandboxOptions { recordings: 3, seed: 7, media_length, ..SandboxOptions::default() };
        let world = World::with_waits(options, short_waits()).await;
        let account = world.add_account().await.to_string();
        let mut bus = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address=1"])
            .arg(format!("--address=unix:path={}", world.dir.path().join("bus").display()))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts; dbus-daemon comes with “cargo xtask setup”");
        let mut address = String::new();
        BufReader::new(bus.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        let (saw, seen) = mpsc::channel();
        let asked = Arc::new(AtomicUsize::new(0));
        let logind = Logind { saw, refuses, asked: Arc::clone(&asked) };
        let at = address.clone();
        let service = tokio::task::spawn_blocking(move || {
            zbus::blocking::connection::Builder::address(at.as_str())
                .and_then(|builder| builder.name("org.freedesktop.login1"))
                .and_then(|builder| builder.serve_at("/org/freedesktop/login1", logind))
                .and_then(zbus::blocking::connection::Builder::build)
                .unwrap()
        })
        .await
        .unwrap();
        let rows = world.rows("").await;
        let ids = world.sandbox.recording_ids();
        let key_of = |id: &String| rows.iter().find(|row| row.recording_id.as_str() == id);
        let keys = ids.iter().map(|id| key_of(id).unwrap().key).collect();
        world.engine.shut_down().await;
        let mut program = Command::new(std::env::current_exe().unwrap())
            .args(["awake::does_as_told", "--exact", "--nocapture"])
            .env("DBUS_SYSTEM_BUS_ADDRESS", &address)
            .env(FOLDER, world.dir.path())
            .env(ACCOUNT, account)
            .env(TOKEN, world.sandbox.auth_token())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(program.stdout.take().unwrap()).lines();
        let (says, said) = mpsc::channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = says.send(line);
            }
        });
        let tell = program.stdin.take();
        Self { world, keys, seen, asked, program, tell, said, _service: service, bus }
    }

    /// Tells the program something, and waits until it has done so.
    fn tell(&mut self, what: &str) {
        writeln!(self.tell.as_mut().unwrap(), "{what}").unwrap();
        let done = format!("done {what}");
        while self.said.recv_timeout(PATIENCE).expect("it does as told") != done {}
    }

    /// What the service saw next; both of two, in whichever order.
    fn both(&self) -> [Seen; 2] {
        let mut both =
            [(); 2].map(|()| self.seen.recv_timeout(PATIENCE).expect("nothing was seen"));
        if matches!(&both[0], Seen::Held(what) | Seen::LetGo(what) if what == "sleep") {
            both.reverse();
        }
        both
    }

    fn is_held(&self) {
        assert_eq!(self.both(), [Seen::Held("idle".into()), Seen::Held("sleep".into())]);
    }

    /// It is let go by a program that goes on.
    fn is_let_go(&mut self) {
        assert_eq!(self.both(), [Seen::LetGo("idle".into()), Seen::LetGo("sleep".into())]);
        assert_eq!(self.program.try_wait().unwrap(), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_computer_stays_awake_while_a_job_runs_and_not_when_it_is_paused_has_ended_or_failed() {
    let mut bench = Bench::start(false).await;
    let ids = bench.world.sandbox.recording_ids();
    bench.world.sandbox.break_media(&ids[0], Fault::Html200);
    let keys = bench.keys.clone();
    bench.tell(&format!("limit {SLOW_BYTES_PER_S}"));
    bench.tell(&format!("save {}", keys[1].0));
    bench.is_held();
    bench.tell("pause");
    bench.is_let_go();
    bench.tell("resume");
    bench.is_held();
    bench.tell("limit none");
    bench.tell("wait");
    bench.is_let_go();
    // It ends without its file.
    bench.tell("limit none");
    bench.tell(&format!("save {}", keys[0].0));
    bench.is_held();
    bench.is_let_go();
    bench.tell("wait");
    // A program that ends by itself or is killed holds nothing either: the system sees to that.
    bench.tell(&format!("limit {SLOW_BYTES_PER_S}"));
    bench.tell(&format!("save {}", keys[2].0));
    bench.is_held();
    bench.program.kill().unwrap();
    assert_eq!(bench.both(), [Seen::LetGo("idle".into()), Seen::LetGo("sleep".into())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_system_refuses_the_work_goes_on_and_it_is_asked_once() {
    let mut bench = Bench::start(true).await;
    let keys = bench.keys.clone();
    for key in &keys {
        bench.tell("limit none");
        bench.tell(&format!("save {}", key.0));
        bench.tell("wait");
    }
    assert_eq!(bench.world.audio().len(), keys.len(), "all the same");
    assert_eq!(bench.asked.load(Ordering::SeqCst), 1);
    assert!(bench.seen.try_recv().is_err(), "nothing was ever held");
}
