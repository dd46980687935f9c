//! What the options say about the network, in the words of `client`.

use std::path::PathBuf;

use super::Run;
use crate::cli::args::{self, Args};
use crate::cli::invocation::Trust;
use crate::client::exchange::Redirects;
use crate::client::proxy::ProxyRules;
use crate::client::resolve::{Family, Pin};
use crate::client::route::Router;
use crate::client::tcp::Interface;
use crate::client::tls::{Ciphers, ClientCertificate, Passphrase, Roots, TlsSettings, Versions};
use crate::client::transport::Settings;
use crate::error::Error;

pub(super) fn settings(run: &Run<'_>, host: &str) -> Result<Settings, Error> {
    let invocation = &run.invocation;
    let args = &invocation.args;
    args.check_http_version()?;
    Ok(Settings {
        timeout: args.timeout()?,
        connect_timeout: args.connect_timeout()?,
        family: match args.ip_version {
            None => Family::Any,
            Some(args::IpVersion::V4) => Family::V4,
            Some(args::IpVersion::V6) => Family::V6,
        },
        pins: pins(&args.resolve)?,
        interface: args.interface.as_deref().map(Interface::parse),
        max_headers: usize::try_from(invocation.args.max_headers)
            .ok()
            .filter(|max| *max > 0),
        tls: tls(run, host)?,
        stopwatch: run.stopwatch.clone(),
    })
}

/// What is asked of TLS. The client's certificate is for the host of the typed URL.
pub(super) fn tls(run: &Run<'_>, host: &str) -> Result<TlsSettings, Error> {
    let args = &run.invocation.args;
    let versions = match args.ssl {
        None | Some(args::SslVersion::Negotiated) => Versions::Negotiated,
        Some(args::SslVersion::Tls1_2) => Versions::Only12,
        Some(args::SslVersion::Tls1_3) => Versions::Only13,
        Some(args::SslVersion::Tls1 | args::SslVersion::Tls1_1) => {
            let message = "TLS 1.0 and 1.1 are not spoken, since they are not safe; --ssl takes tls1.2 and tls1.3";
            return Err(Error::usage(message));
        }
    };
    warn_of_idle_key(run);
    Ok(TlsSettings {
        versions,
        roots: roots(&run.invocation.trust),
        ciphers: args.ciphers.as_deref().map(Ciphers::parse).transpose()?,
        client_certificate: args.cert.as_ref().map(|chain| ClientCertificate {
            chain: chain.clone(),
            key: args.cert_key.clone(),
            passphrase: Passphrase::new(args.cert_key_pass.clone(), run.messages.program()),
            host: host.to_owned(),
        }),
    })
}

/// A key without its certificate is not used: whoever gave one thinks that the server knows who it talks to.
fn warn_of_idle_key(run: &Run<'_>) {
    let args = &run.invocation.args;
    let idle = [
        ("--cert-key", args.cert_key.is_some()),
        ("--cert-key-pass", args.cert_key_pass.is_some()),
    ];
    let first = idle.iter().find(|(_, is_given)| *is_given);
    if let (None, Some((option, _))) = (&args.cert, first) {
        run.messages.warning(&format!(
            "{option} does nothing without --cert, the certificate that the key belongs to"
        ));
    }
}

pub(super) fn roots(trust: &Trust) -> Roots {
    match trust {
        Trust::Embedded => Roots::Embedded,
        Trust::Bundle(path) => Roots::Bundle(path.clone()),
        Trust::System(named) => Roots::System(named.clone()),
        Trust::Nobody => Roots::Unverified,
    }
}

pub(super) fn pins(typed: &[String]) -> Result<Vec<Pin>, Error> {
    let pin = |typed: &String| Pin::parse(typed);
    let pins: Result<Vec<_>, _> = typed.iter().map(pin).collect();
    pins.map_err(|why| Error::usage(format!("argument --resolve: {why}")))
}

pub(super) fn router(run: &Run<'_>) -> Result<Router, Error> {
    let args = &run.invocation.args;
    let rules = ProxyRules::new(&args.proxy, run.env)?;
    Ok(Router::new(rules, unix_socket(run)))
}

pub(super) fn unix_socket(run: &Run<'_>) -> Option<PathBuf> {
    let path = run.invocation.args.unix_socket.as_deref()?;
    Some(match path.to_str() {
        Some(path) => run.env.expand_tilde(path),
        None => path.to_owned(),
    })
}

pub(super) fn redirects(args: &Args) -> Redirects {
    Redirects {
        follow: args.follow,
        max: u64::try_from(args.max_redirects)
            .ok()
            .filter(|max| *max > 0),
    }
}
