//! The template a person types: `{year}/{month}/{date}_{time}_{from}_{id}`.

use std::fmt;
use std::ops::Range;

use domain::Recording;
use jiff::tz::TimeZone;

use super::fields::{FIELDS, FieldKind, value};
use super::form::Form;
use super::safe::{RelativeName, is_forbidden};

/// The longest template, in bytes: more is a mistake, not a name.
const MAX_TEMPLATE_BYTES: usize = 500;
/// The most folders a template can make, one inside the other.
const MAX_FOLDERS: usize = 8;

/// What a name is made from.
#[derive(Debug, Clone, Copy)]
pub struct NameInput<'a> {
    /// The recording.
    pub recording: &'a Recording,
    /// What the person calls the account.
    pub account_label: &'a str,
    /// The zone dates and times are written in.
    pub zone: &'a TimeZone,
    /// Position in the job, counted from 0; `{index}` shows it counted from 1.
    pub index: usize,
}

/// A parsed template: every field exists, every literal character can stand in a file name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Folders, then the file's stem. Never empty.
    components: Vec<Vec<Piece>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Field(&'static str, Form),
}

impl Template {
    /// Reads a template. `{name}` is a field of [`FIELDS`], `{name:format}` the same in a form of its
    /// [`FieldKind`]; `{{` and `}}` are the braces themselves; `/` makes folders.
    /// The extension is not part of the template: it follows from the file's content.
    pub fn parse(text: &str) -> Result<Self, TemplateProblem> {
        if text.len() > MAX_TEMPLATE_BYTES {
            let start = text.floor_char_boundary(MAX_TEMPLATE_BYTES);
            return Err(TemplateProblem::new(ProblemKind::TooLong, start..text.len()));
        }
        let mut components = Vec::new();
        let mut start = 0;
        loop {
            let (pieces, end) = parse_component(text, start)?;
            check_component(&pieces, start..end, components.is_empty(), end == text.len())?;
            components.push(pieces);
            if components.len() > MAX_FOLDERS + 1 {
                return Err(TemplateProblem::new(ProblemKind::TooDeep, start..end));
            }
            if end == text.len() {
                return Ok(Self { components });
            }
            start = end + 1;
        }
    }

    /// The name of one recording. `extension` is the one of the file's container, without the dot. Never fails, whatever
    /// the vendor's values hold.
    pub fn render(&self, input: &NameInput<'_>, extension: &str) -> RelativeName {
        let texts = self.components.iter().map(|pieces| {
            pieces.iter().fold(String::new(), |mut text, piece| {
                match piece {
                    Piece::Literal(literal) => text.push_str(literal),
                    Piece::Field(name, form) => {
                        text.push_str(&value(name, form, input, extension));
                    }
                }
                text
            })
        });
        RelativeName::from_components(texts, extension)
    }
}

/// Reads up to the next `/` outside braces, or the end; returns where that is.
fn parse_component(text: &str, start: usize) -> Result<(Vec<Piece>, usize), TemplateProblem> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut at = start;
    while let Some(c) = text[at..].chars().next() {
        let next = at + c.len_utf8();
        match c {
            '/' => break,
            '{' | '}' if text[next..].starts_with(c) => {
                literal.push(c);
                at = next + 1;
                continue;
            }
            '{' => {
                let Some(length) = text[next..].find(['}', '{', '/']) else {
                    return Err(TemplateProblem::new(ProblemKind::Unclosed, at..text.len()));
                };
                let close = next + length;
                if text[close..].starts_with('/') && text[next..close].contains(':') {
                    return Err(TemplateProblem::new(ProblemKind::FolderInside, close..close + 1));
                }
                if !text[close..].starts_with('}') {
                    return Err(TemplateProblem::new(ProblemKind::Unclosed, at..close));
                }
                let (field, form) = parse_field(&text[next..close])
                    .map_err(|kind| TemplateProblem::new(kind, at..close + 1))?;
                if !literal.is_empty() {
                    pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                }
                pieces.push(Piece::Field(field, form));
                at = close + 1;
                continue;
            }
            '}' => return Err(TemplateProblem::new(ProblemKind::StrayBrace, at..next)),
            c if is_forbidden(c) => {
                return Err(TemplateProblem::new(ProblemKind::Forbidden(c), at..next));
            }
            c => literal.push(c),
        }
        at = next;
    }
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Ok((pieces, at))
}

