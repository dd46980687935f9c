//! The way to an origin: directly, through a Unix socket, or by a proxy; chosen anew for each request of an exchange.
//!
//! The request is made fit for its way here, before it is shown and sent (law 1): an HTTP proxy gets the whole URL and
//! its credentials, and nobody else gets either (law 3).

use std::path::PathBuf;
use std::sync::Arc;

use super::proxy::{Proxy, ProxyRules};
use crate::error::Error;
use crate::request::build::{Request, TargetForm};
use crate::request::url::{Origin, Scheme, Url};

const HEADER: &str = "Proxy-Authorization";

/// How an origin is reached.
#[derive(Clone, Default, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(crate) enum Route {
    #[default]
    Direct,
    UnixSocket(PathBuf),
    /// An HTTP proxy is asked for the URL itself.
    Forward(Arc<Proxy>),
    /// An HTTP proxy connects us (CONNECT).
    Tunnel {
        proxy: Arc<Proxy>,
        authorization: Option<Vec<u8>>,
    },
    Socks(Arc<Proxy>),
}

impl Route {
    /// The URL under which connections by this route are kept: requests with equal ones can share a connection.
    pub(super) fn connection_url(&self, origin: &Origin) -> String {
        let (scheme, host, port) = match self {
            // Connections to one proxy serve all origins behind it.
            Route::Forward(proxy) => ("http", proxy.host.as_str(), proxy.port),
            // There is one socket in a run, and nothing else is at this name (RFC 6761, section 6.4).
            Route::UnixSocket(_) if origin.scheme == Scheme::Http => {
                ("http", "unix-socket.invalid", 80)
            }
            _ => (origin.scheme.as_str(), origin.host.as_str(), origin.port),
        };
        format!("{scheme}://{host}:{port}/")
    }
}

/// Finds the route of each request of an exchange.
pub(crate) struct Router {
    rules: ProxyRules,
    /// `--unix-socket`: everything goes there, and no proxy is asked.
    unix_socket: Option<PathBuf>,
    /// Credentials that were typed as a header, and the proxy that the first request was for.
    typed: Option<(Vec<u8>, Arc<Proxy>)>,
    /// Whether the header in the request is the proxy's, and not something that the origin was sent on purpose.
    is_proxys: bool,
    has_begun: bool,
}

impl Router {
    pub(crate) fn new(rules: ProxyRules, unix_socket: Option<PathBuf>) -> Router {
        Router {
            rules,
            unix_socket,
            typed: None,
            is_proxys: false,
            has_begun: false,
        }
    }

    /// Chooses the route of a request and makes the request fit for it.
    ///
    /// # Errors
    /// The proxy that the environment names for it has no valid URL.
    pub(crate) fn lead(&mut self, request: &mut Request) -> Result<Route, Error> {
        let mut route = self.route_of(&request.url)?;
        match &mut route {
            Route::Forward(proxy) => {
                let authorization = self.authorization(request, proxy)?;
                request.target_form = TargetForm::Absolute;
                self.show_to(request, authorization);
            }
            Route::Tunnel {
                proxy,
                authorization,
            } => {
                *authorization = self.authorization(request, proxy)?;
                self.keep_from_origin(request);
            }
            Route::Direct | Route::UnixSocket(_) | Route::Socks(_) => {
                self.keep_from_origin(request)
            }
        }
        Ok(route)
    }

    fn route_of(&self, url: &Url) -> Result<Route, Error> {
        if let Some(socket) = self.unix_socket.as_deref().or(url.unix_socket()) {
            return Ok(Route::UnixSocket(socket.to_owned()));
        }
        Ok(match (self.rules.proxy_for(url)?, url.scheme) {
            (None, _) => Route::Direct,
            (Some(proxy), _) if proxy.kind.is_socks() => Route::Socks(proxy),
            (Some(proxy), Scheme::Http) => Route::Forward(proxy),
            (Some(proxy), Scheme::Https) => Route::Tunnel {
                proxy,
                authorization: None,
            },
        })
    }

    /// What the proxy is to be shown: the header that was typed when the exchange began with this proxy, else what its URL
    /// says.
    fn authorization(
        &mut self,
        request: &Request,
        proxy: &Arc<Proxy>,
    ) -> Result<Option<Vec<u8>>, Error> {
        if !self.has_begun {
            self.has_begun = true;
            self.typed = request
                .headers
                .get(HEADER)
                .map(|value| (value.to_vec(), Arc::clone(proxy)));
            self.is_proxys = self.typed.is_some();
        }
        match &self.typed {
            Some((value, own)) if own == proxy => Ok(Some(value.clone())),
            _ => proxy.authorization(),
        }
    }

    fn show_to(&mut self, request: &mut Request, authorization: Option<Vec<u8>>) {
        match authorization {
            // A typed header stays where it was typed.
            Some(value) if request.headers.get(HEADER) == Some(&value) => {}
            Some(value) if request.headers.contains(HEADER) => request.headers.set(HEADER, value),
            Some(value) => request.insert_before_host(HEADER, value),
            None if self.is_proxys => {
                request.headers.remove(HEADER);
            }
            None => {}
        }
        self.is_proxys = true;
    }

