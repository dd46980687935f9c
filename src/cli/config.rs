//! `config.json` in the configuration directory: default options that stand before those of the command line.
//!
//! A missing file is no configuration. One that cannot be understood is a warning, as in HTTPie; keys that we do not
//! know (`plugins_dir`, `__meta__`) are no business of ours.

use std::path::Path;

use serde::Deserialize;

use crate::error::io_reason;

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    default_options: Vec<String>,
}

/// The default options of a configuration directory, and a warning for people when its file cannot be used.
pub(crate) fn default_options(config_dir: &Path) -> (Vec<String>, Option<String>) {
    let path = config_dir.join("config.json");
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return (Vec::new(), None),
        Err(error) => {
            let warning = format!(
                "cannot read config file: {} [{}]",
                io_reason(&error),
                path.display()
            );
            return (Vec::new(), Some(warning));
        }
    };
    match serde_json::from_slice::<Config>(&text) {
        Ok(config) => (config.default_options, None),
        Err(error) => (
            Vec::new(),
            Some(format!("invalid config file: {error} [{}]", path.display())),
        ),
    }
}
