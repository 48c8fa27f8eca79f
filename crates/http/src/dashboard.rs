//! The dashboard's files as its build left them, embedded; a debug build reads them from their folder at each request.
//!
//! What is under `assets/` is named after its content, so a browser may keep it for ever; the page itself it asks for anew
//! each time. Beside a file that packs well lies the same packed, with `.gz` at the end of its name. A binary that was
//! built without the dashboard has no file at all.

use std::borrow::Cow;

use actix_web::http::header::{
    AcceptEncoding, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETag, Encoding,
    EntityTag, Header, IfNoneMatch, VARY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_embed::{DynRustEmbed, Embed, EmbeddedFile};

/// The files of one build.
pub(crate) struct Dashboard {
    files: Box<dyn DynRustEmbed + Send + Sync>,
}

impl Dashboard {
    /// The files that this binary was built with.
    pub(crate) fn embedded() -> Self {
        Self::of(Dist)
    }

    /// Other files.
    pub(crate) fn of(files: impl DynRustEmbed + Send + Sync + 'static) -> Self {
        Self { files: Box::new(files) }
    }

    /// The page that everything begins with; none without a build.
    pub(crate) fn page(&self, request: &HttpRequest) -> Option<HttpResponse> {
        self.answer(request, "index.html", REVALIDATED)
    }

    /// A file that the page refers to.
    pub(crate) fn asset(&self, request: &HttpRequest, name: &str) -> Option<HttpResponse> {
        self.answer(request, &format!("assets/{name}"), FOR_EVER)
    }

    /// The script of reports; none without a build.
    pub(crate) fn report_script(&self) -> Option<Script> {
        let file = self.files.get("report/report.js")?;
        let sha256 = file.metadata.sha256_hash();
        let text = match file.data {
            Cow::Borrowed(embedded) => Cow::Borrowed(std::str::from_utf8(embedded).ok()?),
            Cow::Owned(read) => Cow::Owned(String::from_utf8(read).ok()?),
        };
        Some(Script { text, sha256 })
    }

    fn answer(&self, request: &HttpRequest, path: &str, caching: &str) -> Option<HttpResponse> {
        let plain = self.files.get(path)?;
        let packed = self.files.get(&format!("{path}.gz"));
        let is_packed = packed.is_some() && takes_gzip(request);
        let content_type = content_type(&plain);
        let file = packed.filter(|_| is_packed).unwrap_or(plain);

        let tag = EntityTag::new_strong(URL_SAFE_NO_PAD.encode(file.metadata.sha256_hash()));
        let is_known = is_known(request, &tag);
        let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        response
            .insert_header(ETag(tag))
            .insert_header((CACHE_CONTROL, caching))
            .insert_header((VARY, "accept-encoding"))
            .insert_header((CONTENT_SECURITY_POLICY, POLICY))
            .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"));
        if is_known {
            return Some(response.finish());
        }
        if is_packed {
            response.insert_header((CONTENT_ENCODING, "gzip"));
        }
        response.insert_header((CONTENT_TYPE, content_type));
        Some(match file.data {
            Cow::Borrowed(embedded) => response.body(embedded),
            Cow::Owned(read) => response.body(read),
        })
    }
}

/// A script that stands in a page, and the hash by which the page's policy knows it.
pub(crate) struct Script {
    pub(crate) text: Cow<'static, str>,
    pub(crate) sha256: [u8; 32],
}

/// Whether the client has the file with that tag.
fn is_known(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(known)) => known.iter().any(|known| known.weak_eq(tag)),
        Err(_) => false,
    }
}

fn takes_gzip(request: &HttpRequest) -> bool {
    let known = [Encoding::gzip(), Encoding::identity()];
    let chosen = AcceptEncoding::parse(request).ok().and_then(|accepted| accepted.negotiate(known.iter()));
    chosen == Some(Encoding::gzip())
}

fn content_type(file: &EmbeddedFile) -> String {
    let kind = file.metadata.mimetype();
    if kind.starts_with("text/") { format!("{kind}; charset=utf-8") } else { kind.to_owned() }
}

#[derive(Embed)]
#[folder = "dashboard/dist"]
struct Dist;

/// Asked for anew each time; unchanged, it is not sent again.
const REVALIDATED: &str = "no-cache";
/// A year is as long as caches keep anything.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Only what is served from here, nothing inline, no framing by others.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
