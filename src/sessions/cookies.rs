//! Cookies and the jar that holds them: what replaces what, what is sent where and in which order, what is evicted
//! (RFC 6265bis, sections 5.7 and 5.8).
//!
//! A jar works without any session: it takes `Set-Cookie` lines and gives `Cookie` lines. It notes what has changed
//! since it was loaded, so that a session can merge just that into its file. The time is always a parameter.

use std::collections::HashSet;
use std::fmt;

use super::cookie_parse::{Refusal, SameSite, accept, read_typed};
use super::cookie_scope::{
    CookieUrl, is_public_suffix, is_subdomain, path_matches, registrable_domain,
};

/// The most cookies that a server may leave below one registrable domain. Browsers allow 180; many CI jobs that use
/// one session, each with a cookie of its own, need more.
pub(super) const MAX_PER_DOMAIN: usize = 1000;
/// The number of cookies from which on a new one takes the place of an old one.
const MAX_IN_ALL: usize = 3000;

/// Which hosts a cookie goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reach {
    /// Only to the host that is its domain.
    HostOnly,
    /// To its domain and every subdomain: it came with a Domain attribute.
    Domain,
    /// The same, but only since its file does not tell whether it came with a Domain attribute (HTTPie does not note
    /// it). Whatever the server says next decides.
    Assumed,
    /// To every host: its file says so with `"domain": null`.
    AnyHost,
    /// To every host until a server replaces it: its file is from before HTTPie 3.2, or has an empty domain.
    Unbound,
}

/// How a cookie stands to the file of its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// As it is in the file.
    Stored,
    /// Taken over from a read-only session: goes into the file unless the file has one in its place.
    Inherited,
    /// New or other than in the file.
    Changed,
}

/// One cookie.
#[derive(Clone)]
pub struct Cookie {
    pub(super) name: Vec<u8>,
    pub(super) value: Vec<u8>,
    pub(super) domain: String,
    pub(super) reach: Reach,
    pub(super) path: String,
    pub(super) secure: bool,
    pub(super) http_only: bool,
    pub(super) same_site: Option<SameSite>,
    pub(super) expires: Option<i64>,
    pub(super) standing: Standing,
}

impl Cookie {
    /// A cookie for path `/` that neither expires nor asks for TLS. `domain` is in lower case, and empty where
    /// `reach` is every host.
    pub fn new(
        name: impl Into<Vec<u8>>,
        value: impl Into<Vec<u8>>,
        domain: impl Into<String>,
        reach: Reach,
    ) -> Cookie {
        Cookie {
            name: name.into(),
            value: value.into(),
            domain: domain.into(),
            reach,
            path: "/".to_owned(),
            secure: false,
            http_only: false,
            same_site: None,
            expires: None,
            standing: Standing::Changed,
        }
    }

    /// The name, which may be empty.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// The value, byte for byte as the server sent it.
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    /// The domain, without a leading dot; empty for a cookie that goes to every host.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Which hosts it goes to.
    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// The path that it applies to.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether it goes only over TLS, or to this machine.
    pub fn secure(&self) -> bool {
        self.secure
    }

    /// Whether scripts in a browser may not see it.
    pub fn http_only(&self) -> bool {
        self.http_only
    }

    /// Its SameSite attribute.
    pub fn same_site(&self) -> Option<SameSite> {
        self.same_site
    }

    /// When it expires, in seconds since the epoch; nothing for one that lives as long as its session.
    pub fn expires(&self) -> Option<i64> {
        self.expires
    }

    /// Whether its time is over.
    pub fn is_expired(&self, now: i64) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// Whether a request to `url` carries it (section 5.8.3).
    pub fn applies_to(&self, url: &CookieUrl<'_>, now: i64) -> bool {
        (!self.secure || url.is_secure())
            && path_matches(url.path(), &self.path)
            && self.reaches(url)
            && !self.is_expired(now)
    }

