//! The command line: from arguments to what is asked.
pub(crate) mod items;
pub(crate) mod json_value;
