//! What went wrong with a file, and whose trouble that is: this file's, every file's of the job, or the provider's for
//! a while.

use std::path::Path;
use std::time::Duration;

use providers::Error as Vendor;
use transfer::Error as Disk;

use super::lane::Outcome;
use crate::error::Error;
use crate::fetch::worth_another_try;
use crate::places::PlaceError;

/// After so many tries a fault that comes back each time is the file's own.
const MOST_TRIES: u32 = 4;
/// How long a recording without a file is waited for, try by try. The last one is repeated.
const UNTIL_READY: [Duration; 7] = [
    Duration::from_secs(3),
    Duration::from_secs(15),
    Duration::from_mins(1),
    Duration::from_mins(5),
    Duration::from_mins(15),
    Duration::from_mins(30),
    Duration::from_hours(1),
];
/// After so many tries (a day and more) it is given up.
const MOST_WAITS: u32 = 32;

/// What to do with the file, and with the others.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Put it back; it was only stopped.
    PutBack,
    /// Put it back, not to be tried for so long, and say why.
    PutOff(Duration, String),
    /// This file cannot be saved.
    Fail,
    /// No file of the job can be saved now, or none [of the account](is_of_account).
    HaltJob,
}

/// Who is to blame, as the other files tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blame {
    /// This file, for all that is known.
    File,
    /// Its host, which is waited for.
    Host,
    /// Its host, which has been waited for long enough.
    LostHost,
}

/// Judges by the error, who is to blame, and how often the file was begun. `again` is the shortest wait before another try. `folder_is_sound` counts
/// only when the error is about the disk.
pub(super) fn judge(
    error: &Error,
    blame: Blame,
    tries: u32,
    again: Duration,
    folder_is_sound: bool,
) -> Verdict {
    match error {
        _ if blame == Blame::LostHost => Verdict::HaltJob,
        Error::NotReady if tries < MOST_WAITS => {
            let step = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
            let wait = UNTIL_READY[step.min(UNTIL_READY.len() - 1)];
            Verdict::PutOff(wait, "The provider has no audio file for this recording yet.".into())
        }
        error if is_of_account(error) => Verdict::HaltJob,
        // The index itself cannot be used: nothing can be written down.
        Error::Keyring { .. }
        | Error::Catalogue(_)
        | Error::Internal { .. }
        | Error::Transfer(Disk::DiskFull { .. } | Disk::Silent { .. }) => Verdict::HaltJob,
        Error::Place { trouble: PlaceError::Busy | PlaceError::ServerFailed { .. }, .. }
            if tries < MOST_TRIES =>
        {
            let wait = again * 3_u32.pow(tries.saturating_sub(1).min(3));
            Verdict::PutOff(jittered(wait), format!("{} Trying again.", sentence(error)))
        }
        // A bucket that fails for one file fails for all; what it refuses about one file is that file's.
        Error::Place { trouble, .. } if !trouble.is_of_one_object() => Verdict::HaltJob,
        Error::Place { .. } if tries < MOST_TRIES => {
            let wait = again * 3_u32.pow(tries.saturating_sub(1).min(3));
            Verdict::PutOff(jittered(wait), format!("{} Trying again.", sentence(error)))
        }
        // The lane waits for the provider; the file did nothing wrong.
        Error::Cancelled | Error::Provider(Vendor::RateLimited { .. }) => Verdict::PutBack,
        // Nor did it here, however often: a network, or a host, may be away for days.
        error if blame == Blame::Host || is_out_of_reach(error) => {
            // 2 s, 4 s, up to a minute as a rule.
            let wait = (again * 5 / 2) * (1 << tries.min(6));
            Verdict::PutOff(jittered(wait), format!("{} Trying again.", sentence(error)))
        }
        Error::Transfer(Disk::Unfit { .. }) => Verdict::Fail,
        // A name or file that cannot be written although the folder can is this file's trouble.
        Error::Transfer(_) if !folder_is_sound => Verdict::HaltJob,
        Error::Transfer(_) if tries < 2 => Verdict::PutOff(Duration::from_secs(1), String::new()),
        error if worth_another_try(error) && tries < MOST_TRIES => {
            // 0.4 s, 1.2 s, 3.6 s as a rule, and up to as much again, so that many do not come back at once.
            let wait = again * 3_u32.pow(tries.saturating_sub(1).min(3));
            Verdict::PutOff(jittered(wait), format!("{} Trying again.", sentence(error)))
        }
        _ => Verdict::Fail,
    }
}

