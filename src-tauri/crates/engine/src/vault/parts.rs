//! A secret that is longer than one entry of a keyring may be: Windows takes 2560 bytes of UTF-16 a credential
//! (`CRED_MAX_CREDENTIAL_BLOB_SIZE`), and two OAuth tokens with their application's secret are more.
//!
//! The entry under the account's own name is the head; it says how many more there are and of which generation. A new
//! secret is written beside the old one and the head last, so at every moment one of the two is whole.

use zeroize::Zeroizing;

/// Longest part, in UTF-16 units, with room for the head's own words.
const LONGEST: usize = 1200;
/// Begins a head that has more parts. No token begins with a control character.
const MARK: char = '\u{1}';

/// How entries are read and written, by name.
pub(super) struct Entries<'a, E> {
    /// The text of an entry; `None` if there is none.
    pub(super) get: &'a dyn Fn(&str) -> Result<Option<String>, E>,
    /// Writes an entry.
    pub(super) set: &'a dyn Fn(&str, &str) -> Result<(), E>,
    /// Removes an entry; fine if there is none.
    pub(super) delete: &'a dyn Fn(&str) -> Result<(), E>,
}

/// What a head says of the other parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct More {
    generation: u8,
    parts: usize,
}

impl<E> Entries<'_, E> {
    pub(super) fn store(&self, name: &str, secret: &str) -> Result<(), E> {
        let before = (self.get)(name)?.map(Zeroizing::new).and_then(|head| more(&head));
        let generation = before.map_or(0, |before| 1 - before.generation.min(1));
        let parts = split(secret);
        for (number, part) in parts.iter().enumerate().skip(1) {
            (self.set)(&part_name(name, generation, number), part)?;
        }
        let head = match parts.as_slice() {
            [whole] => Zeroizing::new(whole.to_string()),
            several => Zeroizing::new(format!(
                "{MARK}{generation}/{}:{}",
                several.len(),
                several.first().map_or("", |first| first.as_str())
            )),
        };
        (self.set)(name, &head)?;
        self.delete_parts(name, before)
    }

    pub(super) fn load(&self, name: &str) -> Result<Option<String>, E> {
        let Some(head) = (self.get)(name)?.map(Zeroizing::new) else { return Ok(None) };
        let Some(more) = more(&head) else { return Ok(Some(head.to_string())) };
        let mut secret =
            Zeroizing::new(head.split_once(':').map_or("", |(_, first)| first).to_owned());
        for number in 1..more.parts {
            // A part that somebody removed makes the rest worthless.
            let Some(part) = (self.get)(&part_name(name, more.generation, number))? else {
                return Ok(None);
            };
            secret.push_str(&Zeroizing::new(part));
        }
        Ok(Some(secret.to_string()))
    }

    pub(super) fn forget(&self, name: &str) -> Result<(), E> {
        let before = (self.get)(name)?.map(Zeroizing::new).and_then(|head| more(&head));
        self.delete_parts(name, before)?;
        (self.delete)(name)
    }

    fn delete_parts(&self, name: &str, more: Option<More>) -> Result<(), E> {
        let Some(more) = more else { return Ok(()) };
        (1..more.parts)
            .try_for_each(|number| (self.delete)(&part_name(name, more.generation, number)))
    }
}

fn part_name(name: &str, generation: u8, number: usize) -> String {
    format!("{name} {generation}.{number}")
}

fn more(head: &str) -> Option<More> {
    let (generation, rest) = head.strip_prefix(MARK)?.split_once('/')?;
    let (parts, _) = rest.split_once(':')?;
    Some(More { generation: generation.parse().ok()?, parts: parts.parse().ok()? })
}

/// The secret in pieces that fit; at least one.
fn split(secret: &str) -> Vec<Zeroizing<String>> {
    let mut parts = vec![Zeroizing::new(String::new())];
    let mut units = 0;
    for character in secret.chars() {
        if units + character.len_utf16() > LONGEST {
            parts.push(Zeroizing::new(String::new()));
            units = 0;
        }
        units += character.len_utf16();
        if let Some(part) = parts.last_mut() {
            part.push(character);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    /// A keyring as Windows has it, which can be told to fail at the n-th write.
    #[derive(Default)]
    struct Keyring {
        entries: RefCell<BTreeMap<String, String>>,
        writes_left: RefCell<Option<usize>>,
    }

    impl Keyring {
        fn with<T>(&self, work: impl FnOnce(&Entries<'_, String>) -> T) -> T {
            let get = |name: &str| Ok(self.entries.borrow().get(name).cloned());
            let set = |name: &str, text: &str| {
                if text.encode_utf16().count() * 2 > 2560 {
                    return Err("too long".to_owned());
                }
                if let Some(left) = &mut *self.writes_left.borrow_mut() {
                    *left = left.checked_sub(1).ok_or("cut off")?;
                }
                self.entries.borrow_mut().insert(name.to_owned(), text.to_owned());
                Ok(())
            };
            let delete = |name: &str| {
                self.entries.borrow_mut().remove(name);
                Ok(())
            };
            work(&Entries { get: &get, set: &set, delete: &delete })
        }

        fn load(&self) -> Option<String> {
            self.with(|entries| entries.load("account")).unwrap()
        }
    }

    #[test]
    fn secrets_of_any_length_are_read_back_and_leave_nothing() {
        let keyring = Keyring::default();
        for length in [0, 1, 1199, 1200, 1201, 5000, 30] {
            let secret: String = "aé😀".chars().cycle().take(length).collect();
            keyring.with(|entries| entries.store("account", &secret)).unwrap();
            assert_eq!(keyring.load(), Some(secret), "{length}");
        }
        assert_eq!(keyring.entries.borrow().len(), 1, "earlier parts are gone");
        keyring.with(|entries| entries.store("account", &"x".repeat(4000))).unwrap();
        keyring.with(|entries| entries.forget("account")).unwrap();
        assert!(keyring.entries.borrow().is_empty());
        assert_eq!(keyring.load(), None);
    }

    #[test]
    fn a_write_that_is_cut_off_anywhere_leaves_the_secret_before() {
        let (old, new) = ("o".repeat(4000), "n".repeat(4000));
        for writes in 0..4 {
            let keyring = Keyring::default();
            keyring.with(|entries| entries.store("account", &old)).unwrap();
            *keyring.writes_left.borrow_mut() = Some(writes);
            let stored = keyring.with(|entries| entries.store("account", &new));
            assert_eq!(stored.is_ok(), writes == 4, "{writes}");
            assert_eq!(keyring.load().as_deref(), Some(old.as_str()), "{writes}");
        }
    }

    #[test]
    fn a_lost_part_is_a_lost_secret() {
        let keyring = Keyring::default();
        keyring.with(|entries| entries.store("account", &"x".repeat(3000))).unwrap();
        keyring.entries.borrow_mut().remove("account 0.1");
        assert_eq!(keyring.load(), None);
    }
}
