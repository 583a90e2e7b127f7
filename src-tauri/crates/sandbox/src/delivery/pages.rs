//! Lists that move, repeat themselves, or lie.

use axum::extract::Request;
use axum::http::{Method, Uri};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::delivery::Vendor;
use crate::faults::{Fault, Struck};
use crate::server::Shared;
use crate::{vbc, vobiz};

/// A request for a page of recordings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    vendor: Vendor,
    /// `offset` at Vobiz, `page` at VBC.
    place: u64,
    /// By how much `place` grows from page to page.
    step: u64,
    first: u64,
}

impl Asked {
    /// Reads a request; `None` when it asks for anything else.
    pub(super) fn of(shared: &Shared, vendor: Vendor, request: &Request) -> Option<Self> {
        let path = request.uri().path();
        let is_list = match vendor {
            Vendor::Vobiz => path.ends_with("/Recording/"),
            Vendor::Vbc => path.ends_with("call_recordings"),
        };
        if request.method() != Method::GET || !is_list {
            return None;
        }
        let number = |wanted: &str| {
            form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
                .find(|(name, _)| name == wanted)
                .and_then(|(_, value)| value.parse().ok())
        };
        Some(match vendor {
            Vendor::Vobiz => {
                let largest = u64::from(shared.options.max_page_size);
                let step = number("limit").unwrap_or(20).min(largest);
                Self { vendor, place: number("offset").unwrap_or(0), step, first: 0 }
            }
            Vendor::Vbc => {
                let first = shared.options.vbc_page_base.first();
                Self { vendor, place: number("page").unwrap_or(first), step: 1, first }
            }
        })
    }

    fn is_first(self) -> bool {
        self.place <= self.first
    }

    /// What happens before the page is made.
    pub(super) fn before(self, shared: &Shared, struck: &Struck, request: &mut Request) {
        if self.is_first() {
            return;
        }
        let (added, removed) = struck
            .find(|fault| match fault {
                Fault::ShiftingPages(count) => Some((count, 0)),
                Fault::ShrinkingPages(count) => Some((0, count)),
                _ => None,
            })
            .unwrap_or_default();
        let moved = match self.vendor {
            _ if added == 0 && removed == 0 => Ok(()),
            Vendor::Vobiz => vobiz::shift(shared, added, removed),
            Vendor::Vbc => vbc::shift(shared, request, added, removed),
        };
        if let Err(error) = moved {
            tracing::warn!(%error, "the list could not be moved");
        }
        if struck.by(Fault::RepeatedPage) {
            let place = self.place.saturating_sub(self.step).max(self.first);
            if let Some(uri) = self.at(request.uri(), place) {
                *request.uri_mut() = uri;
            }
        }
    }

    /// The same address with another place.
    fn at(self, uri: &Uri, place: u64) -> Option<Uri> {
        let name = match self.vendor {
            Vendor::Vobiz => "offset",
            Vendor::Vbc => "page",
        };
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(
            form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
                .filter(|(key, _)| key != name),
        );
        query.append_pair(name, &place.to_string());
        format!("{}?{}", uri.path(), query.finish()).parse().ok()
    }

    /// What is untrue about the page. `uri` is the address as it was asked for.
    pub(super) fn after(self, struck: &mut Struck, uri: &Uri, page: &mut Value) {
        if struck.by(Fault::RepeatedPage) {
            let place = match self.vendor {
                Vendor::Vobiz => page.pointer_mut("/meta/offset"),
                Vendor::Vbc => page.pointer_mut("/page"),
            };
            if let Some(place) = place {
                *place = self.place.into();
            }
        }
        if struck.by(Fault::LyingTotal) {
            let total = match self.vendor {
                Vendor::Vobiz => page.pointer_mut("/meta/total_count"),
                Vendor::Vbc => page.pointer_mut("/total_items"),
            };
            if let Some(total) = total {
                let truth = total.as_u64().unwrap_or(0);
                let lies = [0, truth / 2, truth.saturating_sub(1), truth + 37, truth * 2 + 1];
                let lie = lies[struck.dice.usize(..lies.len())];
                *total = if lie == truth { truth + 1 } else { lie }.into();
            }
        }
        if struck.by(Fault::LoopLink) {
            match self.vendor {
                Vendor::Vobiz => {
                    let link = uri.path_and_query().map_or("", |path| path.as_str());
                    if let Some(next) = page.pointer_mut("/meta/next") {
                        *next = link.trim_start_matches("/api").into();
                    }
                }
                Vendor::Vbc => {
                    let own = page.pointer("/_links/self/href").cloned().unwrap_or_default();
                    if let Some(links) = page.pointer_mut("/_links").and_then(Value::as_object_mut)
                    {
                        links.insert("next".into(), json!({ "href": own }));
                    }
                }
            }
        }
    }
}
