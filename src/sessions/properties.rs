//! What must hold for any cookie and any session file.

use super::CookieUrl;
use super::cookie_date::parse_cookie_date;
use super::cookie_parse::{MAX_LIFETIME, MAX_PAIR_LENGTH, keeps_prefix};
use super::cookie_scope::is_public_suffix;
use super::cookies::{Cookie, CookieJar, Reach};
use super::data::SessionData;
use super::file::SessionFile;
use super::import::Import;
use super::json::{Json, Members};
use super::netscape;
use crate::calendar;
use crate::headers::{Headers, is_control};

const NOW: i64 = 1_700_000_000;
const HOST: &str = "www.example.org";

/// A date is a second of the calendar, and reads the same when it is written anew.
pub(crate) fn cookie_date(input: &[u8]) {
    let Some(seconds) = parse_cookie_date(input) else {
        return;
    };
    let written = calendar::timestamp(seconds);
    let (year, rest) = written.split_at(4);
    let months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
    let month: usize = rest[1..3].parse().unwrap_or(0);
    let month = months.split(' ').nth(month - 1).unwrap_or_default();
    let again = format!("{} {month} {year} {}", &rest[4..6], &rest[7..15]);
    assert_eq!(
        parse_cookie_date(again.as_bytes()),
        Some(seconds),
        "{again}"
    );
}

/// The URL in the first line, `Set-Cookie` fields in the others.
pub(crate) fn set_cookie(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let url = text.lines().next().unwrap_or_default();
    let is_secure = url.starts_with("https:");
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-:".contains(&byte);
    let is_path = path.bytes().all(|byte| byte.is_ascii_graphic());
    if host.is_empty() || host.starts_with('.') || !host.bytes().all(is_host) || !is_path {
        return;
    }
    let url = CookieUrl::new(is_secure, host, path);
    let mut data = SessionData::empty();
    for line in input.split(|byte| *byte == b'\n').skip(1) {
        let jar = data.cookies_mut();
        if jar.receive(line, &url, NOW).is_ok() {
            let before = jar.len();
            assert_eq!(jar.receive(line, &url, NOW), Ok(()));
            assert_eq!(jar.len(), before, "one cookie is two");
        }
    }
    for cookie in data.cookies() {
        obeys_the_rules(cookie, &url);
    }
    goes_nowhere_else(data.cookies(), &url);
    survives_the_file(&data, url.host());
}

fn obeys_the_rules(cookie: &Cookie, url: &CookieUrl<'_>) {
    assert!(!cookie.name().is_empty());
    assert!(cookie.name().len() + cookie.value().len() <= MAX_PAIR_LENGTH);
    let texts = [cookie.name(), cookie.value(), cookie.path().as_bytes()];
    assert!(!texts.concat().iter().copied().any(is_control));
    assert!(!cookie.name().contains(&b'=') && !cookie.name().contains(&b';'));
    assert!(!cookie.value().contains(&b';'));
    assert!(cookie.path().starts_with('/'));
    match cookie.reach() {
        Reach::HostOnly => assert_eq!(cookie.domain(), url.host()),
        Reach::Domain => {
            assert!(url.is_within(cookie.domain()));
            assert!(!is_public_suffix(cookie.domain()), "{cookie:?}");
        }
        other => panic!("no server can ask for {other:?}"),
    }
    assert!(!cookie.secure() || url.is_secure());
    let bound_to_host = cookie.reach() == Reach::HostOnly && cookie.path() == "/";
    assert!(keeps_prefix(cookie.name(), cookie.secure(), bound_to_host));
    if let Some(expires) = cookie.expires() {
        assert!(expires > NOW && expires <= NOW + MAX_LIFETIME);
    }
}

fn goes_nowhere_else(jar: &CookieJar, url: &CookieUrl<'_>) {
    let foreign = format!("not{}", url.host());
    for host in [foreign.as_str(), "other.test", "com", "github.io"] {
        if host == url.host() || jar.iter().any(|cookie| cookie.domain() == host) {
            continue;
        }
        let elsewhere = CookieUrl::new(true, host, "/");
        let sent = jar
            .iter()
            .filter(|cookie| cookie.applies_to(&elsewhere, NOW));
        for cookie in sent {
            assert!(cookie.reach() == Reach::Domain && elsewhere.is_within(cookie.domain()));
            assert!(url.is_within(cookie.domain()));
        }
    }
    if let Some(line) = jar.header_for(url, NOW) {
        assert!(!line.iter().copied().any(is_control));
    }
}

/// Every cookie is in the file as it is in the jar.
fn survives_the_file(data: &SessionData, host: &str) {
    let mut file = SessionFile::new();
    file.apply(&data.change_set(), NOW);
    let text = file.into_text();
    let mut again = read(&text, host).unwrap_or_else(|| panic!("it cannot be read: {text}"));
    same_cookies(data.cookies().iter(), &again.take_cookies(), &text);
}

/// In any order: an object keyed by name is written in the order of names.
fn same_cookies<'a>(wanted: impl Iterator<Item = &'a Cookie>, found: &'a [Cookie], text: &str) {
    let (mut wanted, mut found): (Vec<_>, Vec<_>) = (wanted.collect(), found.iter().collect());
    let order = |a: &&Cookie, b: &&Cookie| (a.place(), a.value()).cmp(&(b.place(), b.value()));
    wanted.sort_by(order);
    found.sort_by(order);
    let mut found = found.into_iter();
    for wanted in wanted {
        let found = found
            .next()
            .unwrap_or_else(|| panic!("{wanted:?} is lost: {text}"));
        assert!(
            found.says_the_same_as(wanted) && found.is_in(&wanted.slot()),
            "{wanted:?} became {found:?}: {text}"
        );
    }
    assert!(found.next().is_none());
}

