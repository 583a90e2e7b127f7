//! Damaged replies, and a vendor that sends nothing else.
//!
//! A good reply is changed at random: values of another type, missing, repeated and renamed fields, hostile texts, lists
//! within lists; and below JSON, bytes that are cut off, changed or put in between.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value, json};
use tapeshelf_providers::{Error, TransportOptions, Vbc, Vobiz};

use super::{Answer, Server, account_with, pasted, quick, vbc_config};

/// Replies of each kind.
const CASES: u32 = 1_000;

/// One change of a JSON value. The numbers choose a place, whatever places there are.
#[derive(Debug, Clone)]
enum Change {
    Replace(usize, Value),
    Remove(usize),
    Rename(usize, String),
    Repeat(usize),
    Wrap(usize),
    Textify(usize),
}

/// One change of the bytes.
#[derive(Debug, Clone)]
enum Scratch {
    Cut(usize),
    Byte(usize, u8),
    Insert(usize, Vec<u8>),
}

/// Pieces of JSON that mean something wherever they land.
const PIECES: [&str; 14] = [
    "null", "{}", "[", "]", "}", "\"", "-", "1e999", "\\u0000", "\\ud800", ",", ":", "-0.0",
    "\u{202e}",
];

/// Texts that have done harm elsewhere.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("../../../etc/passwd".to_owned()),
        Just("https://evil.test/?a=b#c".to_owned()),
        Just("99999999999999999999999999".to_owned()),
        Just("-1".to_owned()),
        Just("NaN".to_owned()),
        Just("2026-13-45T99:99:99+9999".to_owned()),
        Just("-262144-01-01T00:00:00Z".to_owned()),
        Just("\u{202e}3pm\u{0}\u{1b}[31m".to_owned()),
        Just("é".repeat(5_000)),
        any::<String>(),
    ]
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(Value::from(u64::MAX)),
        Just(Value::from(i64::MIN)),
        any::<f64>().prop_map(Value::from),
        hostile().prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just((0..100).fold(json!(1), |inner, _| json!([inner]))),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    let place = any::<usize>;
    prop_oneof![
        4 => (place(), leaf()).prop_map(|(at, value)| Change::Replace(at, value)),
        2 => place().prop_map(Change::Remove),
        1 => (place(), hostile()).prop_map(|(at, name)| Change::Rename(at, name)),
        1 => place().prop_map(Change::Repeat),
        1 => place().prop_map(Change::Wrap),
        1 => place().prop_map(Change::Textify),
    ]
}

fn scratch() -> impl Strategy<Value = Scratch> {
    prop_oneof![
        any::<usize>().prop_map(Scratch::Cut),
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Scratch::Byte(at, byte)),
        (any::<usize>(), prop::collection::vec(any::<u8>(), 1..9))
            .prop_map(|(at, bytes)| Scratch::Insert(at, bytes)),
        (any::<usize>(), prop::sample::select(&PIECES))
            .prop_map(|(at, piece)| Scratch::Insert(at, piece.into())),
    ]
}

/// The JSON pointers of everything in a value, the value itself first.
fn places(value: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut next = 0;
    while let Some(place) = found.get(next).cloned() {
        next += 1;
        match value.pointer(&place) {
            Some(Value::Object(fields)) => {
                let escaped = fields.keys().map(|key| key.replace('~', "~0").replace('/', "~1"));
                found.extend(escaped.map(|key| format!("{place}/{key}")));
            }
            Some(Value::Array(items)) => {
                found.extend((0..items.len()).map(|index| format!("{place}/{index}")));
            }
            _ => {}
        }
    }
    found
}

