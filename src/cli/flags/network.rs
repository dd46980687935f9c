//! Options on the connection, redirects, limits and TLS.

use std::path::PathBuf;

use super::super::args::{IpVersion, SslVersion, Verify};
use super::{Availability, Category, Effect, Flag, Lineage, Repeat, Value, ValueFacts, ValueKind};

static SSL_VERSIONS: [(&str, SslVersion); 5] = [
    ("ssl2.3", SslVersion::Negotiated),
    ("tls1", SslVersion::Tls1),
    ("tls1.1", SslVersion::Tls1_1),
    ("tls1.2", SslVersion::Tls1_2),
    ("tls1.3", SslVersion::Tls1_3),
];

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
        repeat: Repeat::Collects,
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
        long: "unix-socket",
        category: Category::Network,
        lineage: Lineage::Own,
        short_help: "Connect to a Unix socket instead of the URL's host",
        long_help: "\
Connect to this Unix socket instead of the URL's host, which is still what the server is told; no proxy is asked. A URL can name a socket by itself, with %2F for each slash of its path:

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
        long_help: "Connect to IPv4 addresses only.",
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
        long_help: "Connect to IPv6 addresses only.",
        effect: Effect::Switch(|args| args.ip_version = Some(IpVersion::V6)),
        reset: |args, default| args.ip_version = default.ip_version,
        ..Flag::BASE
    },
    Flag {
        long: "resolve",
        category: Category::Network,
        lineage: Lineage::Own,
        repeat: Repeat::Collects,
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
        availability: Availability::Available,
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

Names of suites that are not spoken are passed over. The suites of TLS 1.3 stay as they are unless some of them are named.",
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
