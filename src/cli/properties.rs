//! What must hold for any command line of request items.

use super::items::{self, FieldValue};
use super::json_value::JsonValue;
use crate::environment::Environment;
use crate::request::nested_json;

/// An item a line. Those that name files are only split: nothing here opens one.
pub(crate) fn request_items(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let mut arguments = Vec::new();
    for argument in text.lines() {
        if let Some((before, file)) = items::file_value(argument) {
            assert_eq!([before, file].concat(), argument);
        }
        match argument.contains('@') {
            true => _ = items::is_item(argument),
            false => arguments.push(argument.to_owned()),
        }
    }
    let env = Environment::new();
    let valid = |argument: &String| items::parse(std::slice::from_ref(argument), &env).is_ok();
    arguments.retain(valid);
    let Ok(items) = items::parse(&arguments, &env) else {
        panic!("items that are valid one by one are not together: {arguments:?}");
    };
    let count = items.headers.len() + items.query.len() + items.fields.len();
    assert_eq!(count, arguments.len());
    for header in &items.headers {
        let value = header.value.as_deref().unwrap_or_default();
        let breaks_line = |byte: &u8| matches!(byte, b'\r' | b'\n' | 0);
        assert!(!header.name.bytes().any(|byte| breaks_line(&byte)));
        assert!(!value.iter().any(breaks_line));
    }
    let fields = items.fields.into_iter().filter_map(|field| {
        let value = match field.value {
            FieldValue::Text(text) => JsonValue::String(text),
            FieldValue::Json(value) => value,
            FieldValue::File(_) => return None,
        };
        Some((field.name, value))
    });
    let fields: Vec<_> = fields.collect();
    let built = nested_json::build(
        fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone())),
    );
    if let Ok(value) = built {
        can_be_read_back(&value);
    }
}

fn can_be_read_back(value: &JsonValue) {
    let mut written = String::new();
    value.write(&mut written);
    assert!(written.is_ascii());
    match JsonValue::parse(&written) {
        Ok(again) => assert!(&again == value, "{written} is read back as another value"),
        Err(why) => assert!(why.contains("nested deeper"), "{why}"),
    }
}