fn apply(change: &Change, value: &mut Value) {
    let places = places(value);
    let at = |number: usize| places[number % places.len()].as_str();
    let with_parent = |number: usize| {
        at(number)
            .rsplit_once('/')
            .map(|(parent, key)| (parent, key.replace("~1", "/").replace("~0", "~")))
    };
    match change {
        Change::Replace(number, other) => {
            if let Some(place) = value.pointer_mut(at(*number)) {
                *place = other.clone();
            }
        }
        Change::Wrap(number) => {
            if let Some(place) = value.pointer_mut(at(*number)) {
                *place = json!([place.take()]);
            }
        }
        Change::Textify(number) => {
            if let Some(place) = value.pointer_mut(at(*number)) {
                *place = match &*place {
                    Value::String(text) => serde_json::from_str(text).unwrap_or(json!(0)),
                    other => Value::String(other.to_string()),
                };
            }
        }
        Change::Remove(number) | Change::Rename(number, _) | Change::Repeat(number) => {
            let Some((parent, key)) = with_parent(*number) else { return };
            match (value.pointer_mut(parent), change) {
                (Some(Value::Object(fields)), Change::Remove(_)) => {
                    fields.remove(&key);
                }
                (Some(Value::Object(fields)), Change::Rename(_, name)) => {
                    if let Some(inner) = fields.remove(&key) {
                        fields.insert(name.clone(), inner);
                    }
                }
                (Some(Value::Array(items)), Change::Remove(_)) => {
                    items.remove(key.parse::<usize>().unwrap());
                }
                (Some(Value::Array(items)), _) => {
                    let copy = items[key.parse::<usize>().unwrap()].clone();
                    items.push(copy);
                }
                _ => {}
            }
        }
    }
}

fn scratched(scratch: &Scratch, bytes: &mut Vec<u8>) {
    let place = |at: usize| at % (bytes.len() + 1);
    match scratch {
        Scratch::Cut(at) => {
            let place = place(*at);
            bytes.truncate(place);
        }
        Scratch::Byte(at, byte) => {
            let place = place(*at);
            if let Some(old) = bytes.get_mut(place) {
                *old = *byte;
            }
        }
        Scratch::Insert(at, new) => {
            let place = place(*at);
            bytes.splice(place..place, new.iter().copied());
        }
    }
}

/// Damaged forms of a good reply.
fn damaged(good: Value) -> impl Strategy<Value = Vec<u8>> {
    let changes = prop::collection::vec(change(), 1..5);
    (changes, prop::option::weighted(0.25, scratch())).prop_map(move |(changes, last)| {
        let mut value = good.clone();
        for change in &changes {
            apply(change, &mut value);
        }
        let mut bytes = value.to_string().into_bytes();
        if let Some(scratch) = &last {
            scratched(scratch, &mut bytes);
        }
        bytes
    })
}

/// What became of one reply.
pub(crate) type Checked = Result<(), TestCaseError>;

/// A server whose every reply is the present one, and the connections to it.
pub(crate) struct Mutants {
    pub(crate) server: Server,
    body: Arc<Mutex<Vec<u8>>>,
    runtime: tokio::runtime::Runtime,
    pub(crate) transport: TransportOptions,
}

impl Mutants {
    /// A server whose every reply has this status.
    pub(crate) fn new(status: u16) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let body = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&body);
        let answer = move |_: &_| {
            Answer::new(status, told.lock().unwrap().clone())
                .with("Content-Type", "application/json")
        };
        let server = runtime.block_on(Server::start(answer));
        // What cannot be read is asked for once.
        let transport = TransportOptions { max_tries: 1, ..quick() };
        Self { server, body, runtime, transport }
    }

    pub(crate) fn vobiz(&self) -> Vobiz {
        account_with(&self.server.base_url(), self.transport.clone())
    }

    pub(crate) fn vbc(&self) -> Vbc {
        pasted(vbc_config(&self.server), self.transport.clone())
    }

    /// Asks with each of a thousand damaged forms of a good reply in place, after the good reply itself.
    pub(crate) fn ask(&self, good: &Value, ask: impl AsyncFn() -> Checked) {
        let mut runner = TestRunner::new(Config {
            cases: CASES,
            failure_persistence: None,
            ..Config::default()
        });
        let outcome = runner.run(&damaged(good.clone()), |bytes| {
            *self.body.lock().unwrap() = bytes;
            self.runtime.block_on(ask())
        });
        assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
    }

    /// The good reply, which must be read.
    pub(crate) fn is_read<T>(&self, good: &Value, ask: impl AsyncFn() -> Result<T, Error>) {
        *self.body.lock().unwrap() = good.to_string().into_bytes();
        let outcome = self.runtime.block_on(ask());
        assert!(outcome.is_ok(), "the undamaged reply is read: {:?}", outcome.err());
    }
}