    /// A header that a session kept was typed for a proxy once; one that was typed now and meets no proxy is meant for
    /// the origin.
    fn keep_from_origin(&mut self, request: &mut Request) {
        let is_kept = || {
            let mut bound = request.bound_headers.iter();
            bound.any(|name| name.eq_ignore_ascii_case(HEADER.as_bytes()))
        };
        let is_proxys = self.is_proxys || (!self.has_begun && is_kept());
        if is_proxys {
            request.headers.remove(HEADER);
        }
        self.has_begun = true;
        self.is_proxys = false;
        request.target_form = TargetForm::Origin;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::ProxyRule;
    use crate::environment::Environment;
    use crate::headers::Headers;
    use crate::request::body::Body;
    use crate::request::url::PathStyle;

    fn router(rules: &[(&str, &str)]) -> Router {
        let mut typed: Vec<_> = rules
            .iter()
            .map(|(protocol, url)| ProxyRule {
                protocol: (*protocol).to_owned(),
                url: (*url).to_owned(),
            })
            .collect();
        // What the machine's environment says is nothing to the tests.
        typed.insert(
            0,
            ProxyRule {
                protocol: "all".to_owned(),
                url: String::new(),
            },
        );
        typed.insert(
            0,
            ProxyRule {
                protocol: "no_proxy".to_owned(),
                url: "*".to_owned(),
            },
        );
        Router::new(ProxyRules::new(&typed, &Environment::new()).unwrap(), None)
    }

    fn request(url: &str, typed: Option<&str>) -> Request {
        let mut headers = Headers::new();
        if let Some(typed) = typed {
            headers.append("proxy-authorization", typed);
        }
        headers.append("Host", "a.test");
        Request {
            method: "GET".to_owned(),
            url: Url::parse(url, PathStyle::Normalized).unwrap(),
            target_form: TargetForm::Origin,
            headers,
            body: Body::Empty,
            chunked: false,
            bound_headers: Vec::new(),
            typed_cookie: None,
        }
    }

    fn head(request: &Request) -> String {
        String::from_utf8(request.head())
            .unwrap()
            .replace("\r\n", "|")
    }

    #[test]
    fn a_forwarding_proxy_gets_the_whole_url_and_its_credentials() {
        let mut router = router(&[("http", "u:p@proxy")]);
        let mut asked = request("http://a.test/x?y#z", None);
        assert!(matches!(router.lead(&mut asked), Ok(Route::Forward(_))));
        assert_eq!(
            head(&asked),
            "GET http://a.test/x?y HTTP/1.1|Proxy-Authorization: Basic dTpw|Host: a.test||"
        );
        asked.url = Url::parse("https://a.test/", PathStyle::Normalized).unwrap();
        assert_eq!(router.lead(&mut asked).unwrap(), Route::Direct);
        assert_eq!(head(&asked), "GET / HTTP/1.1|Host: a.test||");
        asked.url = Url::parse("http://b.test/", PathStyle::Normalized).unwrap();
        router.lead(&mut asked).unwrap();
        assert!(
            head(&asked).contains("Basic dTpw"),
            "the way back has them again"
        );
    }

    #[test]
    fn a_typed_header_belongs_to_the_proxy_of_the_first_request() {
        let mut router = router(&[("http", "one"), ("https", "one"), ("http://b.test", "two")]);
        let mut asked = request("http://a.test/", Some("typed"));
        router.lead(&mut asked).unwrap();
        assert_eq!(
            head(&asked),
            "GET http://a.test/ HTTP/1.1|proxy-authorization: typed|Host: a.test||"
        );
        asked.url = Url::parse("https://a.test/", PathStyle::Normalized).unwrap();
        let Ok(Route::Tunnel { authorization, .. }) = router.lead(&mut asked) else {
            panic!("https goes through a tunnel");
        };
        assert_eq!(authorization.as_deref(), Some(&b"typed"[..]));
        assert_eq!(head(&asked), "GET / HTTP/1.1|Host: a.test||");
        asked.url = Url::parse("http://b.test/", PathStyle::Normalized).unwrap();
        router.lead(&mut asked).unwrap();
        assert_eq!(head(&asked), "GET http://b.test/ HTTP/1.1|Host: a.test||");
        let mut direct = self::router(&[]);
        let mut asked = request("http://a.test/", Some("typed"));
        assert_eq!(direct.lead(&mut asked).unwrap(), Route::Direct);
        assert!(
            head(&asked).contains("typed"),
            "what is typed for the origin goes there"
        );
        let mut kept = request("http://a.test/", Some("typed once"));
        kept.bound_headers.push(b"proxy-authorization".to_vec());
        self::router(&[]).lead(&mut kept).unwrap();
        assert_eq!(head(&kept), "GET / HTTP/1.1|Host: a.test||");
    }
}
