//! What pages load beside themselves, from this binary: one style sheet, one script, one icon, three fonts.
//!
//! The address of an asset carries a hash of its content. So a browser keeps it for good, and never shows an old one.

use std::{borrow::Cow, sync::LazyLock};

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use crate::problem::Problem;

/// Where the style sheet is.
pub(crate) fn style() -> &'static str {
    &ASSETS.style.address
}

/// Where the script is.
pub(crate) fn script() -> &'static str {
    &ASSETS.script.address
}

/// Where the picture is that browsers show beside the title.
pub(crate) fn icon() -> &'static str {
    &ASSETS.icon.address
}

/// A page that was made by another version of the portal finds what it needs here too, but does not keep it.
pub(super) async fn asset(Path((hash, name)): Path<(String, String)>) -> Result<Response, Problem> {
    let asset = ASSETS.all().find(|it| it.name == name).ok_or(Problem::RouteUnknown)?;
    let kept = match asset.address == address(&hash, &name) {
        true => "public, max-age=31536000, immutable",
        false => "no-store",
    };
    let headers = [(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, kept)];
    Ok((headers, asset.bytes.clone()).into_response())
}

struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: Cow<'static, [u8]>,
    address: String,
}

impl Asset {
    fn new(name: &'static str, kind: &'static str, bytes: impl Into<Cow<'static, [u8]>>) -> Self {
        let bytes = bytes.into();
        let hash: String =
            Sha256::digest(&bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { name, kind, bytes, address: address(&hash, name) }
    }
}

fn address(hash: &str, name: &str) -> String {
    format!("/assets/{hash}/{name}")
}

/// Without what only its readers need: comments on lines of their own, and what lines begin with.
fn packed(text: &str) -> Vec<u8> {
    let mut packed = String::new();
    let mut is_comment = false;
    for line in text.lines().map(str::trim) {
        is_comment |= line.starts_with("/*");
        if !(is_comment || line.is_empty() || line.starts_with("//")) {
            packed.push_str(line);
            packed.push('\n');
        }
        is_comment &= !line.ends_with("*/");
    }
    packed.into_bytes()
}

struct Assets {
    style: Asset,
    script: Asset,
    icon: Asset,
    fonts: [Asset; 3],
}

static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let font = |name, bytes: &'static [u8]| Asset::new(name, "font/woff2", bytes);
    let fonts = [
        font("text.woff2", include_bytes!("../../assets/fonts/text.woff2")),
        font("strong.woff2", include_bytes!("../../assets/fonts/strong.woff2")),
        font("heading.woff2", include_bytes!("../../assets/fonts/heading.woff2")),
    ];
    let style =
        concat!(include_str!("../../assets/tokens.css"), include_str!("../../assets/style.css"));
    let style = fonts.iter().fold(style.to_owned(), |style, font| {
        style.replace(&format!("\"{}\"", font.name), &format!("\"{}\"", font.address))
    });
    let script = include_str!("../../assets/portal.js");
    let icon = include_bytes!("../../assets/icon.svg").as_slice();
    Assets {
        style: Asset::new("style.css", "text/css; charset=utf-8", packed(&style)),
        script: Asset::new("portal.js", "text/javascript; charset=utf-8", packed(script)),
        icon: Asset::new("icon.svg", "image/svg+xml", icon),
        fonts,
    }
});

impl Assets {
    fn all(&self) -> impl Iterator<Item = &Asset> {
        [&self.style, &self.script, &self.icon].into_iter().chain(&self.fonts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_says_the_same() {
        let text = "/* What it is,\n   over two lines. */\n.a {\n  color: red; /* so */\n}\n\n// why\nlet it = 1;\n";
        assert_eq!(packed(text), b".a {\ncolor: red; /* so */\n}\nlet it = 1;\n");
    }
}