/// Whether it stops every file of an account until a person has signed in, or put the account in order.
pub(super) fn is_of_account(error: &Error) -> bool {
    matches!(
        error,
        Error::SignInNeeded(_)
            | Error::Provider(
                Vendor::Unauthenticated(_) | Vendor::LockedOut { .. } | Vendor::NotSubscribed(_),
            )
    )
}

/// Whether nobody answered at all.
pub(super) fn is_out_of_reach(error: &Error) -> bool {
    matches!(error, Error::Provider(Vendor::Unreachable { .. }))
}

/// Whether a server answered with an error of its own.
pub(super) fn is_error_of_server(error: &Error) -> bool {
    matches!(error, Error::Provider(Vendor::VendorFailed(_)))
}

fn jittered(wait: Duration) -> Duration {
    // The sub-second part of the clock differs between files that failed together.
    let spread = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |now| now.subsec_micros() % 1000);
    wait + wait * spread / 1000
}

/// What the account's lane learns from it.
pub(super) fn outcome(error: &Error) -> Outcome {
    match error {
        Error::Provider(Vendor::RateLimited { retry_after, .. }) => {
            Outcome::Throttled(*retry_after)
        }
        error if is_out_of_reach(error) => Outcome::Offline,
        Error::Provider(Vendor::Interrupted { .. } | Vendor::VendorFailed(_)) => Outcome::Failed,
        _ => Outcome::Neutral,
    }
}

/// Whether files can be made in a folder now. It is not made anew: a folder that is gone may be an unplugged disk, and
/// what would be written in its place would be lost on it.
pub(super) fn is_sound(folder: &Path, disk: Option<u64>) -> bool {
    folder.is_dir() && transfer::disk_of(folder) == disk && transfer::check_folder(folder).is_ok()
}

/// Why a job stands still, as a sentence.
pub(super) fn halt_note(error: &Error) -> String {
    match error {
        Error::SignInNeeded(_) => "Waiting: the account needs a sign-in.".into(),
        Error::Provider(Vendor::LockedOut { .. }) => {
            "Waiting: the provider has locked the account after failed sign-ins.".into()
        }
        Error::Provider(Vendor::NotSubscribed(_)) => {
            "Waiting: the application of this account is not subscribed to recordings.".into()
        }
        Error::Provider(Vendor::Unreachable { .. } | Vendor::VendorFailed(_)) => {
            "Paused: the server with the audio has answered nothing, or with errors of its own, for too long. \
             Nothing that was saved is lost; resume to try again."
                .into()
        }
        Error::Provider(_) => {
            "Waiting: the provider refused the credentials. Sign in again, then resume.".into()
        }
        Error::Transfer(Disk::DiskFull { path }) => format!(
            "Paused: the disk of {} is full. Nothing that was saved is lost; make room, then resume.",
            path.parent().unwrap_or(path).display()
        ),
        Error::Transfer(Disk::Missing { path }) => format!(
            "Paused: {} is not there any more. Connect the disk or network folder again, then resume.",
            path.display()
        ),
        Error::Transfer(Disk::Silent { path }) => format!(
            "Paused: {} does not answer. If it is a network folder, see that its server is on and can be reached, then \
             resume. Nothing that was saved is lost.",
            path.display()
        ),
        Error::Place {
            label,
            trouble: trouble @ (PlaceError::KeyNeeded | PlaceError::KeyExpired),
        } => {
            format!("Paused: “{label}”: {trouble} in the settings, then resume.")
        }
        other => {
            let what = other.to_string();
            let what = what.trim_end_matches('.');
            format!("Paused: {what}. Nothing that was saved is lost; resume when it is mended.")
        }
    }
}

/// Why a file was given up, and what a person can do about it.
pub(super) fn reason(error: &Error) -> String {
    let sentence = sentence(error);
    next_step(error).map_or_else(|| sentence.clone(), |next| format!("{sentence} {next}"))
}

