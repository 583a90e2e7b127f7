//! Reading fields of JSON that may be a string, a number, null or absent.
//!
//! Both vendors send numbers as strings and strings as numbers, and their documents disagree with what comes. So
//! nothing is deserialised into a fixed shape: each reader names the fields it knows and takes what it can use.

use serde_json::{Map, Value};

/// A JSON object.
pub(crate) type Row = Map<String, Value>;

/// The first of these fields that holds something to read, trimmed.
pub(crate) fn text(row: &Row, names: &[&str]) -> Option<String> {
    text_as_is(row, names).map(|text| text.trim().to_owned())
}

/// The first of these fields that holds more than white space, exactly as it came: ids must go back as they are.
pub(crate) fn text_as_is(row: &Row, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| match row.get(*name)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// The first of these fields that holds a number, also as a string.
pub(crate) fn number(row: &Row, names: &[&str]) -> Option<f64> {
    names.iter().find_map(|name| {
        match row.get(*name)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
        .filter(|number: &f64| number.is_finite())
    })
}

/// A count out of a float; negative ones and those beyond 2^53 are nonsense.
pub(crate) fn whole(number: f64) -> Option<u64> {
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    if !(0.0..=LARGEST).contains(&number) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the line above keeps the value within what u64 and f64 both hold exactly"
    )]
    Some(number.round() as u64)
}

/// What a value is, in words.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The texts of a list, or of a single value where a list should be. Numbers become text; what is neither is skipped.
pub(crate) fn texts(row: &Row, name: &str) -> Vec<String> {
    let plain = |value: &Value| match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match row.get(name) {
        Some(Value::Array(values)) => values.iter().filter_map(plain).collect(),
        Some(value) => plain(value).into_iter().collect(),
        None => Vec::new(),
    }
}