    fn reaches(&self, url: &CookieUrl<'_>) -> bool {
        match self.reach {
            Reach::AnyHost | Reach::Unbound => true,
            Reach::HostOnly => self.domain == url.host(),
            // HTTPie stores cookies for public suffixes; they must not go to all who live below one.
            Reach::Domain | Reach::Assumed => {
                self.domain == url.host()
                    || (url.is_within(&self.domain) && !is_public_suffix(&self.domain))
            }
        }
    }

    /// Name, domain and path: what precedence between sessions goes by.
    pub(super) fn place(&self) -> (&[u8], &str, &str) {
        (&self.name, &self.domain, &self.path)
    }

    /// What identifies a cookie in a jar (section 5.7): its place, and whether it is host-only.
    pub(super) fn slot(&self) -> Slot {
        Slot {
            name: self.name.clone(),
            domain: self.domain.clone(),
            path: self.path.clone(),
            reach: self.reach,
        }
    }

    pub(super) fn is_in(&self, slot: &Slot) -> bool {
        self.reach == slot.reach
            && self.name == slot.name
            && self.domain == slot.domain
            && self.path == slot.path
    }

    /// Whether it takes the place of `old`. Of a file's cookies that do not say where they came from, the newcomer
    /// is taken to be the next version.
    fn replaces(&self, old: &Cookie) -> bool {
        // A server can make this the work of a run: names differ most often, so they come first.
        self.name == old.name
            && self.path == old.path
            && match old.reach {
                Reach::Unbound => true,
                Reach::Assumed => old.domain == self.domain,
                reach => reach == self.reach && old.domain == self.domain,
            }
    }

    pub(super) fn says_the_same_as(&self, other: &Cookie) -> bool {
        self.value == other.value
            && self.reach == other.reach
            && self.domain == other.domain
            && self.secure == other.secure
            && self.http_only == other.http_only
            && self.same_site == other.same_site
            && self.expires == other.expires
    }
}

/// Shows everything but the value, which is often a secret.
impl fmt::Debug for Cookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cookie")
            .field("name", &String::from_utf8_lossy(&self.name))
            .field("value", &"***")
            .field("domain", &self.domain)
            .field("reach", &self.reach)
            .field("path", &self.path)
            .field("secure", &self.secure)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// The identity of a cookie in a jar.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Slot {
    pub(super) name: Vec<u8>,
    pub(super) domain: String,
    pub(super) path: String,
    pub(super) reach: Reach,
}

/// Cookies, the oldest first.
///
/// ```
/// use httpie::sessions::{CookieJar, CookieUrl};
/// let mut jar = CookieJar::new();
/// let login = CookieUrl::new(true, "www.example.com", "/login");
/// jar.receive(b"sid=31d4; Path=/; Domain=example.com; Secure", &login, 0)?;
/// let api = CookieUrl::new(true, "api.example.com", "/v1");
/// assert_eq!(jar.header_for(&api, 0).as_deref(), Some(&b"sid=31d4"[..]));
/// let plain = CookieUrl::new(false, "api.example.com", "/v1");
/// assert_eq!(jar.header_for(&plain, 0), None);
/// # Ok::<(), httpie::sessions::Refusal>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct CookieJar {
    cookies: Vec<Cookie>,
    /// What was here when the jar was loaded, or came later, and must go from the file.
    removed: Vec<Slot>,
}

impl CookieJar {
    /// An empty jar.
    pub fn new() -> CookieJar {
        CookieJar::default()
    }

    /// A jar of what a file holds.
    pub(super) fn of_stored(mut cookies: Vec<Cookie>) -> CookieJar {
        for cookie in &mut cookies {
            cookie.standing = Standing::Stored;
        }
        CookieJar {
            cookies,
            removed: Vec::new(),
        }
    }