/// What helps; nothing where nothing does.
fn next_step(error: &Error) -> Option<&'static str> {
    match error {
        Error::Provider(Vendor::PermissionDenied(_)) => {
            Some("Ask whoever administers the account for the right to read recordings.")
        }
        Error::Provider(
            Vendor::RateLimited { .. } | Vendor::Unreachable { .. } | Vendor::Interrupted { .. },
        ) => Some("Try it again later."),
        Error::Provider(Vendor::VendorFailed(_) | Vendor::BadReply { .. }) => {
            Some("Try it again later. If it stays so, the provider's support can look it up.")
        }
        Error::Transfer(Disk::Unfit { .. }) => {
            Some("Choose a folder on another disk, or a shorter name.")
        }
        Error::Transfer(_) => Some("Look after the disk, or choose another folder."),
        Error::Place { .. } => Some("Look at the bucket in the settings, then try it again."),
        Error::NotAudio { .. } => {
            Some("Try it again later, or listen to it in the provider's own portal.")
        }
        Error::NotReady => Some(
            "It was waited for longer than a day. Try it again when it can be heard in the provider's own portal.",
        ),
        _ => None,
    }
}

/// What went wrong with a file, as a sentence for a person.
pub(super) fn sentence(error: &Error) -> String {
    match error {
        Error::Provider(Vendor::NotFound(_)) => {
            "The provider does not have this recording any more.".into()
        }
        Error::Provider(Vendor::PermissionDenied(_)) => {
            "This account may not read this recording.".into()
        }
        Error::Provider(Vendor::RateLimited { .. }) => {
            "The provider kept asking to slow down.".into()
        }
        Error::Provider(Vendor::Unreachable { reason, .. }) => {
            format!("The provider did not answer: {reason}.")
        }
        Error::Provider(Vendor::Interrupted { reason }) => {
            format!("The connection broke each time: {reason}.")
        }
        Error::Provider(Vendor::VendorFailed(_)) => "The provider had an error of its own.".into(),
        Error::Provider(Vendor::BadReply { reason, .. }) => {
            format!("The provider's answer made no sense: {reason}.")
        }
        Error::Transfer(Disk::Unfit { .. }) => {
            "The file system of this folder does not take a file of this name or size.".into()
        }
        Error::Place { label, trouble } => format!("“{label}”: {trouble}."),
        other => {
            let text = other.to_string();
            if text.ends_with(['.', '!', '?']) { text } else { format!("{text}.") }
        }
    }
}