/// `name` or `name:format`.
fn parse_field(text: &str) -> Result<(&'static str, Form), ProblemKind> {
    let (name, form) = match text.split_once(':') {
        Some((name, form)) => (name, Some(form)),
        None => (text, None),
    };
    let Some(field) = FIELDS.iter().find(|field| field.name == name) else {
        return Err(ProblemKind::UnknownField(name.to_owned()));
    };
    let Some(form) = form else { return Ok((field.name, Form::Plain)) };
    let problem = || ProblemKind::UnknownForm(field.name, form.to_owned(), field.kind);
    Ok((field.name, Form::parse(form, field.kind).ok_or_else(problem)?))
}

fn check_component(
    pieces: &[Piece],
    span: Range<usize>,
    is_first: bool,
    is_last: bool,
) -> Result<(), TemplateProblem> {
    let kind = match pieces {
        [] if is_first && is_last => ProblemKind::Empty,
        [] if is_last => ProblemKind::NoFileName,
        [] if is_first => ProblemKind::Absolute,
        [] => ProblemKind::EmptyFolder,
        [Piece::Literal(text)] if text.trim().is_empty() && is_first && is_last => {
            ProblemKind::Empty
        }
        [Piece::Literal(text)] if text.trim_matches(['.', ' ']).is_empty() => ProblemKind::OnlyDots,
        _ => return Ok(()),
    };
    Err(TemplateProblem::new(kind, span))
}

/// What is wrong with a template, as a sentence ([`fmt::Display`]), and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateProblem {
    kind: ProblemKind,
    span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum ProblemKind {
    Empty,
    TooLong,
    TooDeep,
    Unclosed,
    StrayBrace,
    UnknownField(String),
    UnknownForm(&'static str, String, FieldKind),
    FolderInside,
    Forbidden(char),
    Absolute,
    EmptyFolder,
    OnlyDots,
    NoFileName,
}

impl TemplateProblem {
    fn new(kind: ProblemKind, span: Range<usize>) -> Self {
        Self { kind, span }
    }

    /// The bytes of the template to mark. Empty where something is missing.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }
}

impl std::error::Error for TemplateProblem {}

impl fmt::Display for TemplateProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ProblemKind::Empty => f.write_str("Type a name, or pick fields for it."),
            ProblemKind::TooLong => {
                write!(f, "The template is longer than {MAX_TEMPLATE_BYTES} bytes.")
            }
            ProblemKind::TooDeep => {
                write!(f, "At most {MAX_FOLDERS} folders, one inside the other.")
            }
            ProblemKind::Unclosed => f.write_str("This “{” has no “}”."),
            ProblemKind::StrayBrace => {
                f.write_str("This “}” has no “{”. For the brace itself type it twice.")
            }
            ProblemKind::UnknownField(name) => match nearest(name) {
                Some(near) => write!(f, "There is no field “{name}”. Did you mean “{near}”?"),
                None => write!(f, "There is no field “{name}”."),
            },
            ProblemKind::UnknownForm(name, _, FieldKind::Fixed) => {
                write!(f, "“{name}” has one form only: write {{{name}}}.")
            }
            ProblemKind::UnknownForm(name, form, kind) => {
                let forms = kind.forms().join(", ");
                write!(f, "“{name}” cannot be written as “{form}”. Try one of: {forms}.")
            }
            ProblemKind::FolderInside => {
                f.write_str("Folders are made outside the braces: {start:%Y}/{start:%m}.")
            }
            ProblemKind::Forbidden('\\') => {
                f.write_str("“\\” cannot be in a file name. Use “/” to make folders.")
            }
            ProblemKind::Forbidden(c) if c.is_ascii_graphic() => {
                write!(f, "“{c}” cannot be in a file name on every system.")
            }
            ProblemKind::Forbidden(c) => {
                write!(
                    f,
                    "An invisible character (U+{:04X}) cannot be in a file name.",
                    u32::from(*c)
                )
            }
            ProblemKind::Absolute => {
                f.write_str("The name lies inside the folder you choose: it cannot begin with “/”.")
            }
            ProblemKind::EmptyFolder => f.write_str("A folder between two “/” has no name."),
            ProblemKind::OnlyDots => f.write_str("Dots and spaces alone are no name."),
            ProblemKind::NoFileName => {
                f.write_str("After the last “/” comes the name of the file.")
            }
        }
    }
}

/// The field that was probably meant: one that contains what was typed or is contained in it, or shares three letters of
/// the beginning.
fn nearest(name: &str) -> Option<&'static str> {
    let typed = name.trim().to_lowercase();
    if typed.len() < 2 {
        return None;
    }
    let start: String = typed.chars().take(3).collect();
    let names = || FIELDS.iter().map(|field| field.name);
    names()
        .find(|field| *field == typed)
        .or_else(|| names().find(|field| field.contains(&typed) || typed.contains(field)))
        .or_else(|| names().find(|field| field.starts_with(&start)))
}
