//! The recording object, with all its quirks: see "A4" of the API contract.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::Serialize;
use serde_json::{Number, Value};

use crate::calls::Call;
use crate::server::Shared;
use crate::shelf::Row;
use crate::vobiz::{Holder, media};

/// Price of a minute of storage for a month.
const STORAGE_RATE: f64 = 0.005;
/// Recordings are billed by this many seconds.
const BILLED_STEP_S: u32 = 60;
/// India's offset from UTC, in seconds.
const INDIA_S: i32 = 19_800;

/// Fields in the order of the vendor's samples, which is the alphabet's.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Recording<'a> {
    add_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_id: Option<&'a str>,
    call_uuid: String,
    conference_name: Option<&'a str>,
    from_number: String,
    monthly_recording_storage_amount: Number,
    recording_duration_ms: String,
    recording_end_ms: Option<String>,
    recording_format: &'a str,
    recording_id: String,
    recording_start_ms: Option<String>,
    recording_storage_duration: i64,
    recording_storage_rate: f64,
    recording_type: &'a str,
    recording_url: String,
    resource_uri: String,
    rounded_recording_duration: u32,
    to_number: String,
}

/// A row as JSON; with an `api_id` it is the flat reply of a retrieve.
pub(super) fn value(shared: &Shared, row: &Row, api_id: Option<&str>) -> Value {
    match row {
        Row::Made(call) => {
            let owner = Holder::of(row, &shared.options).auth_id();
            serde_json::to_value(told(shared, owner, call, api_id)).unwrap_or_default()
        }
        Row::Planted(value) => {
            let mut value = value.clone();
            if let (Some(api_id), Some(fields)) = (api_id, value.as_object_mut()) {
                fields.insert("api_id".into(), api_id.into());
            }
            value
        }
    }
}

fn told<'a>(
    shared: &Shared,
    owner: &str,
    call: &'a Call,
    api_id: Option<&'a str>,
) -> Recording<'a> {
    let recording_id = call.id.to_string();
    let billed_s = call.duration_ms.div_ceil(1000).next_multiple_of(BILLED_STEP_S);
    let moment = |ms: i64| (!call.hides_start()).then(|| format!("{ms}.00000"));
    Recording {
        add_time: add_time(call.added_us, call.tells_indian_time()),
        api_id,
        call_uuid: call.belongs_to.to_string(),
        conference_name: call.conference_name(),
        from_number: call.from.to_string(),
        monthly_recording_storage_amount: storage_amount(call, billed_s / BILLED_STEP_S),
        recording_duration_ms: format!("{}.00000", call.duration_ms),
        recording_end_ms: moment(call.start_ms + i64::from(call.duration_ms)),
        recording_format: call.encoding.format(),
        recording_start_ms: moment(call.start_ms),
        recording_storage_duration: (shared.now().as_microsecond() - call.added_us).max(0)
            / 86_400_000_000,
        recording_storage_rate: STORAGE_RATE,
        recording_type: call.kind.as_str(),
        recording_url: media::media_url(&shared.media_origin, &recording_id, call.url_extension()),
        resource_uri: format!("/v1/Account/{owner}/Recording/{recording_id}/"),
        rounded_recording_duration: billed_s,
        to_number: call.to.to_string(),
        recording_id,
    }
}

/// Half a cent a minute, in thousandths as in the vendor's table of fields, or in whole units as in its schema, where
/// it makes 1 from 200 minutes on.
fn storage_amount(call: &Call, minutes: u32) -> Number {
    let thousandths = minutes * 5;
    let whole = Number::from(thousandths / 1000);
    if call.tells_whole_amount() {
        whole
    } else {
        Number::from_f64(f64::from(thousandths) / 1000.0).unwrap_or(whole)
    }
}

/// `2026-05-07 09:45:35.79276+05:30`: microseconds without trailing zeros.
fn add_time(added_us: i64, is_indian: bool) -> String {
    let (offset_s, suffix) = if is_indian { (INDIA_S, "+05:30") } else { (0, "+00:00") };
    let offset = Offset::from_seconds(offset_s).unwrap_or(Offset::UTC);
    let local = offset.to_datetime(Timestamp::from_microsecond(added_us).unwrap_or_default());
    let fraction = format!("{:06}", added_us.rem_euclid(1_000_000));
    format!("{}.{}{suffix}", local.strftime("%Y-%m-%d %H:%M:%S"), fraction.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_look_like_the_vendors_samples() {
        assert_eq!(add_time(1_778_127_335_792_760, true), "2026-05-07 09:45:35.79276+05:30");
        assert_eq!(add_time(1_762_436_950_751_756, false), "2025-11-06 13:49:10.751756+00:00");
    }
}