    /// The cookies, the oldest first, expired ones among them.
    pub fn iter(&self) -> std::slice::Iter<'_, Cookie> {
        self.cookies.iter()
    }

    /// How many cookies there are.
    pub fn len(&self) -> usize {
        self.cookies.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.cookies.is_empty()
    }

    /// Takes a `Set-Cookie` line that came from `from`, or removes what the line lets expire.
    ///
    /// # Errors
    ///
    /// The reason why RFC 6265bis wants it ignored. The jar is as it was.
    pub fn receive(
        &mut self,
        set_cookie: &[u8],
        from: &CookieUrl<'_>,
        now: i64,
    ) -> Result<(), Refusal> {
        let cookie = accept(set_cookie, from, now)?;
        if !cookie.secure && !from.is_secure() && self.has_secure_twin(&cookie) {
            return Err(Refusal::WouldReplaceSecure);
        }
        let before = self.cookies.len();
        self.store(cookie, now);
        if self.cookies.len() > before {
            self.evict(now);
        }
        Ok(())
    }

    /// Section 5.7: a Secure cookie of that name whose domain matches either way and whose path covers the new one's.
    fn has_secure_twin(&self, new: &Cookie) -> bool {
        let domains_match = |a: &str, b: &str| a == b || is_subdomain(a, b);
        self.cookies.iter().any(|old| {
            old.secure
                && old.name == new.name
                && (domains_match(&old.domain, &new.domain)
                    || domains_match(&new.domain, &old.domain))
                && path_matches(&new.path, &old.path)
        })
    }

    /// Puts a cookie into the jar, in the place of the one that it replaces; an expired one only removes that.
    pub fn insert(&mut self, cookie: Cookie, now: i64) {
        self.store(cookie, now);
    }

    fn store(&mut self, mut cookie: Cookie, now: i64) {
        let first = self.cookies.iter().position(|old| cookie.replaces(old));
        if cookie.is_expired(now) {
            if first.is_some() {
                self.remove_where(|old| cookie.replaces(old));
            }
            return;
        }
        let Some(first) = first else {
            cookie.standing = Standing::Changed;
            return self.cookies.push(cookie);
        };
        if cookie.says_the_same_as(&self.cookies[first]) {
            return;
        }
        cookie.standing = Standing::Changed;
        let old = std::mem::replace(&mut self.cookies[first], cookie.clone());
        if !cookie.is_in(&old.slot()) {
            self.removed.push(old.slot());
        }
        let mut index = 0;
        self.remove_where(|other| {
            index += 1;
            index - 1 > first && cookie.replaces(other)
        });
    }

    /// Removes every cookie for which `gone` answers true, and notes that it must go from the file too.
    pub fn remove_where(&mut self, mut gone: impl FnMut(&Cookie) -> bool) {
        let removed = &mut self.removed;
        self.cookies.retain(|cookie| {
            let gone = gone(cookie);
            if gone {
                removed.push(cookie.slot());
            }
            !gone
        });
    }

    /// After one cookie was added: if there are too many, one goes, an expired one first, else the oldest. A jar
    /// that was loaded with more than the limit keeps what it has.
    fn evict(&mut self, now: i64) {
        if self.cookies.len() <= MAX_PER_DOMAIN {
            return;
        }
        let Some((newest, others)) = self.cookies.split_last() else {
            return;
        };
        let domain = registrable_domain(&newest.domain);
        let is_of_domain =
            |cookie: &Cookie| cookie.domain == domain || is_subdomain(&cookie.domain, domain);
        let crowded = others.iter().filter(|cookie| is_of_domain(cookie)).count() >= MAX_PER_DOMAIN;
        if !crowded && others.len() < MAX_IN_ALL {
            return;
        }
        let may_go = |cookie: &Cookie| !crowded || is_of_domain(cookie);
        let expired = |cookie: &Cookie| cookie.is_expired(now) && may_go(cookie);
        let victim = others
            .iter()
            .position(expired)
            .or_else(|| others.iter().position(may_go));
        if let Some(victim) = victim {
            let gone = self.cookies.remove(victim);
            self.removed.push(gone.slot());
        }
    }

    /// The value of the `Cookie` header of a request to `url`: the longest path first, then the oldest.
    pub fn header_for(&self, url: &CookieUrl<'_>, now: i64) -> Option<Vec<u8>> {
        let mut sent: Vec<&Cookie> = self
            .cookies
            .iter()
            .filter(|cookie| cookie.applies_to(url, now))
            .collect();
        sent.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let mut line = Vec::new();
        for cookie in &sent {
            if !line.is_empty() {
                line.extend_from_slice(b"; ");
            }
            // Section 5.8.3: without a name, no equals sign either.
            if !cookie.name.is_empty() {
                line.extend_from_slice(&cookie.name);
                line.push(b'=');
            }
            line.extend_from_slice(&cookie.value);
        }
        (!sent.is_empty()).then_some(line)
    }

    /// Takes over a typed `Cookie` line for a request to `url`. A typed cookie beats the stored ones of its name that
    /// would be sent: it takes the place of the first, keeping its scope, and the others go.
    pub(crate) fn take_typed(&mut self, line: &[u8], url: &CookieUrl<'_>, now: i64) {
        let mut earlier: HashSet<Slot> = HashSet::new();
        for typed in read_typed(line, url, now) {
            let mut cookie = typed.cookie;
            if typed.replaces_sent && !cookie.name.is_empty() {
                let rivals: Vec<Slot> = self
                    .cookies
                    .iter()
                    .filter(|old| old.name == cookie.name && old.applies_to(url, now))
                    .map(Cookie::slot)
                    .filter(|slot| !earlier.contains(slot))
                    .collect();
                // The longest path is sent first, and of those the oldest.
                if let Some(first) = rivals
                    .iter()
                    .min_by_key(|slot| std::cmp::Reverse(slot.path.len()))
                {
                    cookie = self.typed_in_place_of(first, cookie);
                    self.remove_where(|old| {
                        rivals
                            .iter()
                            .any(|rival| rival != first && old.is_in(rival))
                    });
                }
            }
            earlier.insert(cookie.slot());
            self.store(cookie, now);
        }
    }

    /// The typed cookie with the scope and flags of the stored one, unless that goes to every host without being
    /// told to.
    fn typed_in_place_of(&self, slot: &Slot, typed: Cookie) -> Cookie {
        let stored = self.cookies.iter().find(|cookie| cookie.is_in(slot));
        match stored {
            Some(stored) if stored.reach != Reach::Unbound => Cookie {
                value: typed.value,
                expires: typed.expires,
                secure: typed.secure || stored.secure,
                http_only: typed.http_only || stored.http_only,
                ..stored.clone()
            },
            Some(stored) => Cookie {
                path: stored.path.clone(),
                ..typed
            },
            None => typed,
        }
    }

    /// Lays this jar over `base`: what it lacks, by name, domain and path, it takes over.
    pub(super) fn inherit(&mut self, base: CookieJar, now: i64) {
        if base.is_empty() {
            return;
        }
        let alive = |cookie: &&Cookie| !cookie.is_expired(now);
        let taken: HashSet<_> = self
            .cookies
            .iter()
            .filter(alive)
            .map(Cookie::place)
            .collect();
        let inherited: Vec<Cookie> = base
            .cookies
            .into_iter()
            .filter(|cookie| !cookie.is_expired(now) && !taken.contains(&cookie.place()))
            .map(|cookie| Cookie {
                standing: Standing::Inherited,
                ..cookie
            })
            .collect();
        self.cookies.extend(inherited);
    }

    pub(super) fn removed(&self) -> &[Slot] {
        &self.removed
    }

    pub(super) fn is_unchanged(&self) -> bool {
        let stored = |cookie: &Cookie| cookie.standing == Standing::Stored;
        self.removed.is_empty() && self.cookies.iter().all(stored)
    }

    /// From here on, what is in the jar is what is in the file.
    pub(super) fn mark_stored(&mut self) {
        self.removed.clear();
        for cookie in &mut self.cookies {
            cookie.standing = Standing::Stored;
        }
    }
}

impl<'a> IntoIterator for &'a CookieJar {
    type Item = &'a Cookie;
    type IntoIter = std::slice::Iter<'a, Cookie>;

    fn into_iter(self) -> Self::IntoIter {
        self.cookies.iter()
    }
}

#[cfg(test)]
mod tests;
