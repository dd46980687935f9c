//! What was asked of the network and of the output, in curl's options.

use std::net::Ipv6Addr;
use std::path::Path;

use super::words::{Opt, Words};
use crate::cli::args::{Args, IpVersion, SslVersion};
use crate::cli::invocation::{Invocation, Trust};
use crate::error::Error;
use crate::request::url::{Scheme, Url};
use crate::url_text::end_of_user_info;

const FOLLOW: Opt = Opt::new("-L", "--location");
const MAX_REDIRECTS: Opt = Opt::long("--max-redirs");
const COOKIES: Opt = Opt::new("-b", "--cookie");
const FAIL: Opt = Opt::long("--fail-with-body");
const CONNECT_TIMEOUT: Opt = Opt::long("--connect-timeout");
const SPEED_TIME: Opt = Opt::new("-y", "--speed-time");
const SPEED_LIMIT: Opt = Opt::new("-Y", "--speed-limit");
const IPV4: Opt = Opt::new("-4", "--ipv4");
const IPV6: Opt = Opt::new("-6", "--ipv6");
const UNIX_SOCKET: Opt = Opt::long("--unix-socket");
const INTERFACE: Opt = Opt::long("--interface");
const RESOLVE: Opt = Opt::long("--resolve");
const PROXY: Opt = Opt::new("-x", "--proxy");
const NO_PROXY: Opt = Opt::long("--noproxy");
const INSECURE: Opt = Opt::new("-k", "--insecure");
const CA_FILE: Opt = Opt::long("--cacert");
const CA_FOLDER: Opt = Opt::long("--capath");
const CERT: Opt = Opt::new("-E", "--cert");
const KEY: Opt = Opt::long("--key");
const PASSPHRASE: Opt = Opt::long("--pass");
const CIPHERS: Opt = Opt::long("--ciphers");
const TLS_MAX: Opt = Opt::long("--tls-max");
const OUTPUT: Opt = Opt::new("-o", "--output");
const REMOTE_NAME: Opt = Opt::new("-O", "--remote-name");
const SERVER_NAME: Opt = Opt::new("-J", "--remote-header-name");
const RESUME: Opt = Opt::new("-C", "--continue-at");
const INCLUDE: Opt = Opt::new("-i", "--include");
const VERBOSE: Opt = Opt::new("-v", "--verbose");
const NO_BUFFER: Opt = Opt::new("-N", "--no-buffer");

/// Whether redirects are followed: a download does so too.
pub(super) fn follows(invocation: &Invocation) -> bool {
    invocation.args.follow || invocation.args.download
}

pub(super) fn push(
    words: &mut Words,
    invocation: &Invocation,
    url: &Url,
    unix_socket: Option<&Path>,
) -> Result<(), Error> {
    let args = &invocation.args;
    if follows(invocation) {
        words.switch(FOLLOW);
        // We count responses, and curl those that it follows.
        let max = if args.max_redirects > 0 {
            args.max_redirects - 1
        } else {
            -1
        };
        words.option(MAX_REDIRECTS, max.to_string());
        // Cookies that are set on the way are sent on.
        words.option(COOKIES, "");
    }
    if args.check_status || args.download {
        words.switch(FAIL);
    }
    push_timeouts(words, args)?;
    push_connection(words, args, url);
    if let Some(socket) = unix_socket {
        words.option(UNIX_SOCKET, bytes(socket));
    }
    push_proxy(words, args, url);
    // A request that stays on http needs nothing of it.
    if url.scheme == Scheme::Https || follows(invocation) || !args.proxy.is_empty() {
        push_tls(words, invocation);
    }
    push_output(words, args);
    Ok(())
}

/// Our timeout is over when nothing has come for so long; that is what curl calls a speed.
fn push_timeouts(words: &mut Words, args: &Args) -> Result<(), Error> {
    let timeout = args.timeout()?;
    if let Some(connecting) = args.connect_timeout()?.or(timeout) {
        words.option(CONNECT_TIMEOUT, connecting.as_secs_f64().to_string());
    }
    if let Some(timeout) = timeout {
        words.option(SPEED_TIME, timeout.as_secs_f64().ceil().to_string());
        words.option(SPEED_LIMIT, "1");
    }
    Ok(())
}

fn push_connection(words: &mut Words, args: &Args, url: &Url) {
    match args.ip_version {
        None => {}
        Some(IpVersion::V4) => words.switch(IPV4),
        Some(IpVersion::V6) => words.switch(IPV6),
    }
    if let Some(interface) = &args.interface {
        words.option(INTERFACE, interface);
    }
    for pin in &args.resolve {
        words.option(RESOLVE, with_port(pin, url.port()));
    }
}

/// `HOST:ADDRESS` in the form of curl's, which wants the port too, and an IPv6 address in brackets.
fn with_port(pin: &str, port: u16) -> String {
    let (host, rest) = pin.split_once(':').unwrap_or((pin, ""));
    if rest.parse::<Ipv6Addr>().is_ok() {
        return format!("{host}:{port}:[{rest}]");
    }
    let names_port = rest
        .split_once(':')
        .is_some_and(|(port, _)| port.parse::<u16>().is_ok());
    match names_port {
        true => pin.to_owned(),
        false => format!("{host}:{port}:{rest}"),
    }
}

