//! What is asked of the program itself: help, the manual, its version, facts for a report of a fault.

use std::io::Write;
use std::process::{Command, Stdio};

use super::network::roots;
use crate::cli::config::DefaultOptions;
use crate::cli::invocation::Trust;
use crate::cli::parse::{self, Parsed};
use crate::cli::{Program, help, man};
use crate::environment::Environment;
use crate::error::Error;
use crate::output::show::output_error;
use crate::output::target::Target;

/// What is asked of the program itself: help, version and the like.
pub(super) fn answer(program: Program, parsed: Parsed, env: &Environment) -> Result<(), Error> {
    const WIDTH: usize = 80;
    match parsed {
        Parsed::Help => print(&help::long_help(program.name(), WIDTH)),
        Parsed::Manual => page(&man::text(program.name(), WIDTH).unwrap_or_default(), env),
        Parsed::Version => print(&format!("{}\n", help::version())),
        Parsed::GenerateMan(name) => print(&man::roff(name).unwrap_or_default()),
        // These have an answer of their own.
        Parsed::DebugInfo | Parsed::Run(_) => Ok(()),
    }
}

pub(super) fn print(text: &str) -> Result<(), Error> {
    Target::stdout()?
        .write_all(text.as_bytes())
        .map_err(output_error)
}

/// Shows a long text with the user's pager on a terminal; prints it elsewhere, and where there is no pager.
pub(super) fn page(text: &str, env: &Environment) -> Result<(), Error> {
    if !env.stdout_is_terminal {
        return print(text);
    }
    let pager = env.pager();
    let spawned = Command::new(&pager)
        .stdin(Stdio::piped())
        .env("LESS", "-R")
        .spawn();
    let Ok(mut child) = spawned else {
        return print(text);
    };
    if let Some(mut input) = child.stdin.take() {
        // A pager that is left early closes its input.
        let _ = input.write_all(text.as_bytes());
    }
    let _ = child.wait();
    Ok(())
}

/// Facts for a report of a fault; no secrets.
pub(super) fn debug_info(env: &Environment, trust: &Trust, defaults: &[DefaultOptions]) -> String {
    let defaults: Vec<String> = defaults
        .iter()
        .map(|options| {
            let names = parse::option_names(&options.words).join(", ");
            format!("default options: {names} (from {})\n", options.origin)
        })
        .collect();
    format!(
        "HTTPie {}\nhttpie-rs on {} {}\nconfiguration directory: {}\ntrusted certificates: {}\n{}\n",
        help::version(),
        std::env::consts::OS,
        std::env::consts::ARCH,
        env.config_dir().display(),
        roots(trust).description(),
        defaults.concat()
    )
}
