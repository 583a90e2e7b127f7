//! Folded text: what search compares and names are sorted by.

/// Lower case, one form of sigma, and a space for each control character.
///
/// `str::to_lowercase` writes a final sigma differently from one inside a word, so that a word cut short would not
/// match itself; and control characters stand between the parts of stored texts.
pub fn fold(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_control()) {
        return text.to_ascii_lowercase();
    }
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'ς' => 'σ',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_final_sigmas_and_control_characters_make_no_difference() {
        assert_eq!(fold("ΟΔΟΣ Anna"), fold("οδος ANNA"));
        assert_eq!(fold("a\u{0}b"), "a b");
        assert_eq!(fold("İ"), "i\u{307}");
    }
}
