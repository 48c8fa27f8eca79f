//! Bodies as they were first written: any change of a format shows here.
//!
//! A wanted change is written down with `UPDATE_GOLDEN=1 cargo test -p moniflux-payload golden`.

use std::path::PathBuf;

use crate::support::{body, every_shape, span};

#[test]
#[expect(clippy::disallowed_methods, reason = "tells whether golden files are to be written")]
fn golden_bytes_stay_as_they_are() {
    for shape in every_shape() {
        let name = format!("{}-{}", shape.kind.as_str(), shape.signal);
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
        // Two widths of numbers, in both formats.
        let body = body(&shape, span(98, 31));
        if std::env::var("UPDATE_GOLDEN").is_ok() {
            std::fs::write(&path, &body).unwrap();
        }
        let golden = std::fs::read(&path).unwrap();
        assert!(golden == body, "{} differs", path.display());
    }
}
