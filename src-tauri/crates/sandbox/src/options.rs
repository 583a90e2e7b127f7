//! What a sandbox is started with.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use crate::audio::Ring;
use crate::faults::FaultProfile;

/// How a sandbox behaves. The default is the demo account.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "switches that do not depend on each other")]
pub struct SandboxOptions {
    /// Port of Vobiz's API on 127.0.0.1; 0 takes any free one. The media origins take free ones always.
    pub port: u16,
    /// How many recordings Vobiz has at first.
    pub recordings: u32,
    /// Which history, and which luck with faults.
    pub seed: u64,
    /// How long each reply waits before it begins.
    pub latency: Duration,
    /// What goes wrong.
    pub faults: FaultProfile,
    /// Where deletions, exports and new calls are remembered over restarts, and the moment the history is anchored
    /// at. `None` forgets everything on stop.
    pub state_file: Option<PathBuf>,
    /// A fixed clock. `None` is the computer's.
    pub now: Option<Timestamp>,
    /// The largest page of Vobiz (documents say 100 and 20).
    pub max_page_size: u32,
    /// What happens to a `limit` beyond that.
    pub large_limit: LargeLimit,
    /// How large the files of audio are, of both vendors.
    pub media_length: MediaLength,
    /// The age in days behind which Vobiz's list hides what was not asked for by date, as the API that Vobiz's is like does
    /// with 7. Only then are the undocumented filters by date known.
    pub hidden_after_days: Option<u32>,
    /// Whether Vobiz's account has a sub-account, and where its recordings are listed.
    pub sub_account: SubAccount,
    /// How long an export of Vobiz is in process, during which another is refused.
    pub export_processing: Duration,
    /// Port of the VBC API on 127.0.0.1; 0 takes any free one.
    pub vbc_port: u16,
    /// How many company recordings the VBC account has at first.
    pub vbc_recordings: u32,
    /// How many people the VBC account has besides its administrator.
    pub vbc_users: u32,
    /// How many on-demand recordings each person of the VBC account has at first.
    pub vbc_on_demand: u32,
    /// What the first page of a VBC list is called.
    pub vbc_page_base: PageBase,
    /// Whether an empty VBC page leaves `_embedded` out, rather than sending an empty list.
    pub vbc_omit_embedded_when_empty: bool,
    /// Whether a VBC page with a single row tells it as an object, not as a list of one.
    pub vbc_single_as_object: bool,
    /// Whether the links of a VBC page say only `page=…`, as in the vendor's samples, and so drop filters and page size.
    pub vbc_bare_links: bool,
    /// The largest page of a VBC list; the vendor's documents do not say.
    pub vbc_max_page_size: u32,
    /// What happens to a `page_size` beyond that.
    pub vbc_large_page: LargeLimit,
    /// Whether only addresses with `/v1/api` are served, and `/api` meets the gateway's 404.
    pub vbc_only_v1: bool,
    /// The quota of a token; `None` is no limit. The vendor's default is 10.
    pub vbc_requests_per_min: Option<u32>,
    /// How long a window of that quota really lasts: a minute, unless a test has no time for it.
    pub vbc_quota_window: Duration,
    /// How the gateway tells that the quota is used up.
    pub vbc_throttle_reply: ThrottleReply,
    /// How long a VBC access token is good for, in seconds.
    pub vbc_token_lifetime_s: u32,
    /// Which of the two ways to send the client's secret the token endpoint takes.
    pub vbc_client_auth: ClientAuth,
    /// What the person who signs in may do.
    pub vbc_role: VbcRole,
    /// Whether transcripts are licensed.
    pub vbc_transcripts: bool,
    /// Whether the application is subscribed to Provisioning, which lists users.
    pub vbc_provisioning: bool,
    /// How often an export job of VBC is asked for until it is complete.
    pub vbc_job_polls: u32,
    /// How the address of an archive has to be written. Jobs always name it as the API description does.
    pub vbc_archive_notation: ArchiveNotation,
    /// How long the archive of an export job can be fetched once it is complete.
    pub vbc_job_validity: Duration,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self {
            port: 0,
            recordings: 2000,
            seed: 1,
            latency: Duration::ZERO,
            faults: FaultProfile::default(),
            state_file: None,
            now: None,
            max_page_size: 100,
            large_limit: LargeLimit::Capped,
            media_length: MediaLength::OfTheCall,
            hidden_after_days: None,
            sub_account: SubAccount::None,
            export_processing: Duration::from_mins(1),
            vbc_port: 0,
            vbc_recordings: 600,
            vbc_users: 8,
            vbc_on_demand: 12,
            vbc_page_base: PageBase::One,
            vbc_omit_embedded_when_empty: true,
            vbc_single_as_object: false,
            vbc_bare_links: true,
            vbc_max_page_size: 100,
            vbc_large_page: LargeLimit::Capped,
            vbc_only_v1: false,
            vbc_requests_per_min: None,
            vbc_quota_window: Duration::from_mins(1),
            vbc_throttle_reply: ThrottleReply::Json429,
            vbc_token_lifetime_s: 86_400,
            vbc_client_auth: ClientAuth::Either,
            vbc_role: VbcRole::Administrator,
            vbc_transcripts: false,
            vbc_provisioning: true,
            vbc_job_polls: 3,
            vbc_archive_notation: ArchiveNotation::Any,
            vbc_job_validity: Duration::from_hours(24),
        }
    }
}

