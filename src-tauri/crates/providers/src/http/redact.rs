//! Text from outside, made fit to show, store and log: no control characters, not too long, no secrets.

use std::borrow::Cow;
use std::fmt;

use domain::Secret;

/// The longest vendor message that is kept, in characters.
const MAX_MESSAGE_CHARS: usize = 500;
/// Secrets shorter than this are not searched for: replacing every `1` would destroy the data and hide nothing.
const MIN_SECRET_BYTES: usize = 8;
const REPLACEMENT: &str = "<redacted>";

/// Takes one account's secrets out of text, should a vendor echo them.
#[derive(Clone)]
pub(crate) struct Redactor {
    secrets: Vec<Secret<String>>,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

impl Redactor {
    pub(crate) fn new(secret: Secret<String>) -> Self {
        Self::of([secret])
    }

    /// The same for several secrets.
    pub(crate) fn of(secrets: impl IntoIterator<Item = Secret<String>>) -> Self {
        Self { secrets: secrets.into_iter().collect() }
    }

    /// The text without the secrets.
    pub(crate) fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        for secret in &self.secrets {
            let secret = secret.expose().as_str();
            if secret.len() >= MIN_SECRET_BYTES && text.contains(secret) {
                text = Cow::Owned(text.replace(secret, REPLACEMENT));
            }
        }
        text
    }

    /// A vendor's message: one line, at most 500 characters, without the secret. `None` if nothing is left, or if it is
    /// no text: a compressed reply that does not say so is nothing to show to a person.
    pub(crate) fn message(&self, text: &str) -> Option<String> {
        let unreadable = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
        if unreadable * 8 > text.chars().count() {
            return None;
        }
        // Hidden before it is cut, so that no half of a secret stays at the end.
        clean(&self.hide(text))
    }
}

/// One line of visible text, at most 500 characters; `None` if nothing is left.
fn clean(text: &str) -> Option<String> {
    let mut line = String::new();
    let mut chars = 0;
    for word in
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty())
    {
        if chars > 0 {
            line.push(' ');
            chars += 1;
        }
        for c in word.chars().filter(|c| !is_direction_mark(*c)) {
            if chars >= MAX_MESSAGE_CHARS {
                return Some(line.trim_end().to_owned());
            }
            line.push(c);
            chars += 1;
        }
    }
    let line = line.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

/// Marks that reorder the text around them and can make a message read as another one.
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn redactor() -> Redactor {
        Redactor::new(Secret::new("tok-0123456789abcdef".into()))
    }

    #[test]
    fn a_message_is_one_clean_line() {
        assert_eq!(redactor().message(" a\u{0}b\r\n\tc\u{202e}d\u{7f} "), Some("a b cd".into()));
        assert_eq!(redactor().message("\u{1b}\n \u{2066}"), None);
        let packed = String::from_utf8_lossy(&[0x1f, 0x8b, 8, 0, 0xed, 0xbd, 7, 0x60, 0x1c, 0x49]);
        assert_eq!(redactor().message(&packed), None);
        let latin = String::from_utf8_lossy(b"Zugriff verweigert f\xfcr Kunden");
        assert!(redactor().message(&latin).is_some(), "one letter in another encoding is legible");
        assert_eq!(redactor().message(&"é".repeat(900)).unwrap().chars().count(), 500);
    }

    #[test]
    fn an_echoed_secret_is_taken_out() {
        let echoed = redactor().message("bad token tok-0123456789abcdef!").unwrap();
        assert_eq!(echoed, "bad token <redacted>!");
        let cut = redactor().message(&format!("{}tok-0123456789abcdef", "x".repeat(490))).unwrap();
        assert!(!cut.contains("tok-"), "{cut}");
        assert!(!format!("{:?}", redactor()).contains("tok-"));
        assert_eq!(
            Redactor::new(Secret::new("1".into())).hide("2111"),
            "2111",
            "too short to be searched for"
        );
    }

    proptest! {
        #[test]
        fn messages_never_hold_control_characters_or_grow(text in "(?s).{0,700}") {
            if let Some(line) = redactor().message(&text) {
                prop_assert!(!line.chars().any(char::is_control));
                prop_assert!(line.chars().count() <= MAX_MESSAGE_CHARS);
            }
        }
    }
}
