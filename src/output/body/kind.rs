//! What a body is taken for, which decides how it is shown. Its bytes are not looked at here.

use crate::output::highlight::Language;
use crate::output::plan::Plan;

/// What a body is, by its type and by what the user says about it.
pub(super) struct Kind {
    /// In small letters, without parameters.
    pub(super) media_type: String,
    pub(super) may_be_json: bool,
    pub(super) may_be_xml: bool,
    /// How it is coloured where it is not laid out as JSON.
    pub(super) language: Option<Language>,
}

impl Kind {
    pub(super) fn new(content_type: &str, plan: &Plan, is_response: bool) -> Kind {
        let asked = plan.response_type.as_deref().filter(|_| is_response);
        let content_type = asked.unwrap_or(content_type);
        let essence = content_type.split(';').next().unwrap_or_default();
        let media_type = essence.trim().to_ascii_lowercase();
        let names = |words: &[&str]| words.iter().any(|word| media_type.contains(word));
        Kind {
            may_be_json: plan.any_type_may_be_json || names(&["json", "javascript", "text"]),
            may_be_xml: plan.format && plan.xml.format && names(&["xml"]),
            language: Language::of_type(&media_type),
            media_type,
        }
    }

    /// Whether its bytes stand for characters.
    pub(super) fn is_text(&self) -> bool {
        self.may_be_json
            || self.language.is_some()
            || self.media_type.is_empty()
            || self.media_type.contains("xml")
    }
}
