//! Names for saved recordings: a template with fields, and what makes a name safe everywhere.
//!
//! What a vendor sends (numbers, ids, conference names) is untrusted: it can hold slashes, `..`, control characters,
//! anything. A value never makes a folder and never leaves one; only a `/` typed into the template does.

mod fields;
mod form;
mod safe;
mod template;

pub use fields::{FIELDS, Field, FieldKind};
pub use safe::RelativeName;
pub use template::{NameInput, Template, TemplateProblem};
