//! The recording object of VBC: see "B6" of the API contract.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::{Map, Value, json};

use crate::server::Shared;
use crate::vbc::ACCOUNT_ID;
use crate::vbc::calls::{Call, Collection};

/// Rules of the company that record calls.
const RULES: [u32; 4] = [449, 1989, 2012, 2040];

/// Where a collection is listed.
pub(super) fn list_url(shared: &Shared, collection: Collection) -> String {
    let account = format!("{}/api/accounts/{ACCOUNT_ID}", shared.vbc.service_base(shared));
    match collection {
        Collection::Company => format!("{account}/company_call_recordings"),
        Collection::OnDemand(person) => {
            let id = shared.vbc.people.get(person).map_or(0, |person| person.id);
            format!("{account}/users/{id}/call_recordings")
        }
    }
}

/// Where the audio is, as the object tells it.
pub(super) fn download_url(shared: &Shared, id: u64) -> String {
    format!("{}/api/audio/recording/{id}", shared.vbc.service_base(shared))
}

/// `730048.11826465111463122315701.95a7584be856e34a582025d420c20d9d.1463122442148.mp3` in the vendor's sample.
pub(super) fn file_name(call: &Call) -> String {
    let end_ms = call.start_s * 1000 + i64::from(call.duration_ms);
    format!("{ACCOUNT_ID}.{}.{}.{end_ms}.mp3", call.caller, call.belongs_to.simple())
}

/// A row as JSON, its fields in the order of the vendor's sample.
pub(super) fn value(shared: &Shared, collection: Collection, call: &Call) -> Value {
    let people = &shared.vbc.people;
    let mut row = Map::new();
    let mut put = |name: &str, value: Value| row.insert(name.into(), value);
    let href = format!("{}/{}", list_url(shared, collection), call.id);
    put("_links", json!({ "self": { "href": href } }));
    put("call_direction", call.direction.as_str().into());
    put("call_id", call.belongs_to.to_string().into());
    put("caller_id", call.caller.to_string().into());
    put("cnam", call.cnam(people).into());
    put("dnis", call.called.to_string().into());
    put("download_url", download_url(shared, call.id).into());
    put("duration", call.duration_ms.into());
    put("end", moment(call.start_s + i64::from(call.duration_ms / 1000)).into());
    // The schema says text, its sample and one live report say numbers.
    let extensions = call.extensions(people);
    let extensions = if call.quirk(1, 50) {
        extensions.into_iter().map(Value::from).collect()
    } else {
        extensions.into_iter().map(|extension| Value::from(extension.to_string())).collect()
    };
    put("extensions", Value::Array(extensions));
    put("file_name", file_name(call).into());
    put("file_size_in_bytes", call.sound().size_bytes(&shared.bank).into());
    put("id", call.id.into());
    if collection == Collection::Company {
        let rules: Vec<u32> = RULES
            .into_iter()
            .zip(2..)
            .filter_map(|(rule, n)| call.quirk(n, 40).then_some(rule))
            .collect();
        put("rule_ids", rules.into());
    }
    put("start", moment(call.start_s).into());
    Value::Object(row)
}

/// `2019-01-01T00:00:00+0000`.
pub(super) fn moment(second: i64) -> String {
    let at = Timestamp::from_second(second).unwrap_or_default();
    format!("{}+0000", Offset::UTC.to_datetime(at).strftime("%Y-%m-%dT%H:%M:%S"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_look_like_the_vendors_samples() {
        assert_eq!(moment(1_546_300_800), "2019-01-01T00:00:00+0000");
    }
}
