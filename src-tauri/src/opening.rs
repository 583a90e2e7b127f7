//! The profile opens while the web view starts. The window needs the main thread from its first moment on, so nobody waits for
//! the profile there: a command that comes before it is open is kept, and run then.

use std::sync::{Arc, Mutex, PoisonError};

use tauri::ipc::Invoke;
use tauri::{AppHandle, Manager as _, Runtime};

use crate::App;

type Commands<R> = dyn Fn(Invoke<R>) -> bool + Send + Sync;

/// Where commands wait for the profile.
pub(crate) struct Door<R: Runtime> {
    commands: Box<Commands<R>>,
    early: Mutex<Vec<Invoke<R>>>,
}

impl<R: Runtime> Door<R> {
    pub(crate) fn to(commands: impl Fn(Invoke<R>) -> bool + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { commands: Box::new(commands), early: Mutex::default() })
    }

    /// Runs a command, now or once the profile is open. False when nobody knows it.
    pub(crate) fn pass(&self, invoke: Invoke<R>) -> bool {
        if is_open(&invoke) {
            return (self.commands)(invoke);
        }
        let mut early = self.early.lock().unwrap_or_else(PoisonError::into_inner);
        // It may have been opened meanwhile, and whoever did has gone through the list by now.
        if is_open(&invoke) {
            drop(early);
            return (self.commands)(invoke);
        }
        early.push(invoke);
        true
    }

    /// The profile is open: runs what waited for it.
    pub(crate) fn open(&self, handle: &AppHandle<R>, app: App) {
        let early = {
            let mut early = self.early.lock().unwrap_or_else(PoisonError::into_inner);
            handle.manage(app);
            std::mem::take(&mut *early)
        };
        for invoke in early {
            let (command, resolver) =
                (invoke.message.command().to_owned(), invoke.resolver.clone());
            if !(self.commands)(invoke) {
                resolver.reject(format!("Command {command} not found"));
            }
        }
    }
}

fn is_open<R: Runtime>(invoke: &Invoke<R>) -> bool {
    invoke.message.webview_ref().try_state::<App>().is_some()
}
