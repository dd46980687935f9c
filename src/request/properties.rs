//! What must hold for any URL, typed or sent by a server.

use super::url::{PathStyle, Url};

/// The URL of a request in the first line, and where servers redirect from there in the others.
pub(crate) fn url(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let mut lines = text.split('\n');
    let typed = lines.next().unwrap_or_default();
    for style in [PathStyle::Normalized, PathStyle::AsIs] {
        if let Ok(url) = Url::from_argument(typed, "http", style) {
            is_sound(&url, style);
        }
    }
    let Ok(mut url) = Url::from_argument(typed, "https", PathStyle::Normalized) else {
        return;
    };
    for location in lines.take(8) {
        let Ok(next) = url.join(location) else {
            continue;
        };
        is_sound(&next, PathStyle::Normalized);
        assert!(next.unix_socket().is_none() || next.unix_socket() == url.unix_socket());
        let target = next.to_string();
        let again = url.join(&target).map(|url| url.to_string());
        assert!(next.unix_socket().is_some() || again.ok().as_ref() == Some(&target));
        url = next;
    }
}

/// What is requested fits a request line and a Host header, and is the same when what is shown of it is typed.
fn is_sound(url: &Url, style: PathStyle) {
    let target = url.request_target();
    assert!(
        target.starts_with('/') && target.bytes().all(|byte| byte.is_ascii_graphic()),
        "{target:?}"
    );
    let authority = url.authority();
    assert!(!url.host().is_empty());
    assert!(
        authority.bytes().all(|byte| byte.is_ascii_graphic()
            && !byte.is_ascii_uppercase()
            && !b"/?#@\\".contains(&byte)),
        "{authority:?}"
    );
    let shown = url.to_string();
    let again = Url::parse(&shown, style).unwrap_or_else(|error| panic!("{shown:?}: {error}"));
    assert_eq!(again.to_string(), shown);
    assert_eq!(again.origin(), url.origin());
    assert_eq!(again.request_target(), target);
    assert!(again.user_info.is_none());
}