/// How large the files of audio are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaLength {
    /// As long as the call was, each put together when it is asked for.
    OfTheCall,
    /// All alike, and sent at the speed of memory: real sound that repeats itself, WAV at Vobiz and MP3 at VBC, with the
    /// length that the metadata says. No two files have the same bytes. They do not open with keypad tones.
    Fixed {
        /// Size of each file; it has at most 1.2 KB more. From some KB to 4 GB.
        bytes: u64,
    },
}

impl MediaLength {
    /// The length of files of a kind, if it is fixed.
    pub(crate) fn duration_ms(self, ring: Ring) -> Option<u32> {
        match self {
            Self::OfTheCall => None,
            Self::Fixed { bytes } => Some(ring.duration_ms(bytes)),
        }
    }
}

/// The sub-account of Vobiz's account, which recorded every third of the calls. The vendor's documents disagree on whether
/// the main account lists those too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubAccount {
    /// There is none.
    None,
    /// Its recordings are on both lists.
    OnBothLists,
    /// Its recordings are on its own list alone.
    Apart,
}

/// What a list does with a page that is asked to be larger than the largest. No vendor's documents say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LargeLimit {
    /// The page has the largest size, and `meta.limit` says so.
    Capped,
    /// 400.
    Rejected,
}

/// What the first page of a VBC list is called. The parameter's documents say 1, their samples of links say 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum PageBase {
    /// `page=0` is the first.
    Zero,
    /// `page=1` is the first, and there is no page 0.
    One,
}

impl PageBase {
    /// The number of the first page.
    pub(crate) fn first(self) -> u64 {
        match self {
            Self::Zero => 0,
            Self::One => 1,
        }
    }
}

/// Status and form of the reply to one request too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThrottleReply {
    /// 429 with a fault in JSON.
    Json429,
    /// 429 with a fault in XML.
    Xml429,
    /// 503, as older gateways do, with a fault in JSON.
    Json503,
    /// 503 with a fault in XML.
    Xml503,
}

/// How the token endpoint wants the client's id and secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAuth {
    /// In the header or in the form.
    Either,
    /// As `Authorization: Basic`.
    BasicOnly,
    /// As `client_id` and `client_secret` of the form.
    BodyOnly,
}

/// Which of the notations in the vendor's pages an archive is found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchiveNotation {
    /// By each of them.
    Any,
    /// `job_id=…&login_name=…`.
    LoginName,
    /// `jobId=…&userName=…`.
    UserName,
}

/// What the VBC account, and the person who signs in as the VBC administrator, may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum VbcRole {
    /// Everything.
    Administrator,
    /// Only the person's own on-demand recordings.
    User,
    /// An account in India: another service, company recordings only; the usual service is closed to it.
    India,
    /// The application is not subscribed to call recording: the gateway refuses every request.
    NotSubscribed,
}