/// One proxy for all: the rule for the URL's own scheme and host comes before those that say less, as in requests.
fn push_proxy(words: &mut Words, args: &Args, url: &Url) {
    let of = |key: &str| {
        let mut rules = args.proxy.iter().rev();
        rules.find(|rule| rule.protocol.eq_ignore_ascii_case(key))
    };
    let (scheme, host) = (url.scheme.as_str(), url.host());
    let keys = [
        format!("{scheme}://{host}"),
        scheme.to_owned(),
        format!("all://{host}"),
        "all".to_owned(),
    ];
    match keys.iter().find_map(|key| of(key)) {
        None => {}
        Some(rule) if rule.url.is_empty() => words.option(NO_PROXY, "*"),
        Some(rule) => {
            let proxy = without_user_info(words, &rule.url);
            words.option(PROXY, proxy);
        }
    }
    if let Some(list) = of("no_proxy") {
        words.option(NO_PROXY, &list.url);
    }
}

/// A URL whose user info is masked, where it has any and secrets are not shown.
fn without_user_info(words: &mut Words, url: &str) -> Vec<u8> {
    let start = url.find("://").map_or(0, |at| at + 3);
    let Some(at) = end_of_user_info(&url.as_bytes()[start..]) else {
        return url.as_bytes().to_vec();
    };
    let (user_info, rest) = url[start..].split_at(at);
    let shown = words.secret(user_info);
    [&url.as_bytes()[..start], &shown, rest.as_bytes()].concat()
}

/// The bytes of a path: on Unix, those of the file's name.
fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

fn push_tls(words: &mut Words, invocation: &Invocation) {
    let args = &invocation.args;
    match &invocation.trust {
        Trust::Nobody => words.switch(INSECURE),
        Trust::Bundle(path) if path.is_dir() => words.option(CA_FOLDER, bytes(path)),
        Trust::Bundle(path) => words.option(CA_FILE, bytes(path)),
        // curl has roots of its own, mostly the same.
        _ => {}
    }
    let only = match args.ssl {
        None | Some(SslVersion::Negotiated) => None,
        Some(SslVersion::Tls1) => Some(("--tlsv1.0", "1.0")),
        Some(SslVersion::Tls1_1) => Some(("--tlsv1.1", "1.1")),
        Some(SslVersion::Tls1_2) => Some(("--tlsv1.2", "1.2")),
        Some(SslVersion::Tls1_3) => Some(("--tlsv1.3", "1.3")),
    };
    if let Some((least, most)) = only {
        words.switch(Opt::long(least));
        words.option(TLS_MAX, most);
    }
    if let Some(ciphers) = &args.ciphers {
        words.option(CIPHERS, ciphers);
    }
    if let Some(cert) = &args.cert {
        // Behind a colon, curl expects the passphrase.
        let name = bytes(cert).iter().flat_map(|&byte| match byte {
            b':' | b'\\' => vec![b'\\', byte],
            other => vec![other],
        });
        words.option(CERT, name.collect::<Vec<u8>>());
    }
    if let Some(key) = &args.cert_key {
        words.option(KEY, bytes(key));
    }
    if let Some(passphrase) = &args.cert_key_pass {
        let passphrase = words.secret(passphrase);
        words.option(PASSPHRASE, passphrase);
    }
}

fn push_output(words: &mut Words, args: &Args) {
    let prints = |letter: char| {
        args.print
            .as_ref()
            .is_some_and(|print| print.contains(letter))
    };
    if args.verbose > 0 {
        words.switch(VERBOSE);
    } else if prints('h') {
        words.switch(INCLUDE);
    }
    if args.stream {
        words.switch(NO_BUFFER);
    }
    match &args.output {
        Some(path) => words.option(OUTPUT, bytes(path)),
        None if args.download => {
            words.switch(REMOTE_NAME);
            words.switch(SERVER_NAME);
        }
        None => {}
    }
    if args.resume {
        words.option(RESUME, "-");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::CurlNames;
    use crate::cli::invocation::Secrets;

    #[test]
    fn an_address_for_a_host_has_a_port_in_curl() {
        for (pin, want) in [
            ("x.org:127.0.0.1", "x.org:80:127.0.0.1"),
            ("x.org:443:127.0.0.1", "x.org:443:127.0.0.1"),
            ("x.org:[::1]", "x.org:80:[::1]"),
            ("x.org:::1", "x.org:80:[::1]"),
            ("x.org:8080:[::1],127.0.0.1", "x.org:8080:[::1],127.0.0.1"),
        ] {
            assert_eq!(with_port(pin, 80), want);
        }
    }

    #[test]
    fn user_info_of_a_proxy_is_masked() {
        let mut words = Words::new(CurlNames::Short, Secrets::Masked);
        for (url, want) in [
            ("http://u:p@h:1/x@y", "http://***@h:1/x@y"),
            ("http://u:p/q#r@h:1", "http://***@h:1"),
            ("socks5://h", "socks5://h"),
            ("u:p@h", "***@h"),
            ("", ""),
        ] {
            let shown = without_user_info(&mut words, url);
            assert_eq!(String::from_utf8(shown).unwrap(), want);
        }
        assert!(words.has_masked());
    }
}
