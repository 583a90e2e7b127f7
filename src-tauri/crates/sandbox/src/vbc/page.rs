//! The envelope of every list: HAL links, and items under `_embedded`.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Map, Value, json};
use url::form_urlencoded;

use crate::options::{LargeLimit, SandboxOptions};
use crate::server::Shared;
use crate::vbc::refusals::Invalid;

/// Rows of a page when the request does not say.
const DEFAULT_SIZE: usize = 10;

/// Which page a request asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    page: u64,
    size: usize,
    first: u64,
}

impl Place {
    /// The first page of the usual size.
    pub(super) fn start(options: &SandboxOptions) -> Self {
        let first = options.vbc_page_base.first();
        Self { page: first, size: DEFAULT_SIZE.min(options.vbc_max_page_size as usize), first }
    }

    /// Takes one parameter; `false` when it is neither `page` nor `page_size`.
    pub(super) fn take(
        &mut self,
        options: &SandboxOptions,
        name: &str,
        value: &str,
    ) -> Result<bool, Invalid> {
        match name {
            "page" => {
                self.page = value
                    .parse()
                    .ok()
                    .filter(|page| *page >= self.first)
                    .ok_or_else(|| Invalid::new(name, "must not be below the first page"))?;
            }
            "page_size" => {
                let largest = options.vbc_max_page_size as usize;
                self.size = match value.parse::<usize>() {
                    Ok(size) if size > largest => match options.vbc_large_page {
                        LargeLimit::Capped => largest,
                        LargeLimit::Rejected => return Err(Invalid::new(name, "is too large")),
                    },
                    Ok(size @ 1..) => size,
                    _ => return Err(Invalid::new(name, "must be at least 1")),
                };
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// How many rows come before the page.
    pub(super) fn offset(self) -> usize {
        usize::try_from(self.page - self.first).unwrap_or(usize::MAX).saturating_mul(self.size)
    }

    /// How many rows it can hold.
    pub(super) fn size(self) -> usize {
        self.size
    }
}

/// One list: where it is, what its items are called, and what else the request asked.
#[derive(Debug)]
pub(super) struct List<'a> {
    /// Absolute, without a query.
    pub(super) url: String,
    /// Name of the items in `_embedded`.
    pub(super) items: &'a str,
    /// The request's filters and order.
    pub(super) query: &'a [(String, String)],
}

impl List<'_> {
    /// The page that holds `rows` of `total`.
    pub(super) fn page(
        &self,
        shared: &Shared,
        place: Place,
        mut rows: Vec<Value>,
        total: usize,
    ) -> Value {
        let options = &shared.options;
        let pages = total.div_ceil(place.size) as u64;
        let last = place.first + pages.saturating_sub(1);
        let mut links = Map::new();
        let mut link = |name: &str, page: u64| {
            links.insert(name.into(), json!({ "href": self.link(options, place.size, page) }));
        };
        link("first", place.first);
        if place.page > place.first {
            link("prev", (place.page - 1).min(last));
        }
        link("self", place.page);
        if place.page < last {
            link("next", place.page + 1);
        }
        link("last", last);

        let mut page = Map::new();
        if !rows.is_empty() || !options.vbc_omit_embedded_when_empty {
            let rows = match rows.pop() {
                Some(only) if rows.is_empty() && options.vbc_single_as_object => only,
                Some(last) => {
                    rows.push(last);
                    Value::Array(rows)
                }
                None => Value::Array(rows),
            };
            page.insert("_embedded".into(), json!({ self.items: rows }));
        }
        page.insert("_links".into(), Value::Object(links));
        page.insert("page".into(), place.page.into());
        page.insert("page_size".into(), place.size.into());
        page.insert("total_items".into(), total.into());
        if !self.hides_pages(options.seed) {
            page.insert("total_pages".into(), pages.into());
        }
        Value::Object(page)
    }

    fn link(&self, options: &SandboxOptions, size: usize, page: u64) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("page", &page.to_string());
        if !options.vbc_bare_links {
            query.append_pair("page_size", &size.to_string());
            query.extend_pairs(self.query);
        }
        format!("{}?{}", self.url, query.finish())
    }

    /// The vendor's tutorials look whether `total_pages` is there before they use it: one query in four lacks it, on
    /// all of its pages.
    fn hides_pages(&self, seed: u64) -> bool {
        let mut hasher = DefaultHasher::new();
        (seed, self.items, self.query).hash(&mut hasher);
        hasher.finish().is_multiple_of(4)
    }
}
