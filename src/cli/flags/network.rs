//! Options on the connection, redirects, limits and TLS.

use std::path::PathBuf;
use std::time::Duration;

use super::super::args::{IpVersion, SslVersion, Verify};
use super::{Category, Effect, Flag, Lineage, Value, ValueFacts, ValueKind};

static SSL_VERSIONS: [(&str, SslVersion); 5] = [
    ("ssl2.3", SslVersion::Negotiated),
    ("tls1", SslVersion::Tls1),
    ("tls1.1", SslVersion::Tls1_1),
    ("tls1.2", SslVersion::Tls1_2),
    ("tls1.3", SslVersion::Tls1_3),
];

/// The value of `--wait` without one.
const USUAL_WAIT: Duration = Duration::from_secs(30);

pub(super) static FLAGS: &[Flag] = &[
    Flag {
        long: "offline",
        category: Category::Network,
        short_help: "Build and print the request, and do not send it",
        long_help: "Build the request and print it (--print=HB, unless something else is asked for), and do not send it.",
        effect: Effect::Switch(|args| args.offline = true),
        reset: |args, default| args.offline = default.offline,
        ..Flag::BASE
    },
    Flag {
        long: "proxy",
        category: Category::Network,
        short_help: "The proxy for a protocol",
        long_help: "\
The proxy for URLs of a protocol, which is http, https or all. It can be repeated for other protocols, and be for one host only:

    --proxy=http:http://proxy.example.org:3128
    --proxy=all:socks5h://localhost:1080
    --proxy=https://example.com:http://user:password@proxy.example.org

A proxy is reached by http, https, socks4, socks4a, socks5 or socks5h; with socks4a and socks5h it is the proxy that looks host names up. An empty URL (--proxy=http:) means no proxy.

Where the option says nothing, the environment variables HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY decide.",
        effect: Effect::Value(
            ValueFacts {
                name: "PROTOCOL:PROXY_URL",
                kind: ValueKind::Text,
            },
            |args, value| {
                args.proxy.push(value.proxy_rule()?);
                Ok(())
            },
        ),
        reset: |args, default| args.proxy = default.proxy,
        ..Flag::BASE
    },
    Flag {
        long: "follow",
        short: Some('F'),
        category: Category::Network,
        short_help: "Follow redirects",
        long_help: "Follow redirects (responses of status 30x with a Location).",
        effect: Effect::Switch(|args| args.follow = true),
        reset: |args, default| args.follow = default.follow,
        ..Flag::BASE
    },
    Flag {
        long: "max-redirects",
        category: Category::Network,
        short_help: "How many redirects are followed at most",
        long_help: "How many redirects are followed at most, with --follow. The default is 30.",
        effect: Effect::Value(
            ValueFacts {
                name: "MAX_REDIRECTS",
                kind: ValueKind::Integer,
            },
            |args, value| {
                args.max_redirects = value.integer()?;
                Ok(())
            },
        ),
        reset: |args, default| args.max_redirects = default.max_redirects,
        ..Flag::BASE
    },
    Flag {
        long: "max-headers",
        category: Category::Network,
        short_help: "How many headers a response may have",
        long_help: "How many headers a response may have before it is given up. The default is 0, which is no limit.",
        effect: Effect::Value(
            ValueFacts {
                name: "MAX_HEADERS",
                kind: ValueKind::Integer,
            },
            |args, value| {
                args.max_headers = value.integer()?;
                Ok(())
            },
        ),
        reset: |args, default| args.max_headers = default.max_headers,
        ..Flag::BASE
    },
    Flag {
        long: "timeout",
        category: Category::Network,
        short_help: "How many seconds a silent server is waited for",
        long_help: "\
How many seconds to wait for the connection, and then for each next piece of the response; it does not limit the time of the whole. The default is 0, which is no limit. When the time is over, the exit status is 2.",
        effect: Effect::Value(
            ValueFacts {
                name: "SECONDS",
                kind: ValueKind::Float,
            },
            |args, value| {
                args.timeout_seconds = value.float()?;
                Ok(())
            },
        ),
        reset: |args, default| args.timeout_seconds = default.timeout_seconds,
        ..Flag::BASE
    },
    Flag {
        long: "connect-timeout",
        category: Category::Network,
        lineage: Lineage::Own,
        short_help: "How many seconds connecting may take",
        long_help: "\
How many seconds it may take until a connection is ready, from the look-up of the host name to the end of the last handshake, proxies and TLS included. Without it, --timeout limits each step of that. When the time is over, the exit status is 2.",
        effect: Effect::Value(
            ValueFacts {
                name: "SECONDS",
                kind: ValueKind::Float,
            },
            |args, value| {
                args.connect_timeout_seconds = Some(value.float()?);
                Ok(())
            },
        ),
        reset: |args, default| args.connect_timeout_seconds = default.connect_timeout_seconds,
        ..Flag::BASE
    },
    Flag {
        long: "wait",
        category: Category::Network,
        lineage: Lineage::Own,
        short_help: "Wait until the server is there, for 30 seconds or so many",
        long_help: "\
Wait until the server is there: until it accepts a connection and answers with another status than 502, 503 and 504. A name that is not known, a connection that is refused or lost and an answer that does not come in time count as not there yet. The first look is at once, further ones follow after 50 ms, then less and less often, at last every second. The value is in seconds, 30 without one, and follows an equals sign:

    $ http --wait :8080/health
    $ http --wait=120 :8080/health

When the time is over, the exit status is 2, or 5 with --check-status and an answer. A request that must not go out twice (see --retry) is sent once, as soon as there is a connection.",
        effect: Effect::ValueOrNone(
            ValueFacts {
                name: "SECONDS",
                kind: ValueKind::Float,
            },
            |args, value| {
                let wait = value.map_or(Ok(USUAL_WAIT), Value::seconds)?;
                if wait.is_zero() {
                    return Err("0 is no time to wait".to_owned());
                }
                args.wait = Some(wait);
                Ok(())
            },
        ),
        reset: |args, default| args.wait = default.wait,
        ..Flag::BASE
    },
    Flag {
        long: "retry",
        category: Category::Network,
        lineage: Lineage::Own,
        short_help: "How many further attempts are made when one fails",
        long_help: "\
How many further attempts are made in a run when one fails for a reason that may pass (see --retry-on). The default is 0. Each one is announced by a line on standard error, and only what the last one brings is printed; with --all or -v, also the heads of the others. The exit status is that of the last.

The pause before the next attempt is half a second at first, then twice as long each time, and never longer than 30 seconds; a random part of up to a half is taken off. A server that says how long (Retry-After) is obeyed, for five minutes at most unless --retry-max-time allows more.

Repeated are the methods GET, HEAD, OPTIONS, PUT, DELETE and TRACE; others only when nothing of the request was sent. A body that can be read only once, such as one that goes from a pipe in chunks, is refused beforehand. A request that follows a redirect is repeated by itself. A download goes on where it broke off.",
        effect: Effect::Value(
            ValueFacts {
                name: "N",
                kind: ValueKind::Integer,
            },
            |args, value| {
                args.retry = Some(value.count()?);
                Ok(())
            },
        ),
        reset: |args, default| args.retry = default.retry,
        ..Flag::BASE
    },
    Flag {
        long: "retry-on",
        category: Category::Network,
        lineage: Lineage::Own,
        short_help: "What a further attempt is made for",
        long_help: "\
What a further attempt is made for, with --retry: status codes and the words connect (the connection could not be made, or was lost) and timeout (of --timeout or --connect-timeout), with commas between them. The default is connect,429,502,503,504.",
        effect: Effect::Value(
            ValueFacts {
                name: "LIST",
                kind: ValueKind::Text,
            },
            |args, value| {
                args.retry_on = Some(value.retry_conditions()?);
                Ok(())
            },
        ),
        reset: |args, default| args.retry_on = default.retry_on,
        ..Flag::BASE
    },
    Flag {
        long: "retry-max-time",
        category: Category::Network,
        lineage: Lineage::Own,
        short_help: "How many seconds may pass until the last attempt begins",
        long_help: "\
How many seconds may pass from the beginning of the first attempt to that of the last, with --retry. A pause that would be longer is not begun. It does not limit the last attempt itself; --timeout does. 0 is no limit, also for what a server asks for with Retry-After.",
        effect: Effect::Value(
            ValueFacts {
                name: "SECONDS",
                kind: ValueKind::Float,
            },
            |args, value| {
                args.retry_max_time = Some(value.seconds()?);
                Ok(())
            },
        ),
        reset: |args, default| args.retry_max_time = default.retry_max_time,
        ..Flag::BASE
    },
    Flag {
        long: "retry-all-methods",
        category: Category::Network,
        lineage: Lineage::Own,
        short_help: "Repeat also POST, PATCH and other methods",
        long_help: "\
Repeat also POST, PATCH and other methods that may do something twice then, with --retry and --wait.",
        effect: Effect::Switch(|args| args.retry_all_methods = true),
        reset: |args, default| args.retry_all_methods = default.retry_all_methods,
        ..Flag::BASE
    },
    Flag {
        long: "unix-socket",
        category: Category::Network,
        lineage: Lineage::Own,
        short_help: "Connect to a Unix socket instead of the URL's host",
        long_help: "\
Connect to this Unix socket instead of the URL's host, which is still what the server is told; no proxy is asked. Named sessions are kept for the socket and that host, apart from the network's. A URL can name a socket by itself, with %2F for each slash of its path:

    $ http http+unix://%2Frun%2Fdocker.sock/info",
        effect: Effect::Value(
            ValueFacts {
                name: "PATH",
                kind: ValueKind::File,
            },
            |args, value| {
                args.unix_socket = Some(value.path());
                Ok(())
            },
        ),
        reset: |args, default| args.unix_socket = default.unix_socket,
        ..Flag::BASE
    },
    Flag {
        long: "ipv4",
        short: Some('4'),
        category: Category::Network,
        lineage: Lineage::Own,
        short_help: "Connect to IPv4 addresses only",
        long_help: "Connect to IPv4 addresses only. Of -4 and -6, the last one counts.",
        effect: Effect::Switch(|args| args.ip_version = Some(IpVersion::V4)),
        reset: |args, default| args.ip_version = default.ip_version,
        ..Flag::BASE
    },
    Flag {
        long: "ipv6",
        short: Some('6'),
        category: Category::Network,
        lineage: Lineage::Own,
        short_help: "Connect to IPv6 addresses only",
        long_help: "Connect to IPv6 addresses only. Of -4 and -6, the last one counts.",
        effect: Effect::Switch(|args| args.ip_version = Some(IpVersion::V6)),
        reset: |args, default| args.ip_version = default.ip_version,
        ..Flag::BASE
    },
    Flag {
        long: "resolve",
        category: Category::Network,
        lineage: Lineage::Own,
        short_help: "The address to connect to for a host",
        long_help: "\
The address to connect to for a host, instead of looking it up; it can be repeated. With a port it counts for that port only, and there can be several addresses:

    --resolve=example.org:127.0.0.1
    --resolve=example.org:443:192.0.2.1,[2001:db8::1]",
        effect: Effect::Value(
            ValueFacts {
                name: "HOST:[PORT:]ADDRESS",
                kind: ValueKind::Text,
            },
            |args, value| {
                args.resolve.push(value.text()?);
                Ok(())
            },
        ),
        reset: |args, default| args.resolve = default.resolve,
        ..Flag::BASE
    },
    Flag {
        long: "interface",
        category: Category::Network,
        lineage: Lineage::Own,
        short_help: "The network interface, or its address, to connect from",
        long_help: "The network interface to connect from: its address or, on Linux, its name.",
        effect: Effect::Value(
            ValueFacts {
                name: "NAME",
                kind: ValueKind::Text,
            },
            |args, value| {
                let name = value.text()?;
                if name.is_empty() {
                    return Err("expected a name or an address, not ''".to_owned());
                }
                args.interface = Some(name);
                Ok(())
            },
        ),
        reset: |args, default| args.interface = default.interface,
        ..Flag::BASE
    },
    Flag {
        long: "http-version",
        category: Category::Network,
        lineage: Lineage::Own,
        short_help: "The version of HTTP to speak, which is 1.1",
        long_help: "The version of HTTP to speak. It is 1.1; another one is refused before anything is sent.",
        effect: Effect::Value(
            ValueFacts {
                name: "VERSION",
                kind: ValueKind::Text,
            },
            |args, value| {
                args.http_version = Some(value.text()?);
                Ok(())
            },
        ),
        reset: |args, default| args.http_version = default.http_version,
        ..Flag::BASE
    },
    Flag {
        long: "check-status",
        category: Category::Network,
        short_help: "Exit with 3, 4 or 5 for a status of 3xx, 4xx or 5xx",
        long_help: "\
Exit with 4 when the status of the response is 4xx, with 5 when it is 5xx, and with 3 when it is 3xx and --follow is not given. Without the option, any response that arrives is a success.

When output is redirected, a warning on standard error says so too.",
        effect: Effect::Switch(|args| args.check_status = true),
        reset: |args, default| args.check_status = default.check_status,
        ..Flag::BASE
    },
    Flag {
        long: "errors-to-stderr",
        category: Category::Network,
        lineage: Lineage::Own,
        short_help: "Print error responses on standard error",
        long_help: "\
Print what is to be printed of a final response of status 4xx or 5xx on standard error, so that neither a redirected output nor the file of --output ever holds an error page. It implies --check-status.",
        effect: Effect::Switch(|args| args.errors_to_stderr = true),
        reset: |args, default| args.errors_to_stderr = default.errors_to_stderr,
        ..Flag::BASE
    },
    Flag {
        long: "path-as-is",
        category: Category::Network,
        short_help: "Keep /../ and /./ in the URL",
        long_help: "Keep /../ and /./ in the path of the URL instead of resolving them.",
        effect: Effect::Switch(|args| args.path_as_is = true),
        reset: |args, default| args.path_as_is = default.path_as_is,
        ..Flag::BASE
    },
    Flag {
        long: "chunked",
        category: Category::Network,
        short_help: "Send the body in chunks",
        long_help: "Send the body in chunks (Transfer-Encoding: chunked), as it is read, without knowing its length first.",
        effect: Effect::Switch(|args| args.chunked = true),
        reset: |args, default| args.chunked = default.chunked,
        ..Flag::BASE
    },
    Flag {
        long: "verify",
        category: Category::Ssl,
        short_help: "Whether or against what the server's certificate is checked",
        long_help: "\
Whether the server's certificate is checked: yes (or true) is the default; no (or false) checks nothing and is dangerous. Anything else is the path of a file, or of a folder of files, of certificates in PEM form to trust instead of the usual ones, which REQUESTS_CA_BUNDLE can name too. A server may also show one of these certificates itself.

The usual ones are built into this program, so that no file is needed; system stands for those of the operating system.",
        effect: Effect::Value(
            ValueFacts {
                name: "VERIFY",
                kind: ValueKind::File,
            },
            |args, value| {
                args.verify = verify(value)?;
                Ok(())
            },
        ),
        reset: |args, default| args.verify = default.verify,
        ..Flag::BASE
    },
    Flag {
        long: "ssl",
        category: Category::Ssl,
        short_help: "The TLS version to speak",
        long_help: "\
The TLS version to speak. By default, which is also what ssl2.3 stands for, it is the highest that both sides know. \
tls1 and tls1.1 are refused: they are not safe.",
        effect: Effect::Value(
            ValueFacts {
                name: "SSL",
                kind: ValueKind::Choice {
                    all: &["ssl2.3", "tls1", "tls1.1", "tls1.2", "tls1.3"],
                    planned: &[],
                    listed: true,
                },
            },
            |args, value| {
                args.ssl = Some(value.choice(&SSL_VERSIONS)?);
                Ok(())
            },
        ),
        reset: |args, default| args.ssl = default.ssl,
        ..Flag::BASE
    },
    Flag {
        long: "ciphers",
        category: Category::Ssl,
        short_help: "The cipher suites to offer",
        long_help: "\
The cipher suites to offer, in OpenSSL's notation: names and key words with colons, commas or spaces between them.

    --ciphers=ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305

Names of suites that are not spoken are passed over. The suites of TLS 1.3 stay as they are unless some of them are named. By default all that are spoken are offered: AES-GCM with 256 and 128 bits and ChaCha20-Poly1305, of TLS 1.2 those with ECDHE.",
        effect: Effect::Value(
            ValueFacts {
                name: "CIPHERS",
                kind: ValueKind::Text,
            },
            |args, value| {
                args.ciphers = Some(value.text()?);
                Ok(())
            },
        ),
        reset: |args, default| args.ciphers = default.ciphers,
        ..Flag::BASE
    },
    Flag {
        long: "cert",
        category: Category::Ssl,
        short_help: "The client's certificate",
        long_help: "\
The file of the client's certificate in PEM form, with those of its authorities behind it where the server needs them. The private key may be in the same file, or in that of --cert-key.

It is shown to the host of the URL, and to no other that a redirect leads to.",
        effect: Effect::Value(
            ValueFacts {
                name: "CERT",
                kind: ValueKind::File,
            },
            |args, value| {
                args.cert = Some(value.path());
                Ok(())
            },
        ),
        reset: |args, default| args.cert = default.cert,
        ..Flag::BASE
    },
    Flag {
        long: "cert-key",
        category: Category::Ssl,
        short_help: "The private key of the client's certificate",
        long_help: "The file of the private key of --cert, when it is not in the same file.",
        effect: Effect::Value(
            ValueFacts {
                name: "CERT_KEY",
                kind: ValueKind::File,
            },
            |args, value| {
                args.cert_key = Some(value.path());
                Ok(())
            },
        ),
        reset: |args, default| args.cert_key = default.cert_key,
        ..Flag::BASE
    },
    Flag {
        long: "cert-key-pass",
        category: Category::Ssl,
        short_help: "The passphrase of the private key",
        long_help: "The passphrase of the private key. When the key needs one and none is given, it is asked for on the terminal.",
        effect: Effect::Value(
            ValueFacts {
                name: "CERT_KEY_PASS",
                kind: ValueKind::Text,
            },
            |args, value| {
                args.cert_key_pass = Some(value.text()?);
                Ok(())
            },
        ),
        reset: |args, default| args.cert_key_pass = default.cert_key_pass,
        ..Flag::BASE
    },
];

/// Unlike in HTTPie, an empty value (`--verify=$UNSET`) is refused: there it silently switches the check off.
fn verify(value: Value) -> Result<Verify, String> {
    let path = value.path();
    let word = path.to_str().unwrap_or_default().to_lowercase();
    match word.as_str() {
        "yes" | "true" => Ok(Verify::Yes),
        "no" | "false" => Ok(Verify::No),
        "system" => Ok(Verify::System),
        _ if path == PathBuf::new() => Err("expected yes, no, system or a path, not ''".to_owned()),
        _ => Ok(Verify::Bundle(path)),
    }
}