/// In any order of names, for the same reason.
fn same_headers(wanted: &Headers, found: &Headers) {
    let (mut wanted, mut found): (Vec<_>, Vec<_>) =
        (wanted.iter().collect(), found.iter().collect());
    wanted.sort_by_key(|header| header.name());
    found.sort_by_key(|header| header.name());
    assert_eq!(wanted, found);
}

fn read<'a>(text: &'a str, host: &str) -> Option<SessionFile<'a>> {
    SessionFile::read(Json::document(text).ok()?, host).ok()
}

/// What is read, written and read again is the same; what nobody knows stays; what is new comes beside it.
pub(crate) fn session_file(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let (Some(mut file), Some(same)) = (read(text, HOST), read(text, HOST)) else {
        return;
    };
    let written = same.into_text();
    let mut again = read(&written, HOST).unwrap_or_else(|| panic!("{text} became {written}"));
    same_headers(&file.headers(), &again.headers());
    assert!(file.credentials() == again.credentials(), "{written}");
    let cookies = file.take_cookies();
    same_cookies(cookies.iter(), &again.take_cookies(), &written);
    unknown_sections_stay(text, &written);
    let twice = read(&written, HOST).map(SessionFile::into_text);
    assert_eq!(twice.as_ref(), Some(&written), "it changes at every save");
    takes_a_cookie(text);
}

fn unknown_sections_stay(text: &str, written: &str) {
    let (Ok(before), Ok(after)) = (Json::document(text), Json::document(written)) else {
        panic!("{written}");
    };
    let section = |members: &Members<'_>, name: &str| {
        let mut found = members.iter().filter(|(key, _)| key == name);
        found.next().map(|(_, value)| without_space(value.as_str()))
    };
    for (name, value) in &before {
        let may_change = match &**name {
            "auth" => value.is_null(),
            name => matches!(name, "__meta__" | "cookies" | "headers"),
        };
        if !may_change {
            assert_eq!(section(&after, name), section(&before, name), "{name}");
        }
    }
}

/// The tokens of a JSON text in ASCII, with nothing between them.
fn without_space(json: &str) -> String {
    let mut out = String::new();
    let (mut in_string, mut is_escaped) = (false, false);
    for character in json.chars() {
        if in_string {
            in_string = is_escaped || character != '"';
            is_escaped = !is_escaped && character == '\\';
        } else {
            in_string = character == '"';
        }
        if character.is_ascii() && (in_string || !character.is_ascii_whitespace()) {
            out.push(character);
        } else if !character.is_ascii() {
            for unit in character.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}

/// A change is saved beside all else.
fn takes_a_cookie(text: &str) {
    let (Some(mut file), Some(mut source)) = (read(text, HOST), read(text, HOST)) else {
        return;
    };
    let mut data = SessionData::of_file(&mut source);
    let url = CookieUrl::new(true, HOST, "/");
    let line = b"fuzz=1; Path=/; Secure";
    if data.cookies_mut().receive(line, &url, NOW).is_err() {
        return;
    }
    file.apply(&data.change_set(), NOW);
    let written = file.into_text();
    let mut again = read(&written, HOST).unwrap_or_else(|| panic!("{text} became {written}"));
    same_headers(data.headers(), &again.headers());
    let cookies = again.take_cookies();
    let alive = data
        .cookies()
        .iter()
        .filter(|cookie| !cookie.is_expired(NOW));
    for cookie in alive {
        let is_here =
            |other: &Cookie| other.is_in(&cookie.slot()) && other.says_the_same_as(cookie);
        assert!(cookies.iter().any(is_here), "{cookie:?} is lost: {written}");
    }
    unknown_sections_stay(text, &written);
}

/// What is taken from a file keeps the rules, and what is written for other programs is read back.
pub(crate) fn cookies_txt(input: &[u8]) {
    drop(Import::read(input, None, NOW));
    let Ok(import) = Import::read(input, Some(HOST), NOW) else {
        return;
    };
    for cookie in &import.cookies {
        assert!(!is_public_suffix(cookie.domain()) || cookie.reach() == Reach::HostOnly);
        assert!(!cookie.name().is_empty() && cookie.path().starts_with('/'));
        let texts = [cookie.name(), cookie.value(), cookie.path().as_bytes()];
        assert!(
            !texts
                .concat()
                .iter()
                .any(|byte| is_control(*byte) || *byte == b';')
        );
        let export = netscape::write(std::iter::once(cookie), Some(HOST), NOW);
        let mut found = Vec::new();
        netscape::read(&export.text, |_, cookie| found.push(cookie));
        assert_eq!(found.len() + export.refused.len(), 1, "{cookie:?}");
        for read in found {
            let shown = String::from_utf8_lossy(&export.text);
            let Ok(read) = read else {
                panic!("{cookie:?} became {shown:?}")
            };
            let reach = match cookie.reach() {
                Reach::Assumed => Reach::Domain,
                reach => reach,
            };
            let wanted = Cookie {
                reach,
                same_site: None,
                ..cookie.clone()
            };
            assert!(
                read.says_the_same_as(&wanted) && read.is_in(&wanted.slot()),
                "{wanted:?} became {read:?}: {shown:?}"
            );
        }
    }
}
