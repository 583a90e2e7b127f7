//! What was typed, as conditions on the folded text of rows.

use domain::search::Term as Typed;

use crate::text::fold;

/// More trigrams of one term do not make the candidates noticeably fewer.
const MAX_TRIGRAMS: usize = 24;

/// Terms that SQLite checks, so that rows without them are never handed over, nor sorted. A statement cannot hold any
/// number of conditions, so terms beyond these are checked on what it hands over.
const MAX_TERMS_IN_SQL: usize = 8;

/// The terms of a search. All must match.
pub(crate) struct Wanted {
    terms: Vec<Term>,
}

/// One term, folded like the texts it is looked for in.
#[derive(PartialEq, Eq, Hash, Clone)]
struct Term {
    /// Looked for in the digits of both parties.
    digits: Option<String>,
    /// Looked for in everything else.
    text: String,
}

impl Wanted {
    pub(crate) fn new(text: &str) -> Self {
        let mut seen = std::collections::HashSet::new();
        let terms = Typed::parse_all(text)
            .into_iter()
            .map(|term| match term {
                Typed::Digits { digits, typed } => {
                    Term { digits: Some(digits), text: fold(&typed) }
                }
                Typed::Text(text) => Term { digits: None, text: fold(&text) },
            })
            .filter(|term| seen.insert(term.clone()))
            .collect();
        Self { terms }
    }

    /// Whether everything matches.
    pub(crate) fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether [`Wanted::condition`] leaves terms to [`Wanted::matches`].
    pub(crate) fn needs_texts(&self) -> bool {
        self.terms.len() > MAX_TERMS_IN_SQL
    }

    /// A condition over `search_texts t`, with its parameters in order.
    pub(crate) fn condition(&self) -> (String, Vec<String>) {
        let mut conditions = vec!["1".to_owned()];
        let mut params = Vec::new();
        for term in self.terms.iter().take(MAX_TERMS_IN_SQL) {
            if let Some(digits) = &term.digits {
                conditions.push("(instr(t.numbers, ?) OR instr(t.words, ?))".to_owned());
                params.push(digits.clone());
            } else {
                conditions.push("instr(t.words, ?)".to_owned());
            }
            params.push(term.text.clone());
        }
        (conditions.join(" AND "), params)
    }

    /// Whether a row with these texts matches.
    pub(crate) fn matches(&self, numbers: &str, words: &str) -> bool {
        self.terms.iter().all(|term| {
            term.digits.as_deref().is_some_and(|digits| numbers.contains(digits))
                || words.contains(&term.text)
        })
    }

    /// A full-text query that every matching row satisfies; `None` when no term has a trigram.
    pub(crate) fn candidates(&self) -> Option<String> {
        let queries: Vec<String> =
            self.terms.iter().filter_map(Term::candidates).take(MAX_TERMS_IN_SQL).collect();
        (!queries.is_empty()).then(|| queries.join(" AND "))
    }
}

impl Term {
    fn candidates(&self) -> Option<String> {
        let text = trigrams(&self.text);
        match &self.digits {
            // One of the two suffices, so both must be expressible.
            Some(digits) if *digits != self.text => {
                Some(format!("({} OR {})", trigrams(digits)?, text?))
            }
            _ => text,
        }
    }
}

/// A query for the rows that hold all trigrams of `text`.
fn trigrams(text: &str) -> Option<String> {
    let characters: Vec<char> = text.chars().collect();
    let quoted: Vec<String> = characters
        .windows(3)
        .take(MAX_TRIGRAMS)
        .map(|trigram| {
            let trigram: String = trigram.iter().collect();
            format!("\"{}\"", trigram.replace('"', "\"\""))
        })
        .collect();
    (!quoted.is_empty()).then(|| format!("({})", quoted.join(" AND ")))
}