/// The vendor's words, kept with the item.
pub(super) fn vendor_reply_json(error: &Error) -> Option<String> {
    let Error::Provider(error) = error else { return None };
    let correlation = error.correlation()?;
    Some(
        serde_json::json!({
            "status": correlation.status,
            "message": correlation.message,
            "correlationId": correlation.id,
        })
        .to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGAIN: Duration = Duration::from_millis(400);

    fn disk(error: Disk) -> Error {
        Error::Transfer(error)
    }

    #[test]
    fn trouble_of_one_file_is_told_from_trouble_of_all() {
        let io = || disk(Disk::Io { path: "/calls/x".into(), reason: "I/O error".into() });
        assert!(
            matches!(judge(&io(), Blame::File, 1, AGAIN, true), Verdict::PutOff(..)),
            "once more"
        );
        assert!(
            matches!(judge(&io(), Blame::File, 2, AGAIN, true), Verdict::Fail),
            "this file only"
        );
        assert!(
            matches!(judge(&io(), Blame::File, 2, AGAIN, false), Verdict::HaltJob),
            "the folder itself"
        );
        let full = disk(Disk::DiskFull { path: "/calls/x".into() });
        assert!(matches!(judge(&full, Blame::File, 1, AGAIN, true), Verdict::HaltJob));
        let long = disk(Disk::Unfit { path: "/calls/x".into(), reason: "too long".into() });
        assert!(matches!(judge(&long, Blame::File, 1, AGAIN, false), Verdict::Fail));
    }

    #[test]
    fn not_ready_is_waited_for_and_not_for_ever() {
        assert!(
            matches!(judge(&Error::NotReady, Blame::File, 1, AGAIN, true), Verdict::PutOff(wait, _) if wait.as_secs() == 3)
        );
        assert!(
            matches!(judge(&Error::NotReady, Blame::File, 20, AGAIN, true), Verdict::PutOff(wait, _) if wait.as_secs() == 3600)
        );
        assert!(matches!(judge(&Error::NotReady, Blame::File, 32, AGAIN, true), Verdict::Fail));
    }

    #[test]
    fn a_broken_reply_is_repeated_a_few_times_with_growing_pauses() {
        let broken = Error::Provider(Vendor::Interrupted { reason: "reset".into() });
        for (tries, least_ms) in [(1, 400), (2, 1_200), (3, 3_600)] {
            let Verdict::PutOff(wait, _) = judge(&broken, Blame::File, tries, AGAIN, true) else {
                panic!("given up at try {tries}");
            };
            assert!((least_ms..=2 * least_ms).contains(&wait.as_millis()), "{wait:?}");
        }
        assert!(matches!(judge(&broken, Blame::File, 4, AGAIN, true), Verdict::Fail));
        assert_eq!(outcome(&broken), Outcome::Failed);
    }

    #[test]
    fn a_bucket_that_fails_stops_the_job_and_one_object_only_its_file() {
        let of = |trouble, tries| {
            let error = Error::Place { label: "Archive".into(), trouble };
            judge(&error, Blame::File, tries, AGAIN, true)
        };
        let away = PlaceError::Unreachable { reason: "no route".into() };
        assert!(matches!(of(away, 1), Verdict::HaltJob));
        assert!(matches!(of(PlaceError::WrongKey, 1), Verdict::HaltJob));
        assert!(matches!(of(PlaceError::Full, 1), Verdict::HaltJob));
        assert!(matches!(of(PlaceError::Busy, 3), Verdict::PutOff(..)));
        assert!(matches!(of(PlaceError::Busy, 4), Verdict::HaltJob));
        assert!(matches!(of(PlaceError::NotProven, 1), Verdict::PutOff(..)));
        assert!(matches!(of(PlaceError::NotProven, 4), Verdict::Fail));
    }

    #[test]
    fn errors_of_a_host_that_has_them_for_all_are_no_files_fault() {
        let failing = Error::Provider(Vendor::VendorFailed(providers::Correlation::default()));
        let judged = judge(&failing, Blame::Host, 500, AGAIN, true);
        assert!(
            matches!(judged, Verdict::PutOff(_, why) if why == "The provider had an error of its own. Trying again."),
        );
        let lost = judge(&failing, Blame::LostHost, 1, AGAIN, true);
        assert!(matches!(lost, Verdict::HaltJob));
        assert!(halt_note(&failing).starts_with("Paused: the server with the audio"));
        assert!(matches!(judge(&failing, Blame::File, 3, AGAIN, true), Verdict::PutOff(..)));
        assert!(matches!(judge(&failing, Blame::File, 4, AGAIN, true), Verdict::Fail));
    }

    #[test]
    fn what_is_given_up_says_what_helps() {
        let reasons = [
            Error::Provider(Vendor::PermissionDenied(providers::Correlation::default())),
            Error::Provider(Vendor::VendorFailed(providers::Correlation::default())),
            Error::Provider(Vendor::Interrupted { reason: "reset".into() }),
            disk(Disk::Unfit { path: "/calls/x".into(), reason: "too long".into() }),
            disk(Disk::Io { path: "/calls/x".into(), reason: "I/O error".into() }),
            Error::Place { label: "Archive".into(), trouble: PlaceError::NotProven },
            Error::NotAudio { what: "The vendor sent a web page instead of sound.".into() },
            Error::NotReady,
        ];
        for error in reasons {
            let (what, reason) = (sentence(&error), reason(&error));
            let next = reason.strip_prefix(&what).unwrap();
            assert!(what.ends_with('.'), "{what}");
            assert!(next.starts_with(' ') && next.ends_with('.'), "{reason}");
        }
        let gone = Error::Provider(Vendor::NotFound(providers::Correlation::default()));
        assert_eq!(reason(&gone), "The provider does not have this recording any more.");
    }

    #[test]
    fn the_network_is_nobodys_fault() {
        let away = Error::Provider(Vendor::Unreachable {
            reason: "no route".into(),
            obstacle: providers::Obstacle::Offline,
        });
        assert!(
            matches!(judge(&away, Blame::File, 500, AGAIN, true), Verdict::PutOff(..)),
            "never given up"
        );
        assert_eq!(outcome(&away), Outcome::Offline);
    }
}
