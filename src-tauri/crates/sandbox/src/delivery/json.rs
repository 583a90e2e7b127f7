//! JSON that is damaged, hostile, or none.

use axum::body::{Body, Bytes};
use fastrand::Rng;
use futures_util::stream;
use serde_json::{Number, Value};

use crate::faults::{Fault, Struck};

/// How deep the lists of [`Fault::DeepJson`] are.
const DEPTH: usize = 100_000;
/// Texts that have done harm elsewhere: markup, formulas, paths, control characters, other directions of writing.
const HOSTILE: [&str; 10] = [
    "",
    "null",
    "<img src=x onerror=alert(1)>",
    "=HYPERLINK(\"http://example.test\")",
    "../../../../etc/passwd",
    "C:\\con\\aux",
    "a\u{0}b\u{1b}[31m",
    "\u{202e}3pm.gnidrocer",
    "'; DROP TABLE recordings; --",
    "9999999999999999999999999999",
];
/// A piece of padding.
const PADDING: &[u8] = &[b'x'; 64 * 1024];

/// What takes the place of a good reply.
pub(super) enum Damage {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A body that is made while it is sent.
    Huge(Body),
}

/// The reply after the faults that are about JSON. `None` when there are none, or the reply is no JSON.
pub(super) fn damaged(good: &[u8], struck: &mut Struck) -> Option<Damage> {
    let mut value: Value = serde_json::from_slice(good).ok()?;
    if struck.by(Fault::DeepJson) {
        return Some(Damage::Bytes([vec![b'['; DEPTH], vec![b']'; DEPTH]].concat()));
    }
    if struck.by(Fault::MalformedJson) {
        return Some(Damage::Bytes(malformed(good, &mut struck.dice)));
    }
    let bytes = struck.find(|fault| match fault {
        Fault::HugeJson(bytes) => Some(bytes),
        _ => None,
    });
    if let Some(bytes) = bytes {
        return Some(Damage::Huge(huge(good, bytes)));
    }
    if !struck.by(Fault::MutatedJson) {
        return None;
    }
    for _ in 0..struck.dice.u32(1..=4) {
        mutate(&mut value, &mut struck.dice);
    }
    Some(Damage::Bytes(value.to_string().into_bytes()))
}

/// The text broken off, or with one character of its structure changed.
fn malformed(good: &[u8], dice: &mut Rng) -> Vec<u8> {
    let mut bad = good.to_vec();
    let marks: Vec<usize> =
        (0..bad.len()).filter(|at| matches!(bad[*at], b':' | b',' | b'{' | b'}' | b'"')).collect();
    if let (false, Some(at)) = (dice.bool(), marks.get(dice.usize(..marks.len().max(1)))) {
        bad[*at] = b';';
    }
    if serde_json::from_slice::<Value>(&bad).is_ok() {
        // Also what was changed within a text, where it does no harm.
        bad.truncate(dice.usize(..bad.len().max(1)));
    }
    bad
}

/// The same object with a field of `bytes` bytes in front.
fn huge(good: &[u8], bytes: u64) -> Body {
    let rest = good.strip_prefix(b"{").unwrap_or(b"}").to_vec();
    let joint: &[u8] = if rest == b"}" { b"\"" } else { b"\"," };
    let whole = bytes / PADDING.len() as u64;
    let left = usize::try_from(bytes % PADDING.len() as u64).unwrap_or(0);
    let padding = (0..whole).map(|_| Bytes::from_static(PADDING));
    let pieces = std::iter::once(Bytes::from_static(b"{\"padding\":\""))
        .chain(padding)
        .chain([Bytes::from_static(&PADDING[..left]), Bytes::from([joint, &rest].concat())]);
    Body::from_stream(stream::iter(pieces.map(Ok::<_, std::io::Error>)))
}

/// Changes one thing at a random place.
fn mutate(value: &mut Value, dice: &mut Rng) {
    // Deeper with each level, so that most changes are in the rows and not in the envelope.
    match value {
        Value::Object(fields) if !fields.is_empty() && dice.u32(..10) > 0 => {
            let at = dice.usize(..fields.len());
            if dice.u32(..6) == 0 {
                if let Some(name) = fields.keys().nth(at).cloned() {
                    fields.shift_remove(&name);
                }
            } else if let Some(inner) = fields.values_mut().nth(at) {
                mutate(inner, dice);
            }
        }
        Value::Array(items) if !items.is_empty() && dice.u32(..10) > 0 => {
            let at = dice.usize(..items.len());
            if dice.u32(..8) == 0 {
                let copy = items[at].clone();
                items.push(copy);
            } else {
                mutate(&mut items[at], dice);
            }
        }
        _ => *value = other(value, dice),
    }
}

/// Something else in place of a value.
fn other(value: &Value, dice: &mut Rng) -> Value {
    match dice.u32(..9) {
        0 => Value::Null,
        1 => Value::Bool(dice.bool()),
        2 => Value::from(u64::MAX),
        3 => Value::from(i64::MIN),
        4 => Number::from_f64(1e308).map_or(Value::Null, Value::Number),
        5 => Value::String(HOSTILE[dice.usize(..HOSTILE.len())].to_owned()),
        6 => Value::Array(vec![value.clone()]),
        7 => Value::String("é".repeat(dice.usize(1..20_000))),
        // The type swapped: what was text becomes a number, and the other way round.
        _ => match value {
            Value::String(text) => text.parse::<f64>().map_or(Value::from(text.len()), Value::from),
            Value::Number(number) => Value::String(number.to_string()),
            Value::Array(items) => items.first().cloned().unwrap_or_default(),
            Value::Object(fields) => Value::Array(fields.values().cloned().collect()),
            Value::Null | Value::Bool(_) => Value::from(-1),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_malformed_text_is_never_json() {
        let good = json!({ "a": "b:c", "d": [1, 2, { "e": null }] }).to_string().into_bytes();
        for seed in 0..500 {
            let bad = malformed(&good, &mut Rng::with_seed(seed));
            assert!(serde_json::from_slice::<Value>(&bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn mutations_are_seeded_and_change_something_nearly_always() {
        let good =
            json!({ "meta": { "n": 3 }, "objects": [{ "id": "1", "ms": 5 }, { "id": "2" }] });
        let mutated = |seed: u64| {
            let mut value = good.clone();
            mutate(&mut value, &mut Rng::with_seed(seed));
            value
        };
        assert!((0..50).all(|seed| mutated(seed) == mutated(seed)));
        assert!((0..200).filter(|seed| mutated(*seed) != good).count() > 180);
    }
}
